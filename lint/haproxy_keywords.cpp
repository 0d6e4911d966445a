// Tables, by probing HAProxy 2.6.12 as Debian 12 ships it, with the matrix in configuration.txt, section 4.1.
#include "lint/haproxy_keywords.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "lint/haproxy_config.hpp"
#include "lint/listed.hpp"

namespace firedrill::lint::haproxy {
namespace {

constexpr std::uint8_t d = 1, f = 2, l = 4, b = 8;  // defaults, frontend, listen, backend

// clang-format off
constexpr Keyword proxies[] = {
    {"dynamic-cookie-key", d | l | b, 1, 1, Kind::any},
    {"hash-balance-factor", d | l | b, 1, any_number, Kind::number},
    {"max-session-srv-conns", d | f | l, 1, any_number, Kind::number},
    {"stats show-modules", d | f | l | b, 0, any_number, Kind::any},
    {"acl", d | f | l | b, 2, any_number, Kind::any},
    {"backlog", d | f | l, 1, 1, Kind::number},
    {"balance", d | l | b, 0, any_number, Kind::any},
    {"bind", f | l, 1, any_number, Kind::any},
    {"bind-process", d | f | l | b, 0, any_number, Kind::any},
    {"capture cookie", f | l, 3, any_number, Kind::any},
    {"capture request", f | l, 4, any_number, Kind::any},
    {"capture response", f | l, 4, any_number, Kind::any},
    {"clitcpka-cnt", d | f | l, 1, any_number, Kind::number},
    {"clitcpka-idle", d | f | l, 1, any_number, Kind::time},
    {"clitcpka-intvl", d | f | l, 1, any_number, Kind::time},
    {"compression", d | f | l | b, 1, any_number, Kind::any},
    {"cookie", d | l | b, 1, any_number, Kind::any},
    {"declare capture", f | l, 3, any_number, Kind::any},
    {"default-server", d | l | b, 0, any_number, Kind::any},
    {"default_backend", d | f | l, 1, 1, Kind::any},
    {"description", f | l | b, 1, any_number, Kind::any},
    {"disabled", d | f | l | b, 0, 0, Kind::any},
    {"dispatch", l | b, 1, 1, Kind::any},
    {"email-alert from", d | f | l | b, 1, any_number, Kind::any},
    {"email-alert level", d | f | l | b, 1, any_number, Kind::any},
    {"email-alert mailers", d | f | l | b, 1, any_number, Kind::any},
    {"email-alert myhostname", d | f | l | b, 1, any_number, Kind::any},
    {"email-alert to", d | f | l | b, 1, any_number, Kind::any},
    {"enabled", d | f | l | b, 0, 0, Kind::any},
    {"error-log-format", d | f | l, 1, 1, Kind::any},
    {"errorfile", d | f | l | b, 2, any_number, Kind::any},
    {"errorfiles", d | f | l | b, 1, any_number, Kind::any},
    {"errorloc", d | f | l | b, 2, any_number, Kind::any},
    {"errorloc302", d | f | l | b, 2, any_number, Kind::any},
    {"errorloc303", d | f | l | b, 2, any_number, Kind::any},
    {"external-check command", d | l | b, 1, 1, Kind::any},
    {"external-check path", d | l | b, 1, 1, Kind::any},
    {"filter", f | l | b, 1, any_number, Kind::any},
    {"force-persist", l | b, 2, any_number, Kind::any},
    {"fullconn", d | l | b, 1, 1, Kind::number},
    {"hash-type", d | l | b, 1, 3, Kind::any},
    {"http-after-response", d | f | l | b, 1, any_number, Kind::any},
    {"http-check comment", d | l | b, 1, any_number, Kind::any},
    {"http-check connect", d | l | b, 0, any_number, Kind::any},
    {"http-check disable-on-404", d | l | b, 0, 0, Kind::any},
    {"http-check expect", d | l | b, 1, any_number, Kind::any},
    {"http-check send", d | l | b, 0, any_number, Kind::any},
    {"http-check send-state", d | l | b, 0, 0, Kind::any},
    {"http-check set-var", d | l | b, 1, any_number, Kind::any},
    {"http-check set-var-fmt", d | l | b, 1, any_number, Kind::any},
    {"http-check unset-var", d | l | b, 0, any_number, Kind::any},
    {"http-error", d | f | l | b, 1, any_number, Kind::any},
    {"http-request", d | f | l | b, 1, any_number, Kind::any},
    {"http-response", d | f | l | b, 1, any_number, Kind::any},
    {"http-reuse", d | l | b, 1, 1, Kind::any},
    {"http-send-name-header", d | l | b, 1, any_number, Kind::any},
    {"id", f | l | b, 1, 1, Kind::number},
    {"ignore-persist", l | b, 2, any_number, Kind::any},
    {"load-server-state-from-file", d | l | b, 1, any_number, Kind::any},
    {"log", d | f | l | b, 0, any_number, Kind::any},
    {"log-format", d | f | l, 1, 1, Kind::any},
    {"log-format-sd", d | f | l, 1, 1, Kind::any},
    {"log-tag", d | f | l | b, 1, any_number, Kind::any},
    {"max-keep-alive-queue", d | l | b, 1, any_number, Kind::number},
    {"maxconn", d | f | l, 1, 1, Kind::number},
    {"mode", d | f | l | b, 1, 1, Kind::any},
    {"monitor fail", f | l, 2, any_number, Kind::any},
    {"monitor-uri", d | f | l, 1, 1, Kind::any},
    {"option abortonclose", d | l | b, 0, 0, Kind::any},
    {"option accept-invalid-http-request", d | f | l, 0, 0, Kind::any},
    {"option accept-invalid-http-response", d | l | b, 0, 0, Kind::any},
    {"option allbackups", d | l | b, 0, 0, Kind::any},
    {"option checkcache", d | l | b, 0, 0, Kind::any},
    {"option clitcpka", d | f | l, 0, 0, Kind::any},
    {"option contstats", d | f | l, 0, 0, Kind::any},
    {"option disable-h2-upgrade", d | f | l, 0, 0, Kind::any},
    {"option dontlog-normal", d | f | l, 0, 0, Kind::any},
    {"option dontlognull", d | f | l, 0, 0, Kind::any},
    {"option external-check", d | l | b, 0, any_number, Kind::any},
    {"option forwardfor", d | f | l | b, 0, any_number, Kind::any},
    {"option h1-case-adjust-bogus-client", d | f | l, 0, 0, Kind::any},
    {"option h1-case-adjust-bogus-server", d | l | b, 0, 0, Kind::any},
    {"option http-buffer-request", d | f | l | b, 0, 0, Kind::any},
    {"option http-ignore-probes", d | f | l, 0, 0, Kind::any},
    {"option http-keep-alive", d | f | l | b, 0, 0, Kind::any},
    {"option http-no-delay", d | f | l | b, 0, 0, Kind::any},
    {"option http-pretend-keepalive", d | l | b, 0, 0, Kind::any},
    {"option http-restrict-req-hdr-names", d | f | l | b, 1, 1, Kind::any},
    {"option http-server-close", d | f | l | b, 0, 0, Kind::any},
    {"option http-use-proxy-header", d | f | l, 0, 0, Kind::any},
    {"option httpchk", d | l | b, 0, any_number, Kind::any},
    {"option httpclose", d | f | l | b, 0, 0, Kind::any},
    {"option httplog", d | f | l, 0, 1, Kind::any},
    {"option httpslog", d | f | l, 0, any_number, Kind::any},
    {"option idle-close-on-response", d | f | l, 0, 0, Kind::any},
    {"option independent-streams", d | f | l | b, 0, 0, Kind::any},
    {"option ldap-check", d | l | b, 0, 0, Kind::any},
    {"option log-health-checks", d | l | b, 0, 0, Kind::any},
    {"option log-separate-errors", d | f | l, 0, 0, Kind::any},
    {"option logasap", d | f | l, 0, 0, Kind::any},
    {"option mysql-check", d | l | b, 0, any_number, Kind::any},
    {"option nolinger", d | f | l | b, 0, 0, Kind::any},
    {"option originalto", d | f | l | b, 0, any_number, Kind::any},
    {"option persist", d | l | b, 0, 0, Kind::any},
    {"option pgsql-check", d | l | b, 2, any_number, Kind::any},
    {"option prefer-last-server", d | l | b, 0, 0, Kind::any},
    {"option redis-check", d | l | b, 0, 0, Kind::any},
    {"option redispatch", d | l | b, 0, any_number, Kind::any},
    {"option smtpchk", d | l | b, 0, any_number, Kind::any},
    {"option socket-stats", d | f | l, 0, 0, Kind::any},
    {"option splice-auto", d | f | l | b, 0, 0, Kind::any},
    {"option splice-request", d | f | l | b, 0, 0, Kind::any},
    {"option splice-response", d | f | l | b, 0, 0, Kind::any},
    {"option spop-check", d | l | b, 0, 0, Kind::any},
    {"option srvtcpka", d | l | b, 0, 0, Kind::any},
    {"option ssl-hello-chk", d | l | b, 0, 0, Kind::any},
    {"option tcp-check", d | l | b, 0, 0, Kind::any},
    {"option tcp-smart-accept", d | f | l, 0, 0, Kind::any},
    {"option tcp-smart-connect", d | l | b, 0, 0, Kind::any},
    {"option tcpka", d | f | l | b, 0, 0, Kind::any},
    {"option tcplog", d | f | l | b, 0, 0, Kind::any},
    {"option transparent", d | l | b, 0, 0, Kind::any},
    {"persist rdp-cookie", d | l | b, 0, any_number, Kind::any},
    {"rate-limit sessions", d | f | l, 1, any_number, Kind::number},
    {"redirect", f | l | b, 1, any_number, Kind::any},
    {"retries", d | l | b, 1, 1, Kind::number},
    {"retry-on", d | l | b, 1, any_number, Kind::any},
    {"server", l | b, 2, any_number, Kind::any},
    {"server-state-file-name", d | l | b, 0, 1, Kind::any},
    {"server-template", l | b, 3, any_number, Kind::any},
    {"source", d | l | b, 1, any_number, Kind::any},
    {"srvtcpka-cnt", d | l | b, 1, any_number, Kind::number},
    {"srvtcpka-idle", d | l | b, 1, any_number, Kind::time},
    {"srvtcpka-intvl", d | l | b, 1, any_number, Kind::time},
    {"stats admin", f | l | b, 1, any_number, Kind::any},
    {"stats auth", d | f | l | b, 1, any_number, Kind::any},
    {"stats enable", d | f | l | b, 0, any_number, Kind::any},
    {"stats hide-version", d | f | l | b, 0, any_number, Kind::any},
    {"stats http-request", f | l | b, 1, any_number, Kind::any},
    {"stats realm", d | f | l | b, 1, any_number, Kind::any},
    {"stats refresh", d | f | l | b, 1, any_number, Kind::time},
    {"stats scope", d | f | l | b, 1, any_number, Kind::any},
    {"stats show-desc", d | f | l | b, 0, any_number, Kind::any},
    {"stats show-legends", d | f | l | b, 0, any_number, Kind::any},
    {"stats show-node", d | f | l | b, 0, any_number, Kind::any},
    {"stats uri", d | f | l | b, 1, any_number, Kind::any},
    {"stick match", l | b, 1, any_number, Kind::any},
    {"stick on", l | b, 1, any_number, Kind::any},
    {"stick store-request", l | b, 1, any_number, Kind::any},
    {"stick store-response", l | b, 1, any_number, Kind::any},
    {"stick-table", f | l | b, 2, any_number, Kind::any},
    {"tcp-check comment", d | l | b, 1, any_number, Kind::any},
    {"tcp-check connect", d | l | b, 0, any_number, Kind::any},
    {"tcp-check expect", d | l | b, 1, any_number, Kind::any},
    {"tcp-check send", d | l | b, 1, any_number, Kind::any},
    {"tcp-check send-binary", d | l | b, 1, any_number, Kind::any},
    {"tcp-check send-binary-lf", d | l | b, 1, any_number, Kind::any},
    {"tcp-check send-lf", d | l | b, 1, any_number, Kind::any},
    {"tcp-check set-var", d | l | b, 1, any_number, Kind::any},
    {"tcp-check set-var-fmt", d | l | b, 1, any_number, Kind::any},
    {"tcp-check unset-var", d | l | b, 0, any_number, Kind::any},
    {"tcp-request connection", d | f | l, 1, any_number, Kind::any},
    {"tcp-request content", d | f | l | b, 1, any_number, Kind::any},
    {"tcp-request inspect-delay", d | f | l | b, 1, any_number, Kind::time},
    {"tcp-request session", d | f | l, 1, any_number, Kind::any},
    {"tcp-response content", d | l | b, 1, any_number, Kind::any},
    {"tcp-response inspect-delay", d | l | b, 1, any_number, Kind::time},
    {"timeout check", d | l | b, 1, 1, Kind::time},
    {"timeout client", d | f | l, 1, 1, Kind::time},
    {"timeout client-fin", d | f | l, 1, 1, Kind::time},
    {"timeout connect", d | l | b, 1, 1, Kind::time},
    {"timeout http-keep-alive", d | f | l | b, 1, 1, Kind::time},
    {"timeout http-request", d | f | l | b, 1, 1, Kind::time},
    {"timeout queue", d | l | b, 1, 1, Kind::time},
    {"timeout server", d | l | b, 1, 1, Kind::time},
    {"timeout server-fin", d | l | b, 1, 1, Kind::time},
    {"timeout tarpit", d | f | l | b, 1, 1, Kind::time},
    {"timeout tunnel", d | l | b, 1, 1, Kind::time},
    {"transparent", d | l | b, 0, 0, Kind::any},
    {"unique-id-format", d | f | l, 1, 1, Kind::any},
    {"unique-id-header", d | f | l, 1, any_number, Kind::any},
    {"use-fcgi-app", l | b, 1, any_number, Kind::any},
    {"use-server", l | b, 1, any_number, Kind::any},
    {"use_backend", f | l, 1, any_number, Kind::any},
};

constexpr struct { std::string_view name; std::uint8_t least, most; Kind kind; } globals[] = {
    {"busy-polling", 0, 0, Kind::any},
    {"ca-base", 1, 1, Kind::any},
    {"chroot", 1, 1, Kind::any},
    {"close-spread-time", 1, any_number, Kind::time},
    {"cluster-secret", 1, 1, Kind::any},
    {"cpu-map", 1, any_number, Kind::any},
    {"crt-base", 1, 1, Kind::any},
    {"daemon", 0, 0, Kind::any},
    {"default-path", 1, any_number, Kind::any},
    {"description", 1, any_number, Kind::any},
    {"expose-experimental-directives", 0, any_number, Kind::any},
    {"external-check", 0, 0, Kind::any},
    {"fd-hard-limit", 1, 1, Kind::number},
    {"gid", 1, 1, Kind::number},
    {"grace", 1, any_number, Kind::time},
    {"group", 1, any_number, Kind::any},
    {"h1-accept-payload-with-any-method", 0, 0, Kind::any},
    {"h1-case-adjust", 1, any_number, Kind::any},
    {"h1-case-adjust-file", 1, any_number, Kind::any},
    {"h2-workaround-bogus-websocket-clients", 0, 0, Kind::any},
    {"hard-stop-after", 1, any_number, Kind::time},
    {"httpclient.resolvers.id", 1, any_number, Kind::any},
    {"httpclient.resolvers.prefer", 1, any_number, Kind::any},
    {"httpclient.ssl.ca-file", 1, any_number, Kind::any},
    {"httpclient.ssl.verify", 1, any_number, Kind::any},
    {"insecure-fork-wanted", 0, 0, Kind::any},
    {"insecure-setuid-wanted", 0, 0, Kind::any},
    {"issuers-chain-path", 1, any_number, Kind::any},
    {"localpeer", 1, 1, Kind::any},
    {"log", 0, any_number, Kind::any},
    {"log-send-hostname", 0, any_number, Kind::any},
    {"log-tag", 1, 1, Kind::any},
    {"lua-load", 1, any_number, Kind::any},
    {"lua-load-per-thread", 1, any_number, Kind::any},
    {"lua-prepend-path", 1, 2, Kind::any},
    {"master-worker", 0, 1, Kind::any},
    {"max-spread-checks", 1, 1, Kind::time},
    {"maxcompcpuusage", 1, 1, Kind::any},
    {"maxcomprate", 1, 1, Kind::any},
    {"maxconn", 1, 1, Kind::number},
    {"maxconnrate", 1, 1, Kind::number},
    {"maxpipes", 1, 1, Kind::number},
    {"maxsessrate", 1, 1, Kind::number},
    {"maxsslconn", 1, 1, Kind::number},
    {"maxsslrate", 1, 1, Kind::any},
    {"maxzlibmem", 1, 1, Kind::any},
    {"mworker-max-reloads", 0, any_number, Kind::any},
    {"nbthread", 1, 1, Kind::number},
    {"no-memory-trimming", 0, 0, Kind::any},
    {"node", 1, 1, Kind::any},
    {"noepoll", 0, 0, Kind::any},
    {"noevports", 0, 0, Kind::any},
    {"nogetaddrinfo", 0, 0, Kind::any},
    {"nokqueue", 0, 0, Kind::any},
    {"nopoll", 0, 0, Kind::any},
    {"noreuseport", 0, 0, Kind::any},
    {"nosplice", 0, 0, Kind::any},
    {"numa-cpu-mapping", 0, any_number, Kind::any},
    {"pidfile", 1, 1, Kind::any},
    {"pp2-never-send-local", 0, 0, Kind::any},
    {"presetenv", 2, any_number, Kind::any},
    {"profiling.tasks", 1, any_number, Kind::any},
    {"quiet", 0, 0, Kind::any},
    {"resetenv", 0, any_number, Kind::any},
    {"server-state-base", 1, any_number, Kind::any},
    {"server-state-file", 1, any_number, Kind::any},
    {"set-dumpable", 0, 0, Kind::any},
    {"set-var", 1, any_number, Kind::any},
    {"set-var-fmt", 1, any_number, Kind::any},
    {"setenv", 2, any_number, Kind::any},
    {"spread-checks", 1, 1, Kind::any},
    {"ssl-default-bind-ciphers", 1, 1, Kind::any},
    {"ssl-default-bind-ciphersuites", 1, 1, Kind::any},
    {"ssl-default-bind-curves", 1, 1, Kind::any},
    {"ssl-default-bind-options", 1, any_number, Kind::any},
    {"ssl-default-server-ciphers", 1, 1, Kind::any},
    {"ssl-default-server-ciphersuites", 1, 1, Kind::any},
    {"ssl-default-server-options", 1, any_number, Kind::any},
    {"ssl-dh-param-file", 1, any_number, Kind::any},
    {"ssl-load-extra-del-ext", 0, any_number, Kind::any},
    {"ssl-load-extra-files", 1, any_number, Kind::any},
    {"ssl-mode-async", 0, any_number, Kind::any},
    {"ssl-propquery", 1, any_number, Kind::any},
    {"ssl-provider", 1, any_number, Kind::any},
    {"ssl-provider-path", 1, any_number, Kind::any},
    {"ssl-server-verify", 1, any_number, Kind::any},
    {"ssl-skip-self-issued-ca", 0, any_number, Kind::any},
    {"stats", 1, any_number, Kind::any},
    {"strict-limits", 0, 0, Kind::any},
    {"thread-group", 1, any_number, Kind::any},
    {"thread-groups", 1, any_number, Kind::any},
    {"tune.buffers.limit", 1, 1, Kind::any},
    {"tune.buffers.reserve", 1, 1, Kind::any},
    {"tune.bufsize", 1, any_number, Kind::number},
    {"tune.comp.maxlevel", 1, any_number, Kind::any},
    {"tune.fail-alloc", 0, 1, Kind::any},
    {"tune.fd.edge-triggered", 1, any_number, Kind::any},
    {"tune.h2.header-table-size", 1, any_number, Kind::any},
    {"tune.h2.initial-window-size", 0, 1, Kind::any},
    {"tune.h2.max-concurrent-streams", 0, 1, Kind::any},
    {"tune.h2.max-frame-size", 1, any_number, Kind::any},
    {"tune.http.cookielen", 1, 1, Kind::any},
    {"tune.http.logurilen", 1, 1, Kind::any},
    {"tune.http.maxhdr", 1, 1, Kind::number},
    {"tune.idle-pool.shared", 1, any_number, Kind::any},
    {"tune.idletimer", 1, 1, Kind::time},
    {"tune.listener.multi-queue", 1, any_number, Kind::any},
    {"tune.lua.forced-yield", 0, any_number, Kind::any},
    {"tune.lua.maxmem", 1, any_number, Kind::any},
    {"tune.lua.service-timeout", 1, any_number, Kind::any},
    {"tune.lua.session-timeout", 1, any_number, Kind::any},
    {"tune.lua.task-timeout", 1, any_number, Kind::any},
    {"tune.maxaccept", 1, 1, Kind::any},
    {"tune.maxpollevents", 1, 1, Kind::any},
    {"tune.maxrewrite", 1, 1, Kind::number},
    {"tune.pattern.cache-size", 1, any_number, Kind::any},
    {"tune.peers.max-updates-at-once", 1, 1, Kind::number},
    {"tune.pipesize", 1, 1, Kind::any},
    {"tune.pool-high-fd-ratio", 1, 1, Kind::any},
    {"tune.pool-low-fd-ratio", 1, 1, Kind::any},
    {"tune.rcvbuf.client", 1, 1, Kind::any},
    {"tune.rcvbuf.server", 1, 1, Kind::any},
    {"tune.recv_enough", 1, 1, Kind::any},
    {"tune.runqueue-depth", 1, 1, Kind::any},
    {"tune.sched.low-latency", 1, any_number, Kind::any},
    {"tune.sndbuf.client", 1, 1, Kind::any},
    {"tune.sndbuf.server", 1, 1, Kind::any},
    {"tune.ssl.cachesize", 1, 1, Kind::any},
    {"tune.ssl.capture-buffer-size", 1, 1, Kind::any},
    {"tune.ssl.capture-cipherlist-size", 1, 1, Kind::any},
    {"tune.ssl.default-dh-param", 1, any_number, Kind::any},
    {"tune.ssl.force-private-cache", 0, 0, Kind::any},
    {"tune.ssl.hard-maxrecord", 1, 1, Kind::any},
    {"tune.ssl.keylog", 1, any_number, Kind::any},
    {"tune.ssl.lifetime", 1, 1, Kind::time},
    {"tune.ssl.maxrecord", 1, 1, Kind::any},
    {"tune.ssl.ssl-ctx-cache-size", 1, 1, Kind::any},
    {"tune.vars.check-max-size", 0, any_number, Kind::any},
    {"tune.vars.global-max-size", 0, any_number, Kind::any},
    {"tune.vars.proc-max-size", 0, any_number, Kind::any},
    {"tune.vars.reqres-max-size", 0, any_number, Kind::any},
    {"tune.vars.sess-max-size", 0, any_number, Kind::any},
    {"tune.vars.txn-max-size", 0, any_number, Kind::any},
    {"uid", 1, 1, Kind::number},
    {"ulimit-n", 1, 1, Kind::number},
    {"unix-bind", 0, any_number, Kind::any},
    {"unsetenv", 1, any_number, Kind::any},
    {"user", 1, any_number, Kind::any},
    {"zero-warning", 0, 0, Kind::any},
};

constexpr struct { std::string_view kind, directives; } others[] = {
    {"peers", "bind default-bind default-server disabled enabled log peer server shards table"},
    {"userlist", "group user"},
    {"mailers", "mailer timeout"},
    {"resolvers", "nameserver parse-resolv-conf hold timeout resolve_retries accepted_payload_size"},
    {"cache", "total-max-size max-object-size max-age max-secondary-entries process-vary"},
    {"program", "command user group option"},
    {"http-errors", "errorfile"},
    {"ring", "backing-file description format maxlen size timeout server default-server"},
    {"log-forward", "backlog bind dgram-bind log maxconn timeout"},
    {"fcgi-app", "acl docroot index path-info pass-header set-param option log-stderr"},
};
// clang-format on

}  // namespace

const Keyword* proxy_keyword(const Line& line, std::size_t& words) {
  static const std::map<std::string_view, const Keyword*> table = [] {
    std::map<std::string_view, const Keyword*> all;
    for (const Keyword& keyword : proxies) all.emplace(keyword.name, &keyword);
    return all;
  }();
  for (std::size_t n = 3; n > 0; --n) {
    // "rdp-cookie(name)", "set-var(check.name)"
    const auto plain = [&](std::size_t i) { return line.word(i).substr(0, line.word(i).find('(')); };
    std::string name{line.word(0)};
    for (std::size_t i = 1; i < n; ++i) name += " " + std::string{plain(i)};
    const auto it = table.find(name);
    if (it == table.end()) continue;
    words = n;
    return it->second;
  }
  return nullptr;
}

const Keyword* global_keyword(std::string_view name) {
  static const std::vector<Keyword> table = [] {
    std::vector<Keyword> all;
    for (const auto& row : globals) all.push_back({row.name, 0, row.least, row.most, row.kind});
    return all;
  }();
  const auto it = std::find_if(table.begin(), table.end(), [&](const Keyword& one) { return one.name == name; });
  return it == table.end() ? nullptr : &*it;
}

bool may_stand(const Keyword& keyword, Place place) {
  const std::uint8_t bit = place == Place::defaults ? d : place == Place::frontend ? f : place == Place::listen ? l : b;
  return (keyword.sections & bit) != 0;
}

std::vector<std::string> proxy_keyword_names(std::string_view first_word) {
  std::vector<std::string> names;
  const std::string family = std::string{first_word} + " ";
  for (const Keyword& keyword : proxies)
    if (keyword.name.starts_with(family)) names.emplace_back(keyword.name);
  if (names.empty())
    for (const Keyword& keyword : proxies) names.emplace_back(keyword.name.substr(0, keyword.name.find(' ')));
  return names;
}

std::vector<std::string> global_keyword_names() {
  std::vector<std::string> names;
  for (const auto& row : globals) names.emplace_back(row.name);
  return names;
}

namespace {}  // namespace

bool is_section(std::string_view kind) {
  constexpr std::string_view own = "global defaults frontend backend listen";
  return listed(own, kind) ||
         std::any_of(std::begin(others), std::end(others), [&](const auto& row) { return row.kind == kind; });
}

bool other_keyword(std::string_view kind, std::string_view name) {
  return std::any_of(std::begin(others), std::end(others),
                     [&](const auto& row) { return row.kind == kind && listed(row.directives, name); });
}

}  // namespace firedrill::lint::haproxy
