// Values of directives and options: bounds of numbers and lists of words, by probing HAProxy 2.6.12.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();
enum class Reading : std::uint8_t { lax, strict };  // lax: what follows the digits is not looked at

struct Bounds {
  std::string_view name;
  Reading reading;
  std::int64_t least, most;
};
// clang-format off
constexpr Bounds bounds[] = {
    {"nbthread", Reading::strict, 1, 64},
    {"thread-groups", Reading::strict, 1, 1},
    {"thread-group", Reading::strict, 1, 1},
    {"spread-checks", Reading::lax, 0, 50},
    {"maxsslconn", Reading::lax, 0, 2'147'483'647},
    {"maxcompcpuusage", Reading::lax, 0, 100},
    {"stats maxconn", Reading::lax, 1, unbounded},
    {"tune.comp.maxlevel", Reading::lax, 1, 9},
    {"tune.h2.initial-window-size", Reading::lax, 0, 2'147'483'647},
    {"tune.h2.max-concurrent-streams", Reading::lax, 0, 2'147'483'647},
    {"tune.h2.max-frame-size", Reading::lax, 16'384, 16'777'215},
    {"tune.h2.header-table-size", Reading::lax, 4'096, 65'536},
    {"tune.http.maxhdr", Reading::lax, 1, 32'767},
    {"tune.lua.forced-yield", Reading::strict, -unbounded, unbounded},
    {"tune.lua.maxmem", Reading::strict, -unbounded, unbounded},
    {"tune.bufsize", Reading::lax, 1, unbounded},
    {"tune.maxrewrite", Reading::lax, 0, 2'147'483'647},
    {"tune.pattern.cache-size", Reading::lax, 0, unbounded},
    {"tune.peers.max-updates-at-once", Reading::lax, 1, unbounded},
    {"tune.pool-high-fd-ratio", Reading::lax, 0, 100},
    {"tune.pool-low-fd-ratio", Reading::lax, 0, 100},
    {"tune.ssl.cachesize", Reading::lax, 0, 2'147'483'647},
    {"tune.ssl.capture-buffer-size", Reading::lax, 0, 2'147'483'647},
    {"tune.ssl.capture-cipherlist-size", Reading::lax, 0, 2'147'483'647},
    {"tune.ssl.default-dh-param", Reading::lax, 1'024, unbounded},
    {"tune.ssl.hard-maxrecord", Reading::lax, 0, 2'147'483'647},
    {"tune.ssl.maxrecord", Reading::lax, 0, 2'147'483'647},
    {"tune.ssl.ssl-ctx-cache-size", Reading::lax, 0, 2'147'483'647},
    {"tune.vars.check-max-size", Reading::strict, -unbounded, unbounded},
    {"tune.vars.global-max-size", Reading::strict, -unbounded, unbounded},
    {"tune.vars.proc-max-size", Reading::strict, -unbounded, unbounded},
    {"tune.vars.reqres-max-size", Reading::strict, -unbounded, unbounded},
    {"tune.vars.sess-max-size", Reading::strict, -unbounded, unbounded},
    {"tune.vars.txn-max-size", Reading::strict, -unbounded, unbounded},
    {"clitcpka-cnt", Reading::strict, -unbounded, unbounded},
    {"srvtcpka-cnt", Reading::strict, -unbounded, unbounded},
    {"max-keep-alive-queue", Reading::strict, -unbounded, unbounded},
    {"rate-limit sessions", Reading::strict, -unbounded, unbounded},
    {"id", Reading::lax, 1, 2'147'483'647},
    {"nice", Reading::lax, -1'024, 1'024},
};

struct FewWords {
  std::string_view name, values;
  bool list = false;  // any number of them
};
constexpr FewWords few_words[] = {
    {"default-path", " current config parent origin "},
    {"httpclient.resolvers.prefer", " ipv4 ipv6 "},
    {"httpclient.ssl.verify", " none required "},
    {"profiling.tasks", " on auto off "},
    {"ssl-server-verify", " none required "},
    {"ssl-load-extra-files", " none all bundle sctl ocsp issuer key ", true},
    {"tune.fd.edge-triggered", " on off "},
    {"tune.idle-pool.shared", " on off "},
    {"tune.listener.multi-queue", " on off "},
    {"tune.sched.low-latency", " on off "},
    {"tune.ssl.keylog", " on off "},
    {"mode", " http tcp "},
    {"http-reuse", " never safe aggressive always "},
    {"load-server-state-from-file", " global local none "},
    {"option http-restrict-req-hdr-names", " preserve delete reject "},
    {"retry-on", " none conn-failure empty-response response-timeout junk-response all-retryable-errors 0rtt-rejected "
                 "401 403 404 408 425 500 501 502 503 504 ", true},
    {"expose-fd", " listeners "},
    {"observe", " layer4 layer7 "},
    {"on-error", " fastinter fail-check sudden-death mark-down "},
    {"on-marked-down", " shutdown-sessions "},
    {"on-marked-up", " shutdown-backup-sessions "},
    {"log-proto", " legacy octet-count "},
    {"resolve-prefer", " ipv4 ipv6 "},
    {"verify", " none required optional "},
    {"ws", " auto h1 h2 "},
    {"proto", " h1 h2 fcgi none "},
    {"check-proto", " h1 h2 fcgi none "},
    {"ssl-min-ver", " SSLv3 TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3 "},
    {"ssl-max-ver", " SSLv3 TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3 "},
    {"severity-output", " none number string "},
    {"level", " user operator admin "},
};
// clang-format on

void check_number(const Context& context, std::size_t at, const Bounds& one) {
  const std::string_view value = context.word(at);
  const std::int64_t number = lax_number(value);
  if (one.reading == Reading::strict && !is_whole_number(value))
    context.wrong(at, fmt::format("{} takes a whole number, not \"{}\"", one.name, value));
  else if (number < one.least || number > one.most)
    context.wrong(at,
                  one.most == unbounded ? fmt::format("{} takes a number from {}, not {}", one.name, one.least, value)
                  : one.least == one.most
                      ? fmt::format("{} takes nothing but {}", one.name, one.least)
                      : fmt::format("{} takes a number from {} to {}, not {}", one.name, one.least, one.most, value));
}

}  // namespace

bool is_whole_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

void check_value(const Context& context, std::size_t at, Kind kind, std::string_view name) {
  const std::string_view value = context.word(at);
  if (kind == Kind::time && !parse_time(value))
    context.wrong(at, fmt::format("{} takes a time up to 24 days, such as 5s or 500ms, not \"{}\"", name, value));
  for (const FewWords& row : few_words) {
    if (row.name != name) continue;
    for (std::size_t i = at; i == at || (row.list && !context.word(i).empty()); ++i)
      if (!listed(row.values, context.word(i)))
        context.wrong(i, fmt::format("{} takes one of:{}; not \"{}\"", name, row.values, context.word(i)));
  }
  for (const Bounds& row : bounds)
    if (row.name == name) return check_number(context, at, row);
  if (kind == Kind::number && !is_whole_number(value))
    context.findings.add(
        no_effect, context.line.spot_of(at),
        fmt::format("{} takes a whole number, and HAProxy reads \"{}\" as {}", name, value, lax_number(value)));
}

void Context::wrong(std::size_t at, const std::string& what) const { findings.add(refused, line.spot_of(at), what); }

}  // namespace firedrill::lint::haproxy
