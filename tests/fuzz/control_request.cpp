// A request of any bytes to the control port's routers, without a port: "METHOD TARGET [CONTENT-TYPE]", a line break,
// the body. Every input meets the same registry: one proxy, disabled, with a fault and a toxic. Nothing leads anywhere,
// and what listens does so on a free port of loopback until the input is over.
#include <algorithm>
#include <string>
#include <string_view>

#include "control/loose_json.hpp"
#include "control/native.hpp"
#include "control/problem.hpp"
#include "control/run_routes.hpp"
#include "control/toxiproxy.hpp"
#include "drills/toml_guard.hpp"
#include "tests/fuzz/targets.hpp"

namespace firedrill::fuzz {
namespace {

using namespace control;

constexpr std::string_view nowhere = "192.0.2.1:1";  // RFC 5737: nobody has it, and nobody can listen there

Upstreams nowhere_else() {
  Upstreams upstreams;
  upstreams.allow("192.0.2.0/24");
  return upstreams;
}

bool is_native(std::string_view target) { return target.starts_with("/v1"); }

// Whether it would listen elsewhere than where it may, or ask a name server. A text that is no address is as good as
// any: Toxiproxy's interface takes names.
bool listens_at_will(const Json& json, bool native) {
  const auto at_will = [native](const Json& value) { return listens_at_will(value, native); };
  if (json.is_array()) return std::any_of(json.begin(), json.end(), at_will);
  if (!json.is_object()) return false;
  for (const auto& item : json.items()) {
    if (at_will(item.value())) return true;
    if (!same_name(item.key(), "listen") || !item.value().is_string()) continue;
    const auto text = item.value().get<std::string>();
    const bool tame = text == "127.0.0.1:0" || text == nowhere || (native && !proxy::Endpoint::parse(text));
    if (!tame) return true;
  }
  return false;
}

bool is_wild(const Request& request) {
  try {
    return listens_at_will(parse_first(request.body), is_native(request.target));
  } catch (const Refusal&) {
    return false;  // nobody takes it
  }
}

/// What everybody talks to. Runs have a registry of their own, which is halted: they are judged, and not started.
class Daemon {
 public:
  Daemon() {
    add_native(native_, registry_, nullptr, nullptr);
    add_run_routes(runs_router_, runs_, drills_, scheduler_);
    halted_.halt("fuzzing", "nobody");
  }

  void begin() {
    registry_.release();
    for (const ProxyView& proxy : registry_.list()) registry_.remove(proxy.spec.name);
    const auto there = *proxy::Endpoint::parse(nowhere);
    registry_.create({"api", there, there, std::chrono::seconds{5}, false});
    must(201, {"POST", "/v1/proxies/api/faults", {}, R"({"name": "slow", "kind": "latency", "delay": "1s"})", ""});
    must(200, {"POST", "/proxies/api/toxics", {}, R"({"type": "slicer", "attributes": {"average_size": 9}})", ""});
  }

  Response ask(const Request& request) const {
    Response response = router_of(request.target).route(request, Access::unguarded());
    if (response.feed) response.body += response.feed();
    return response;
  }
  std::string must(unsigned status, const Request& request) const {
    const Response response = ask(request);
    require(response.status == status, "what always works goes on working",
            [&] { return request.method + " " + request.target + " " + request.body + "\n" + response.body; });
    return response.body;
  }

  /// Everything that requests change, but for how often and when.
  std::string state() const {
    std::string all = registry_.halted() ? "halted" : "";
    for (const ProxyView& proxy : registry_.list()) {
      all += "\n" + proxy.spec.name + " " + proxy.spec.listen.text() + " " + proxy.spec.upstream.text() +
             (proxy.spec.enabled ? " on" : " off");
      for (const HandFault& fault : proxy.all()) all += "\n  " + fault.fault->name + " " + fault.table.shown();
    }
    return all;
  }
  const Registry& registry() const { return registry_; }

 private:
  const Router& router_of(std::string_view target) const {
    for (const std::string_view of_runs : {"/v1/runs", "/v1/drills", "/v1/schedule"})
      if (target.starts_with(of_runs)) return runs_router_;
    return is_native(target) ? native_ : toxiproxy_;
  }

  Registry registry_{{1, faults::Seed{7}, nowhere_else()}};
  Registry halted_{{1, faults::Seed{7}, nowhere_else()}};
  Runs runs_{halted_, "/nonexistent"};
  const DrillFiles drills_{{}};
  const Scheduler scheduler_{halted_, runs_, drills_, {}, false};
  Router native_, runs_router_, toxiproxy_ = toxiproxy(registry_, {});
};

Request request_of(std::string_view input) {
  Request request;
  request.peer = "127.0.0.1:5000";
  std::string_view head = input.substr(0, input.find('\n'));
  request.body = input.substr(std::min(input.size(), head.size() + 1));
  const auto word = [&head] {
    const std::string_view one = head.substr(0, head.find(' '));
    head.remove_prefix(std::min(head.size(), one.size() + 1));
    return std::string{one};
  };
  request.method = word();
  request.target = word();
  if (!head.empty()) request.headers.emplace_back("Content-Type", head);
  return request;
}

void judge(const Request& request, const Response& response) {
  const auto shown = [&] { return std::to_string(response.status) + " " + response.type + " " + response.body; };
  require(!reason_of(response.status).empty(), "a status has a reason", shown);
  require(!drills::not_utf8(response.body), "an answer is UTF-8", shown);
  for (const auto& [name, value] : response.headers)
    require(std::all_of(value.begin(), value.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; }),
            "a header is one line", [&] { return name + ": " + value; });
  if (!response.type.ends_with("json") || response.body.empty()) return;
  const Json body = Json::parse(response.body, nullptr, false);
  require(!body.is_discarded(), "an answer is JSON", shown);
  if (!is_native(request.target) || response.status < 400) return;
  require(response.type == "application/problem+json", "an error is problem details", shown);
  require(body.at("status") == response.status && !body.at("detail").get<std::string>().empty(),
          "a problem says what it is", shown);
}

// What is shown may come back.
void judge_faults(const Daemon& daemon) {
  const Json all = Json::parse(daemon.must(200, {"GET", "/v1/faults", {}, "", ""}));
  for (const Json& fault : all.at("faults")) {
    const std::string path = "/v1/proxies/" + segment(fault.at("proxy").get<std::string>()) + "/faults/" +
                             segment(fault.at("name").get<std::string>());
    // A name that is not UTF-8 is shown as one that is.
    if (daemon.ask({"GET", path, {}, "", ""}).status != 200) continue;
    if (daemon.registry().halted()) continue;
    daemon.must(200, {"PUT", path, {}, text_of(fault), ""});
  }
}

}  // namespace

Worth control_request(Input input) {
  static Daemon daemon;
  const Request request = request_of({reinterpret_cast<const char*>(input.data()), input.size()});  // NOLINT
  if (is_wild(request)) return Worth::nothing;
  daemon.begin();
  const std::string before = daemon.state();
  const Response response = daemon.ask(request);
  judge(request, response);
  if (is_native(request.target) && response.status >= 400)
    require(daemon.state() == before, "what is refused changes nothing");
  for (const char* const page : {"/v1/status", "/v1/proxies", "/proxies"}) {
    const Request look{"GET", page, {}, "", ""};
    daemon.must(200, look);
    judge(look, daemon.ask(look));
  }
  judge_faults(daemon);
  return Worth::keeping;
}

}  // namespace firedrill::fuzz
