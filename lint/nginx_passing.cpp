// Rules about passing requests on: timeouts, retries, headers. ngx_http_proxy_module and ngx_stream_proxy_module of
// nginx 1.22.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lint/nginx_examples.hpp"
#include "lint/nginx_rules.hpp"
#include "lint/nginx_syntax.hpp"

namespace firedrill::lint::nginx {
namespace {

// "proxy" of proxy_pass.
std::string family(const Directive& pass) { return std::string{pass.name().substr(0, pass.name().find('_'))}; }

// What a setting of the pass's family is there, and where it comes from.
struct Setting {
  const Directive* directive = nullptr;
  std::string name;
  std::string_view value() const { return directive == nullptr ? "" : directive->word(1); }
};
Setting setting_of(const Directive& pass, std::string_view name) {
  const std::string full = family(pass) + "_" + std::string{name};
  return {pass.parent == nullptr ? nullptr : effective(*pass.parent, full), full};
}

// Where it is set, or else the pass. A server with a hundred locations is told once.
class Once {
 public:
  bool first(const Directive& pass, const Setting& setting) {
    const Directive* server = around(pass, "server");
    const Directive* key = setting.directive != nullptr ? setting.directive : server != nullptr ? server : &pass;
    return told_.insert(key).second;
  }

 private:
  std::set<const Directive*> told_;
};
Spot spot_of(const Directive& pass, const Setting& setting) {
  return setting.directive != nullptr ? setting.directive->spot(1) : pass.spot();
}

bool is_http_proxy(const Directive& pass) { return pass.name() == "proxy_pass" && !is_stream(pass); }

void no_reuse(const Rule& rule, const Subject& subject) {
  Once once;
  for (const Directive* pass : passes(subject.tree)) {
    const Directive* upstream = upstream_of(subject.tree, *pass);
    if (!is_http_proxy(*pass) || upstream == nullptr || child(*upstream, "keepalive") == nullptr) continue;
    const Setting version = setting_of(*pass, "http_version");
    bool connection = false;
    for (const Directive* header : effective_all(*pass->parent, "proxy_set_header"))
      if (header->word(1) == "Connection" || header->word(1) == "connection")
        connection = header->word(2).empty() || header->word(2).find('$') != std::string_view::npos;
    if ((version.value() == "1.1" && connection) || !once.first(*pass, {})) continue;
    subject.findings.add(rule, pass->spot(),
                         fmt::format("upstream {} has keepalive (line {}), and here {}", upstream->word(1),
                                     child(*upstream, "keepalive")->spot().line,
                                     version.value() != "1.1" ? "proxy_http_version is not 1.1"
                                                              : "the Connection header is not cleared"));
  }
}

// There is no connecting then.
bool is_udp(const Directive& pass) {
  const Directive* server = pass.parent;
  return is_stream(pass) && server != nullptr &&
         std::all_of(server->children.begin(), server->children.end(),
                     [](const Directive& one) { return one.name() != "listen" || one.has("udp"); });
}

void slow_connect(const Rule& rule, const Subject& subject) {
  Once once;
  for (const Directive* pass : passes(subject.tree)) {
    const Setting setting = setting_of(*pass, "connect_timeout");
    const double time = setting.directive == nullptr ? 60 : parse_time(setting.value()).value_or(0);
    if (pass->name() == "fastcgi_pass" && setting.directive == nullptr) continue;  // NG15 says so
    if (is_udp(*pass)) continue;
    if (time > 5 && once.first(*pass, setting))
      subject.findings.add(rule, spot_of(*pass, setting),
                           fmt::format("{} is {}{}", setting.name, shown_seconds(time),
                                       setting.directive == nullptr ? " by default" : ""));
  }
}

void endless_chain(const Rule& rule, const Subject& subject) {
  Once once;
  for (const Directive* pass : passes(subject.tree)) {
    const Directive* upstream = upstream_of(subject.tree, *pass);
    if (upstream == nullptr || servers_of(*upstream).size() < 2) continue;
    if (is_stream(*pass)) continue;  // only connecting is tried again there, and NG06 looks at how long that takes
    const Setting next = setting_of(*pass, "next_upstream");
    if (next.value() == "off") continue;
    const double tries = number_of(setting_of(*pass, "next_upstream_tries").value());
    const double time = parse_time(setting_of(*pass, "next_upstream_timeout").value()).value_or(0);
    if (tries > 0 || time > 0 || !once.first(*pass, next)) continue;
    subject.findings.add(
        rule, pass->spot(),
        fmt::format("upstream {} has {} servers, and a request may try each of them for as long as its timeouts are",
                    upstream->word(1), servers_of(*upstream).size()));
  }
}

void repeated_orders(const Rule& rule, const Subject& subject) {
  each(*subject.tree.root, [&](const Directive& one) {
    if (!one.name().ends_with("_next_upstream") || !one.has("non_idempotent")) return;
    const auto it = std::find_if(one.words.begin(), one.words.end(),
                                 [](const Word& word) { return word.text == "non_idempotent"; });
    subject.findings.add(rule, it->spot, fmt::format("{} repeats POST, LOCK and PATCH on the next server", one.name()));
  });
}

void unlike_the_budget(const Rule& rule, const Subject& subject) {
  const auto& edge = subject.capacity.edge_timeout;
  const auto& app = subject.capacity.app_timeout;
  if (!edge && !app) return;
  Once once;
  for (const Directive* pass : passes(subject.tree)) {
    if (is_stream(*pass)) continue;
    const Setting setting = setting_of(*pass, "read_timeout");
    const double time = setting.directive == nullptr ? 60 : parse_time(setting.value()).value_or(0);
    const std::string what =
        fmt::format("{} is {}{}", setting.name, shown_seconds(time), setting.directive == nullptr ? " by default" : "");
    if (edge && time >= edge->value && once.first(*pass, setting))
      subject.findings.add(rule, spot_of(*pass, setting),
                           fmt::format("{}, and the edge leaves after {}", what, shown_seconds(edge->value)));
    else if (app && time < app->value && once.first(*pass, setting))
      subject.findings.add(rule, spot_of(*pass, setting),
                           fmt::format("{}, and the app may take {}", what, shown_seconds(app->value)));
  }
}

bool is_local(const Tree& tree, const Directive& pass) {
  const Directive* upstream = upstream_of(tree, pass);
  if (upstream == nullptr) return pass.word(1).starts_with("unix:");
  const auto servers = servers_of(*upstream);
  return std::any_of(servers.begin(), servers.end(),
                     [](const Directive* server) { return server->word(1).starts_with("unix:"); });
}

void invisible_queue(const Rule& rule, const Subject& subject) {
  Once once;
  for (const Directive* pass : passes(subject.tree)) {
    if (pass->name() != "fastcgi_pass") continue;
    const bool unset = setting_of(*pass, "connect_timeout").directive == nullptr, local = is_local(subject.tree, *pass);
    if ((!unset && !local) || !once.first(*pass, {})) continue;
    subject.findings.add(
        rule, pass->spot(),
        fmt::format("{}{}{}", unset ? "there is no fastcgi_connect_timeout: 60 s" : "", unset && local ? ", and " : "",
                    local ? "php-fpm reports no queue for a Unix socket" : ""));
  }
}

void sleeping_sessions(const Rule& rule, const Subject& subject) {
  for (const Directive* pass : passes(subject.tree))
    if (is_stream(*pass) && pass->parent != nullptr && effective(*pass->parent, "proxy_timeout") == nullptr)
      subject.findings.add(rule, pass->spot(), "there is no proxy_timeout: a session may be silent for 10 minutes");
}

void misread_rejects(const Rule& rule, const Subject& subject) {
  std::set<std::string> told;
  each(*subject.tree.root, [&](const Directive& one) {
    if ((one.name() != "limit_conn" && one.name() != "limit_req") || is_stream(one) || one.parent == nullptr) return;
    const std::string status = std::string{one.name()} + "_status";
    if (effective(*one.parent, status) == nullptr && told.insert(status).second)
      subject.findings.add(rule, one.spot(), fmt::format("there is no {}: who is turned away gets a 503", status),
                           fmt::format("{} 429;", status));
  });
}

#define POOL                                                                                                    \
  "  upstream api {\n    zone api 64k;\n    server 127.0.0.1:8081 max_conns=100 max_fails=3 fail_timeout=5s;\n" \
  "    server 127.0.0.1:8082 backup max_fails=3 fail_timeout=5s;\n"
#define TO(...) \
  "  server {\n    listen 8080;\n    location / {\n" __VA_ARGS__ "      proxy_pass http://api;\n    }\n  }\n}\n"
#define TWO "      proxy_next_upstream_tries 2;\n"
#define QUICK "      proxy_connect_timeout 2s;\n"

const TreeRule passing_rows[] = {
    {{"NG04", Severity::warning, "keepalive that is not used",
      "An upstream has keepalive, and a proxy_pass to it neither proxy_http_version 1.1 nor a cleared Connection "
      "header. nginx before "
      "1.29.7 needs both.",
      "Each request opens a connection of its own: ports run out, every request pays a handshake, and a slow backend "
      "is slower.",
      "proxy_http_version 1.1; proxy_set_header Connection \"\";", "handshake-stall",
      NG_HTTP POOL "    keepalive 4;\n  }\n" TO(QUICK TWO), NG_HTTP POOL "    keepalive 4;\n  }\n" NG_PASS},
     no_reuse},
    {{"NG06", Severity::warning, "connecting for longer than 5 s",
      "proxy_connect_timeout and its like is above 5 s; by default it is 60 s.",
      "A server that is gone holds each request for that long, for each server in turn.", "proxy_connect_timeout 2s;",
      "silent-drop", NG_HTTP POOL "  }\n" TO(TWO), NG_HTTP POOL "  }\n" TO(QUICK TWO)},
     slow_connect},
    {{"NG07", Severity::warning, "retries without an end",
      "An upstream of several servers is passed to with neither proxy_next_upstream_tries nor "
      "proxy_next_upstream_timeout.",
      "A request tries every server, and waits at each for the whole timeout: one slow backend multiplies the load on "
      "the others.",
      "proxy_next_upstream_tries 2; proxy_next_upstream_timeout 10s;", "slow-upstream-retries",
      NG_HTTP POOL "  }\n" TO(QUICK), NG_HTTP POOL "  }\n" TO(QUICK TWO)},
     endless_chain},
    {{"NG08", Severity::error, "orders that are sent twice", "proxy_next_upstream has non_idempotent.",
      "A POST that timed out may have been carried out; sent to the next server it is carried out again.",
      "Leave non_idempotent out.", "slow-upstream-retries",
      NG_HTTP POOL "  }\n" TO(QUICK TWO "      proxy_next_upstream error timeout non_idempotent;\n"),
      NG_HTTP POOL "  }\n" TO(QUICK TWO "      proxy_next_upstream error timeout;\n")},
     repeated_orders},
    {{"NG13", Severity::warning, "a timeout outside of the budget",
      "proxy_read_timeout and its like (60 s by default) reaches [edge] timeout in capacity.toml, or is below [app] "
      "timeout.",
      "Longer than the edge waits, nginx holds a worker of the app for somebody who has left; shorter than the app "
      "takes, users get a 504 and "
      "the app works on.",
      "Set it between the app's timeout and the edge's.", "latency-brownout", NG_HTTP POOL "  }\n" TO(QUICK TWO),
      NG_HTTP POOL "  }\n" TO(QUICK TWO "      proxy_read_timeout 25s;\n"),
      "[edge]\ntimeout = \"30s\"\n[app]\ntimeout = \"20s\"\n"},
     unlike_the_budget},
    {{"NG15", Severity::warning, "php-fpm's queue, unseen and unbounded",
      "A fastcgi_pass without fastcgi_connect_timeout, or to a Unix socket.",
      "Whoever finds all children busy waits in the kernel's backlog: no counter shows it, on a Unix socket not even "
      "php-fpm's own. When the "
      "backlog is full nginx answers 502.",
      "fastcgi_connect_timeout 2s; and an alert on php-fpm's listen queue, over TCP.", "pool-exhaustion",
      NG_HTTP
      "  server {\n    listen 8080;\n    location / {\n      fastcgi_pass unix:/run/php/php-fpm.sock;\n    }\n  }\n}\n",
      NG_HTTP "  server {\n    listen 8080;\n    location / {\n      fastcgi_connect_timeout 2s;\n      fastcgi_pass "
              "127.0.0.1:9000;\n    }\n  }\n}\n"},
     invisible_queue},
    {{"NG16", Severity::info, "silent sessions for ten minutes", "A proxy_pass in stream without proxy_timeout.",
      "Each session that died without a word keeps its connection to the backend for 10 minutes.",
      "proxy_timeout 1m; or what the protocol's own keep-alive needs.", "silent-drop",
      NG_MAIN
      "stream {\n  server {\n    listen 5432;\n    proxy_connect_timeout 2s;\n    proxy_pass 127.0.0.1:5433;\n  }\n}\n",
      NG_MAIN "stream {\n  server {\n    listen 5432;\n    proxy_connect_timeout 2s;\n    proxy_timeout 2m;\n    "
              "proxy_pass 127.0.0.1:5433;\n  }\n}\n"},
     sleeping_sessions},
    {{"NG18", Severity::info, "rejects that look like a broken backend", "limit_conn or limit_req without its status.",
      "Whoever is turned away gets a 503, as if the backend had failed; alerts and people look in the wrong place.",
      "limit_conn_status 429; limit_req_status 429;", "pool-exhaustion",
      NG_HTTP "  limit_conn_zone $binary_remote_addr zone=one:1m;\n  server {\n    listen 8080;\n    limit_conn one "
              "10;\n  }\n}\n",
      NG_HTTP "  limit_conn_zone $binary_remote_addr zone=one:1m;\n  server {\n    listen 8080;\n    limit_conn one "
              "10;\n    limit_conn_status 429;\n  }\n}\n"},
     misread_rejects},
};

}  // namespace

std::span<const TreeRule> passing_rules() { return passing_rows; }

}  // namespace firedrill::lint::nginx
