// Options of bind and server lines, and what they take: as HAProxy 2.6.12 lists them with -dK.
#include <algorithm>
#include <span>

#include "lint/haproxy_config.hpp"
#include "lint/haproxy_keywords.hpp"

namespace firedrill::lint::haproxy {
namespace {

struct Row {
  std::string_view name;
  int takes;  // -1: as many as are there
};

// clang-format off
constexpr Row bind_options[] = {
    {"ssl", 0},
    {"accept-netscaler-cip", 1}, {"accept-proxy", 0}, {"allow-0rtt", 0}, {"alpn", 1},
    {"backlog", 1}, {"ca-file", 1}, {"ca-ignore-err", 1}, {"ca-sign-file", 1},
    {"ca-sign-pass", 1}, {"ca-verify-file", 1}, {"ciphers", 1}, {"ciphersuites", 1},
    {"crl-file", 1}, {"crt", 1}, {"crt-ignore-err", 1}, {"crt-list", 1},
    {"curves", 1}, {"defer-accept", 0}, {"ecdhe", 1}, {"expose-fd", 1},
    {"force-sslv3", 0}, {"force-tlsv10", 0}, {"force-tlsv11", 0}, {"force-tlsv12", 0},
    {"force-tlsv13", 0}, {"generate-certificates", 0}, {"gid", 1}, {"group", 1},
    {"id", 1}, {"interface", 1}, {"level", 1}, {"maxconn", 1},
    {"mode", 1}, {"mss", 1}, {"name", 1}, {"namespace", 1},
    {"nice", 1}, {"no-ca-names", 0}, {"no-sslv3", 0}, {"no-tls-tickets", 0},
    {"no-tlsv10", 0}, {"no-tlsv11", 0}, {"no-tlsv12", 0}, {"no-tlsv13", 0},
    {"npn", 1}, {"prefer-client-ciphers", 0}, {"process", 1}, {"proto", 1},
    {"severity-output", 1}, {"shards", 1}, {"ssl-max-ver", 1}, {"ssl-min-ver", 1},
    {"strict-sni", 0}, {"tcp-ut", 1}, {"tfo", 0}, {"thread", 1},
    {"tls-ticket-keys", 1}, {"transparent", 0}, {"uid", 1}, {"user", 1},
    {"v4v6", 0}, {"v6only", 0}, {"verify", 1},
};

constexpr Row server_options[] = {
    {"addr", 1}, {"agent-addr", 1}, {"agent-check", 0}, {"agent-inter", 1},
    {"agent-port", 1}, {"agent-send", 1}, {"allow-0rtt", 0}, {"alpn", 1},
    {"backup", 0}, {"ca-file", 1}, {"check", 0}, {"check-alpn", 1},
    {"check-proto", 1}, {"check-send-proxy", 0}, {"check-sni", 1}, {"check-ssl", 0},
    {"check-via-socks4", 0}, {"ciphers", 1}, {"ciphersuites", 1}, {"cookie", 1},
    {"crl-file", 1}, {"crt", 1}, {"disabled", 0}, {"downinter", 1},
    {"enabled", 0}, {"error-limit", 1}, {"fall", 1}, {"fastinter", 1},
    {"force-sslv3", 0}, {"force-tlsv10", 0}, {"force-tlsv11", 0}, {"force-tlsv12", 0},
    {"force-tlsv13", 0}, {"id", 1}, {"init-addr", 1}, {"inter", 1},
    {"log-proto", 1}, {"max-reuse", 1}, {"maxconn", 1}, {"maxqueue", 1},
    {"minconn", 1}, {"namespace", 1}, {"no-agent-check", 0}, {"no-backup", 0},
    {"no-check", 0}, {"no-check-send-proxy", 0}, {"no-check-ssl", 0}, {"no-send-proxy", 0},
    {"no-send-proxy-v2", 0}, {"no-send-proxy-v2-ssl", 0}, {"no-send-proxy-v2-ssl-cn", 0}, {"no-ssl", 0},
    {"no-ssl-reuse", 0}, {"no-sslv3", 0}, {"no-tfo", 0}, {"no-tls-tickets", 0},
    {"no-tlsv10", 0}, {"no-tlsv11", 0}, {"no-tlsv12", 0}, {"no-tlsv13", 0},
    {"non-stick", 0}, {"npn", 1}, {"observe", 1}, {"on-error", 1},
    {"on-marked-down", 1}, {"on-marked-up", 1}, {"pool-low-conn", 1}, {"pool-max-conn", 1},
    {"pool-purge-delay", 1}, {"port", 1}, {"proto", 1}, {"proxy-v2-options", 1},
    {"redir", 1}, {"resolve-net", 1}, {"resolve-opts", 1}, {"resolve-prefer", 1},
    {"resolvers", 1}, {"rise", 1}, {"send-proxy", 0}, {"send-proxy-v2", 0},
    {"send-proxy-v2-ssl", 0}, {"send-proxy-v2-ssl-cn", 0}, {"slowstart", 1}, {"sni", 1},
    {"socks4", 1}, {"source", -1}, {"ssl", 0}, {"ssl-max-ver", 1},
    {"ssl-min-ver", 1}, {"ssl-reuse", 0}, {"stick", 0}, {"tcp-ut", 1},
    {"tfo", 0}, {"tls-tickets", 0}, {"track", 1}, {"usesrc", 0},
    {"verify", 1}, {"verifyhost", 1}, {"weight", 1}, {"ws", 1},
};
// clang-format on

std::span<const Row> table_of(Options table) {
  return table == Options::bind ? std::span<const Row>{bind_options} : std::span<const Row>{server_options};
}

const Row* row_of(Options table, std::string_view name) {
  for (const Row& row : table_of(table))
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace

bool is_option(Options table, std::string_view name) { return row_of(table, name) != nullptr; }

std::size_t arguments_of(Options table, const Line& line, std::size_t at) {
  const std::size_t there = line.words.size() - at - 1;
  const Row* row = row_of(table, line.word(at));
  if (row == nullptr) return 0;
  if (row->name == "source") {  // ADDRESS, then usesrc or interface with one more
    const bool more = line.word(at + 2) == "usesrc" || line.word(at + 2) == "interface";
    return std::min<std::size_t>(there, more ? 3 : 1);
  }
  if (row->name == "cookie" || row->takes > 0) return std::min(there, static_cast<std::size_t>(row->takes));
  return 0;
}

std::vector<std::string> option_names(Options table) {
  std::vector<std::string> names;
  for (const Row& row : table_of(table)) names.emplace_back(row.name);
  return names;
}

}  // namespace firedrill::lint::haproxy
