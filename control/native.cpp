// Bodies in, the registry asked, views out.
#include "control/native.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "control/answered.hpp"
#include "control/json.hpp"
#include "control/problem.hpp"
#include "control/views.hpp"
#include "drills/reading.hpp"
#include "faults/catalog.hpp"
#include "faults/units.hpp"
#include "version.hpp"

namespace firedrill::control {
namespace {

using namespace std::chrono_literals;
using faults::Problems;
using faults::Reader;
using faults::Value;

constexpr Duration usual_ttl = 1h;
constexpr Duration longest_ttl = 366 * 24h;

/// A body that may be left out.
Json body_or_nothing(const Request& request) {
  return request.body.empty() ? Json::object() : parse_json(request.body);
}

Json object_of(Json body) {
  if (!body.is_object()) throw faults::PlanError{Problems{{{}, "the body must be a JSON object"}}};
  return body;
}

void give_up_on(Problems problems) {
  if (!problems.empty()) throw faults::PlanError{std::move(problems)};
}

// What the API adds to a fault's table when it shows one may come back with it.
void take_out_what_is_shown(Value& table) {
  std::erase_if(*table.table(), [](const faults::Member& m) { return m.key == "status" || m.key == "proxy"; });
}

/// A fault's table as in a drill file, with `ttl` instead of a timeline. `name`: from the path; "" when the body has
/// it.
NewFault read_fault(const Json& body, const std::string& pointer, std::string name, const std::string& who) {
  NewFault fault;
  fault.table = settings_of(body, pointer);
  if (fault.table.table() == nullptr)
    throw faults::PlanError{Problems{{fault.table.place, "a fault must be a JSON object"}}};
  take_out_what_is_shown(fault.table);
  Problems problems;
  {
    const std::string subject = name.empty() ? "fault" : fmt::format("fault \"{}\"", name);
    Reader keys{fault.table, subject, problems};
    if (name.empty() || keys.has("name")) {
      const std::string given = keys.text("name");
      if (!name.empty() && given != name && problems.empty())
        keys.problem("name", fmt::format("the path says \"{}\"", name));
      if (name.empty()) name = given;
    }
    if (keys.has("table")) keys.problem("table", "files of this machine are not read for a request; give percentiles");
    if (keys.flag("held", false)) fault.held_by = who;
    fault.ttl = keys.duration("ttl", usual_ttl).at_least(100ms).at_most(longest_ttl);
  }
  give_up_on(std::move(problems));
  std::erase_if(*fault.table.table(),
                [](const faults::Member& m) { return m.key == "name" || m.key == "ttl" || m.key == "held"; });
  fault.name = std::move(name);
  fault.by = who;
  return fault;
}

HandFault fault_of(const ProxyView& proxy, const std::string& name) {
  for (const HandFault& fault : proxy.all())
    if (fault.fault->name == name) return fault;
  throw Refusal{404, fmt::format("there is no fault \"{}\" on proxy \"{}\"", name, proxy.spec.name)};
}

class Native {
 public:
  Native(Registry& registry, std::function<void()> reload, Runs* runs)
      : registry_{registry}, reload_{std::move(reload)}, runs_{runs} {}

  Response status(const Request&, const Places&) const {
    const Registry::Census census = registry_.census();
    const auto halt = registry_.halted();
    return ok({{"version", std::string{version}},
               {"started", show_utc(started_wall_)},
               {"uptime_s", faults::seconds(std::chrono::steady_clock::now() - started_)},
               {"room", proxy::Engine::room()},
               {"seed", registry_.seed().value},
               {"proxies", census.proxies},
               {"faults", census.faults},
               {"halt", halt ? json_of(*halt) : Json(nullptr)},
               {"journal", registry_.events().journal()}});
  }

  Response kinds(const Request&, const Places&) const {
    Json all = Json::array();
    for (const faults::Kind* kind : faults::catalog) {
      Json one{{"name", std::string{kind->name}}, {"summary", std::string{kind->summary}}, {"examples", Json::array()}};
      for (const std::string_view example : kind->examples) one["examples"].push_back(std::string{example});
      all.push_back(std::move(one));
    }
    return ok({{"kinds", all}});
  }

  Response list_proxies(const Request&, const Places&) const {
    Json all = Json::array();
    for (const ProxyView& proxy : registry_.list()) all.push_back(json_of(proxy));
    return ok({{"proxies", all}});
  }

  Response create_proxy(const Request& request, const Places&) const {
    const Json body = object_of(parse_json(request.body));
    Problems problems;
    Value table = settings_of(body);
    Reader keys{table, "proxy", problems};
    const std::string name = keys.text("name");
    const drills::ProxyBlock block = drills::read_proxy(name, keys, {});
    NewProxy wanted{name, block.listen, {}, block.connect_timeout, keys.flag("enabled", true)};
    if (const auto* upstream = std::get_if<proxy::Endpoint>(&block.upstream)) wanted.upstream = *upstream;
    const Value* faults = keys.raw("faults");
    if (faults != nullptr && faults->list() == nullptr) keys.problem("faults", "must be a list of faults");
    keys.raw("status");
    keys.finish();
    give_up_on(std::move(problems));
    std::vector<NewFault> wanted_faults;
    if (faults != nullptr)
      for (std::size_t i = 0; i < body["faults"].size(); ++i)
        wanted_faults.push_back(read_fault(body["faults"][i], fmt::format("/faults/{}", i), "", request.by()));
    return created(json_of(registry_.create(wanted, wanted_faults, request.by())), "/v1/proxies/" + segment(name));
  }

  Response show_proxy(const Request&, const Places& places) const {
    Json json = json_of(registry_.find(places.at("proxy")));
    json["status"]["counters"] = json_of(registry_.counters(places.at("proxy")).value_or(proxy::Counters{}));
    return ok(json);
  }

  Response change_proxy(const Request& request, const Places& places) const {
    const Json patch = object_of(parse_json(request.body));
    const auto remade = [&](const ProxyView& before) { return changed_by(patch, before); };
    return ok(json_of(registry_.change(places.at("proxy"), remade, request.by())));
  }

  Response remove_proxy(const Request& request, const Places& places) const {
    registry_.remove(places.at("proxy"), request.by());
    return nothing();
  }

  Response connections(const Request& request, const Places& places) const {
    const std::size_t limit = number_of(request, "limit", 1000);
    const auto links = registry_.links(places.at("proxy"));
    Json all = Json::array();
    for (const proxy::LinkView& link : links) {
      if (all.size() == limit) break;
      all.push_back(json_of(link));
    }
    return ok({{"connections", all}, {"total", links.size()}});
  }

  Response end_connection(const Request& request, const Places& places) const {
    const std::string how = query_value(request.target, "how", "close");
    if (how != "close" && how != "reset") throw Refusal{400, "how must be close or reset"};
    const std::string& id = places.at("connection");
    std::uint64_t link = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), link);
    const bool is_number = error == std::errc{} && end == id.data() + id.size();
    if (!is_number ||
        !registry_.end_link(places.at("proxy"), link, how == "reset" ? faults::Ending::reset : faults::Ending::close))
      throw Refusal{404, fmt::format("there is no connection {} on proxy \"{}\"", id, places.at("proxy"))};
    return nothing();
  }

  Response all_faults(const Request&, const Places&) const {
    Json all = Json::array();
    for (const ProxyView& proxy : registry_.list())
      for (const HandFault& fault : proxy.all()) all.push_back(json_of(fault, proxy.spec.name));
    return ok({{"faults", all}});
  }

  Response list_faults(const Request&, const Places& places) const {
    Json all = Json::array();
    const ProxyView proxy = registry_.find(places.at("proxy"));
    for (const HandFault& fault : proxy.all()) all.push_back(json_of(fault, proxy.spec.name));
    return ok({{"faults", all}});
  }

  Response add_fault(const Request& request, const Places& places) const {
    return put(places.at("proxy"), read_fault(object_of(parse_json(request.body)), "", "", request.by()));
  }

  Response put_fault(const Request& request, const Places& places) const {
    return put(places.at("proxy"),
               read_fault(object_of(parse_json(request.body)), "", places.at("fault"), request.by()));
  }

  Response show_fault(const Request&, const Places& places) const {
    const ProxyView proxy = registry_.find(places.at("proxy"));
    return ok(json_of(fault_of(proxy, places.at("fault")), proxy.spec.name));
  }

  /// A merge patch (RFC 7396): null takes a setting away. The time to live starts anew; one that has none, as a toxic,
  /// gets none unless it is given. Who gives it another one, and does not hold it, takes it from whoever does.
  Response change_fault(const Request& request, const Places& places) const {
    const Json patch = object_of(parse_json(request.body));
    const std::string& proxy = places.at("proxy");
    return ok(json_of(registry_.change_fault(proxy, places.at("fault"),
                                             [&](const HandFault& fault) {
                                               Json whole = json_of(fault, proxy);
                                               whole.merge_patch(patch);
                                               NewFault wanted =
                                                   read_fault(whole, "", places.at("fault"), request.by());
                                               if (!patch.contains("ttl") && !fault.ttl) wanted.ttl.reset();
                                               if (!patch.contains("ttl") && !patch.contains("held"))
                                                 wanted.held_by = fault.held_by;
                                               return wanted;
                                             }),
                      proxy));
  }

  Response remove_fault(const Request& request, const Places& places) const {
    registry_.remove_fault(places.at("proxy"), places.at("fault"), request.by());
    return nothing();
  }

  Response heal(const Request& request, const Places&) const {
    const Json body = object_of(body_or_nothing(request));
    Problems problems;
    Value table = settings_of(body);
    Reader keys{table, "heal", problems};
    const auto proxy = keys.maybe_text("proxy");
    keys.finish();
    give_up_on(std::move(problems));
    const std::size_t aborted = proxy || runs_ == nullptr ? 0 : runs_->abort_all("heal by " + request.by());
    const std::size_t ended = proxy ? end_played(*proxy, request.by()) : 0;
    return ok({{"healed", registry_.heal(proxy, request.by()) + ended}, {"aborted_runs", aborted}});
  }

  // What runs have in force on it; the runs go on. How many.
  std::size_t end_played(const std::string& proxy, const std::string& by) const {
    std::size_t ended = 0;
    for (const HandFault& one : registry_.find(proxy).played) {
      if (runs_ == nullptr) break;
      try {
        runs_->give(one.run, {drills::Order::What::end, one.fault->name, {}, {}, by});
        ++ended;
      } catch (const Refusal&) {  // it has just ended
      }
    }
    return ended;
  }

  Response halt(const Request& request, const Places&) const {
    const Json body = object_of(body_or_nothing(request));
    Problems problems;
    Value table = settings_of(body);
    Reader keys{table, "halt", problems};
    const std::string reason = keys.text("reason", "no reason was given");
    keys.finish();
    give_up_on(std::move(problems));
    registry_.halt(reason, request.by());
    if (runs_ != nullptr) runs_->abort_all(fmt::format("halt by {}: {}", request.by(), reason));
    const auto halt = registry_.halted();
    return ok({{"halt", halt ? json_of(*halt) : Json(nullptr)}});
  }

  /// From the number in Last-Event-ID on, or ?after=, or from now on.
  Response events(const Request& request, const Places&) const {
    const std::string_view header = request.header("Last-Event-ID");
    const std::string after = header.empty() ? query_value(request.target, "after") : std::string{header};
    std::uint64_t last = registry_.events().newest();
    if (!after.empty()) {
      const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), last);
      if (error != std::errc{} || end != after.data() + after.size())
        throw Refusal{400, "Last-Event-ID must be the number of an event"};
    }
    Response response{200, "text/event-stream", "retry: 2000\n\n", {{"Cache-Control", "no-store"}}};
    response.feed = [this, last]() mutable { return registry_.events().since(last); };
    return response;
  }

  Response reload(const Request&, const Places&) const {
    if (!reload_) throw Refusal{404, "there are no files to read anew"};
    reload_();
    return ok({{"proxies", registry_.list().size()}});
  }

  Response release(const Request& request, const Places&) const {
    if (!registry_.release(request.by())) throw Refusal{404, "nothing is halted"};
    return nothing();
  }

 private:
  // Read as the whole that it becomes, so that what does not go together is found.
  static ProxyChange changed_by(const Json& patch, const ProxyView& before) {
    Json whole{{"listen", before.spec.listen.text()},
               {"upstream", before.spec.upstream.text()},
               {"connect_timeout", faults::show(before.spec.connect_timeout)},
               {"enabled", before.spec.enabled}};
    for (const auto& item : patch.items())
      if (!item.value().is_null()) whole[item.key()] = item.value();
    Problems problems;
    Value table = settings_of(whole);
    Reader keys{table, fmt::format("proxy \"{}\"", before.spec.name), problems};
    if (keys.has("name") && keys.text("name") != before.spec.name)
      keys.problem("name", "cannot be changed; remove the proxy and create another");
    if (keys.raw("faults") != nullptr && keys.has("faults") && !patch.contains("status"))
      keys.problem("faults", "are changed at /faults below this path");
    keys.raw("status");
    const drills::ProxyBlock block = drills::read_proxy(before.spec.name, keys, {});
    ProxyChange change;
    change.enabled = keys.flag("enabled", true);
    keys.finish();
    give_up_on(std::move(problems));
    change.listen = block.listen;
    change.connect_timeout = block.connect_timeout;
    if (const auto* upstream = std::get_if<proxy::Endpoint>(&block.upstream)) change.upstream = *upstream;
    return change;
  }

  static Response created(const Json& body, const std::string& location) {
    Response response = ok(body, 201);
    response.headers.emplace_back("Location", location);
    return response;
  }

  Response put(const std::string& proxy, const NewFault& wanted) const {
    bool is_new = false;
    const HandFault made = registry_.put_fault(proxy, wanted, &is_new);
    if (!is_new) return ok(json_of(made, proxy));
    return created(json_of(made, proxy),
                   fmt::format("/v1/proxies/{}/faults/{}", segment(proxy), segment(made.fault->name)));
  }

  static std::size_t number_of(const Request& request, std::string_view key, std::size_t fallback) {
    const std::string text = query_value(request.target, key);
    if (text.empty()) return fallback;
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc{} || end != text.data() + text.size())
      throw Refusal{400, fmt::format("{} must be a whole number", key)};
    return n;
  }

  Registry& registry_;
  const std::function<void()> reload_;
  Runs* const runs_;  // null: none
  const WallTime started_wall_ = std::chrono::system_clock::now();
  const faults::Time started_ = std::chrono::steady_clock::now();
};

}  // namespace

void add_native(Router& router, Registry& registry, std::function<void()> reload, Runs* runs) {
  const auto native = std::make_shared<const Native>(registry, std::move(reload), runs);
  const auto add = [&](std::string_view method, std::string_view path, Role needed, auto handler) {
    router.add(method, path, needed, answered(native, handler));
  };
  router.add("GET", "/v1/openapi.json", Role::viewer, [](const Request&, const Places&) {
    return Response{200, "application/json", std::string{openapi()}};
  });
  add("GET", "/v1/status", Role::viewer, &Native::status);
  add("GET", "/v1/kinds", Role::viewer, &Native::kinds);
  add("GET", "/v1/proxies", Role::viewer, &Native::list_proxies);
  add("POST", "/v1/proxies", Role::admin, &Native::create_proxy);
  add("GET", "/v1/proxies/{proxy}", Role::viewer, &Native::show_proxy);
  add("PATCH", "/v1/proxies/{proxy}", Role::admin, &Native::change_proxy);
  add("DELETE", "/v1/proxies/{proxy}", Role::admin, &Native::remove_proxy);
  add("GET", "/v1/proxies/{proxy}/connections", Role::viewer, &Native::connections);
  add("DELETE", "/v1/proxies/{proxy}/connections/{connection}", Role::conductor, &Native::end_connection);
  add("GET", "/v1/faults", Role::viewer, &Native::all_faults);
  add("GET", "/v1/proxies/{proxy}/faults", Role::viewer, &Native::list_faults);
  add("POST", "/v1/proxies/{proxy}/faults", Role::conductor, &Native::add_fault);
  add("GET", "/v1/proxies/{proxy}/faults/{fault}", Role::viewer, &Native::show_fault);
  add("PUT", "/v1/proxies/{proxy}/faults/{fault}", Role::conductor, &Native::put_fault);
  add("PATCH", "/v1/proxies/{proxy}/faults/{fault}", Role::conductor, &Native::change_fault);
  add("DELETE", "/v1/proxies/{proxy}/faults/{fault}", Role::conductor, &Native::remove_fault);
  add("GET", "/v1/events", Role::viewer, &Native::events);
  add("POST", "/v1/heal", Role::participant, &Native::heal);
  add("POST", "/v1/halt", Role::participant, &Native::halt);
  add("DELETE", "/v1/halt", Role::conductor, &Native::release);
  add("POST", "/v1/reload", Role::admin, &Native::reload);
}

}  // namespace firedrill::control
