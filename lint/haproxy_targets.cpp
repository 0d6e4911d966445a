// Servers with what default-server gives them: what they need to be checked, tracked and spoken to.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

bool has_port(std::string_view address) {
  if (address.find_first_of("/@") != std::string_view::npos || address.find("::") != std::string_view::npos)
    return true;
  const std::size_t colon = address.rfind(':');
  const std::string_view port = colon == std::string_view::npos ? "" : address.substr(colon + 1);
  return !port.empty() && !port.starts_with('+') && !port.starts_with('-') && lax_number(port) > 0;
}

// HAProxy asks for a name when it starts, unless init-addr has another way.
bool is_resolved_at_start(const Server& server) {
  const Option* ways = server.option("init-addr");
  std::string_view rest = ways == nullptr ? "" : ways->value();
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (!listed(" last libc ", rest.substr(0, comma))) return false;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return true;
}

class Targets {
 public:
  Targets(const Section& section, const KnownNames& names, Findings& findings)
      : section_{section}, names_{names}, findings_{findings}, servers_{servers_of(section)} {}

  void check() {
    const Line* line = names_.global("ssl-server-verify");
    trusting_ = line != nullptr && line->word(1) == "none";
    connects_ = find(section_, {"http-check", "connect"}) || find(section_, {"tcp-check", "connect"}) ||
                has_option(section_, "external-check");
    connects_with_ssl_ = std::any_of(section_.lines.begin(), section_.lines.end(), [](const Line& one) {
      return (one.word(0) == "http-check" || one.word(0) == "tcp-check") && one.word(1) == "connect" &&
             std::any_of(one.words.begin(), one.words.end(), [](const Word& word) { return word.text == "ssl"; });
    });
    for (const Server& server : servers_) one(server);
    templates();
  }

 private:
  void wrong(const Server& server, const std::string& what) {
    findings_.add(refused, server.line->spot(), fmt::format("server {}: {}", server.name, what));
  }

  void one(const Server& server) {
    if (const std::string_view host = host_of(server.address); is_resolved_at_start(server) && is_impossible_host(host))
      findings_.add(refused, server.line->spot_of(server.line->word(0) == "server" ? 2 : 3),
                    fmt::format("server {}: \"{}\" is neither an address nor a name", server.name, host));
    if (const Option* resolvers = server.option("resolvers");
        resolvers != nullptr && resolvers->line != server.line && !names_.has("resolvers", resolvers->value()))
      findings_.add(refused, resolvers->spot(),
                    fmt::format("server {}: there is no resolvers section \"{}\"{}", server.name, resolvers->value(),
                                inherited(*resolvers, server)));
    const Option* verify = server.option("verify");
    const bool checks = server.option("check") != nullptr;
    const bool ssl =
        server.option("ssl") != nullptr || server.option("check-ssl") != nullptr || (checks && connects_with_ssl_);
    const bool verifies = verify == nullptr ? !trusting_ : verify->value() == "required";
    if (ssl && verifies && server.option("ca-file") == nullptr)
      wrong(server, "with ssl it takes a ca-file, or verify none");
    if (checks && !connects_ && server.option("port") == nullptr && !has_port(server.address))
      wrong(server, "it is checked, and has no port");
    if (server.option("agent-check") != nullptr && server.number("agent-port") < 1)
      wrong(server, "agent-check takes an agent-port");
    if (const Option* proto = server.option("proto");
        proto != nullptr && proto->value() == "fcgi" && !find(section_, {"use-fcgi-app"}))
      wrong(server, "proto fcgi takes a use-fcgi-app in the section");
    if (const Option* proto = server.option("proto");
        proto != nullptr && listed(is_http(section_) ? " none " : " h1 h2 fcgi ", proto->value()))
      findings_.add(refused, proto->spot(),
                    fmt::format("server {}: proto {} does not go with mode {}", server.name, proto->value(),
                                is_http(section_) ? "http" : "tcp"));
    if (server.option("track") == nullptr) return;
    if (checks) wrong(server, "it cannot be checked and track another one at once");
    track(server);
  }

  // Along the chain, which must end at a server that is checked.
  void track(const Server& first) {
    std::set<std::string> passed{section_.name + "/" + first.name};
    std::string_view target = first.option("track")->value();
    const Section* section = &section_;
    for (;;) {
      const std::size_t slash = target.find('/');
      if (slash != std::string_view::npos) section = names_.backend(target.substr(0, slash));
      const std::string name{slash == std::string_view::npos ? target : target.substr(slash + 1)};
      if (section == nullptr) return;
      if (!passed.insert(section->name + "/" + name).second) return wrong(first, "it tracks itself in the end");
      const std::vector<Server> there = servers_of(*section);
      const auto next = std::find_if(there.begin(), there.end(), [&](const Server& one) { return one.name == name; });
      if (next == there.end()) return;
      if (next->option("track") == nullptr) {
        if (next->option("check") == nullptr && next->option("agent-check") == nullptr)
          wrong(first, fmt::format("{}, which it tracks, is not checked", target));
        return;
      }
      target = next->option("track")->value();
    }
  }

  // "w" with 1-3 makes w1, w2 and w3.
  void templates() {
    for (const Server& one : servers_) {
      if (one.line->word(0) != "server-template") continue;
      const std::int64_t first =
          one.line->word(2).find('-') == std::string_view::npos ? 1 : lax_number(one.line->word(2));
      for (const Server& other : servers_) {
        if (other.line->word(0) != "server" || !other.name.starts_with(one.name)) continue;
        const std::string_view number = std::string_view{other.name}.substr(one.name.size());
        if (number.empty() || number.front() == '0' || number.find_first_not_of("0123456789") != std::string_view::npos)
          continue;
        if (lax_number(number) >= first && lax_number(number) < first + one.count)
          wrong(one, fmt::format("it makes a server \"{}\", which line {} has already", other.name,
                                 other.line->spot().line));
      }
    }
  }

  const Section& section_;
  const KnownNames& names_;
  Findings& findings_;
  std::vector<Server> servers_;
  bool trusting_ = false, connects_ = false, connects_with_ssl_ = false;
};

}  // namespace

void check_servers(const Section& section, const KnownNames& names, Findings& findings) {
  Targets{section, names, findings}.check();
}

}  // namespace firedrill::lint::haproxy
