// Orders in, snapshots and files out.
#include "control/run_routes.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "control/answered.hpp"
#include "control/json.hpp"
#include "control/problem.hpp"
#include "control/views.hpp"
#include "drills/journal.hpp"
#include "drills/outline.hpp"
#include "drills/sent_drill.hpp"
#include "faults/reader.hpp"
#include "faults/units.hpp"

namespace firedrill::control {
namespace {

using drills::Order;
using drills::Snapshot;
using faults::Reader;
using faults::seconds;
using faults::Value;

std::string_view state_of(const RunView& run) {
  if (run.outcome) return "over";
  if (run.now.paused) return "paused";
  switch (run.now.stage) {
    case Snapshot::Stage::starting:
      return "starting";
    case Snapshot::Stage::running:
      return "running";
    default:
      return "healing";
  }
}

Json json_of(const RunView& run) {
  Json faults = Json::array(), checks = Json::array(), events = Json::array(), reasons = Json::array();
  for (const Snapshot::Bar& bar : run.now.bars)
    faults.push_back({{"name", bar.fault}, {"kind", bar.kind}, {"in_force", bar.in_force}, {"connections", bar.links}});
  for (const Snapshot::CheckNow& check : run.now.checks)
    checks.push_back({{"name", check.name},
                      {"during", check.during},
                      {"state", std::string{name(check.state)}},
                      {"measured", check.measured},
                      {"expected", check.expected}});
  for (const Snapshot::Event& event : run.now.events)
    events.push_back({{"t", seconds(event.at)}, {"text", event.text}});
  if (run.outcome)
    for (const std::string& reason : run.outcome->reasons) reasons.push_back(reason);
  return {{"id", run.id},
          {"drill", run.drill},
          {"by", run.by},
          {"started", show_utc(run.started)},
          {"state", std::string{state_of(run)}},
          {"result", run.outcome ? Json(std::string{drills::name(run.outcome->result)}) : Json(nullptr)},
          {"reasons", reasons},
          {"elapsed_s", seconds(run.now.elapsed)},
          {"length_s", seconds(run.now.length)},
          {"directory", run.directory},
          {"faults", faults},
          {"checks", checks},
          {"events", events}};
}

Json brief(const RunView& run) {
  Json json = json_of(run);
  for (const char* const long_one : {"faults", "checks", "events"}) json.erase(long_one);
  return json;
}

std::string text_of_file(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) throw Refusal{404, fmt::format("{} is not there (yet)", file.filename().string())};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class RunRoutes {
 public:
  RunRoutes(Runs& runs, const DrillFiles& drills, const Scheduler& scheduler)
      : runs_{runs}, drills_{drills}, scheduler_{scheduler} {}

  Response list_drills(const Request&, const Places&) const {
    Json all = Json::array();
    for (const DrillFiles::Listed& one : drills_.list()) {
      Json problems = Json::array();
      for (const faults::Problem& problem : one.problems) problems.push_back(problem.line());
      all.push_back({{"name", one.name},
                     {"title", one.drill ? one.drill->title : ""},
                     {"file", one.file},
                     {"scheduled", one.drill && one.drill->schedule && one.drill->schedule->enabled},
                     {"problems", problems}});
    }
    return ok({{"drills", all}});
  }

  Response list(const Request&, const Places&) const {
    Json all = Json::array();
    for (const RunView& run : runs_.list()) all.push_back(brief(run));
    return ok({{"runs", all}});
  }

  /// {"drill": "NAME"} or {"toml": "…"}, with {"set": {…}} and {"dry_run": true}; or TOML as it is.
  Response start(const Request& request, const Places&) const {
    auto [drill, overrides, dry_run] = wanted(request);
    if (dry_run) return ok(drills::to_json(drills::outline_of(drill)));
    runs_.judge(drill);
    const std::string id = runs_.start(std::move(drill), request.by(), std::move(overrides));
    Response response = ok(json_of(runs_.find(id)), 201);
    response.headers.emplace_back("Location", "/v1/runs/" + segment(id));
    return response;
  }

  Response show(const Request&, const Places& places) const { return ok(json_of(runs_.find(places.at("run")))); }

  Response abort(const Request& request, const Places& places) const {
    const Value body = body_of(request);
    faults::Problems problems;
    Reader keys{body, "abort", problems};
    const std::string why = keys.text("reason", "no reason was given");
    keys.finish();
    give_up_on(std::move(problems));
    runs_.abort(places.at("run"), fmt::format("{}: {}", request.by(), why));
    return ok(json_of(runs_.find(places.at("run"))), 202);
  }

  Response pause(const Request& request, const Places& places) const {
    return give(request, places, {Order::What::pause});
  }
  Response resume(const Request& request, const Places& places) const {
    return give(request, places, {Order::What::resume});
  }
  Response skip(const Request& request, const Places& places) const {
    return give(request, places, {Order::What::skip, places.at("fault")});
  }
  Response end(const Request& request, const Places& places) const {
    return give(request, places, {Order::What::end, places.at("fault")});
  }
  Response extend(const Request& request, const Places& places) const {
    const Value body = body_of(request);
    faults::Problems problems;
    Reader keys{body, "extend", problems};
    const Duration by = keys.duration("by").at_least(std::chrono::milliseconds{10});
    keys.finish();
    give_up_on(std::move(problems));
    return give(request, places, {Order::What::extend, places.at("fault"), by});
  }
  Response note(const Request& request, const Places& places) const {
    const Value body = body_of(request);
    faults::Problems problems;
    Reader keys{body, "note", problems};
    Order order{Order::What::note};
    order.text = keys.text("text");
    keys.finish();
    if (problems.empty() && order.text.size() > 4096) keys.problem("text", "must have at most 4096 bytes");
    give_up_on(std::move(problems));
    return give(request, places, std::move(order));
  }

  Response journal(const Request&, const Places& places) const {
    return {200, "application/jsonl", text_of_file(runs_.directory(places.at("run")) / drills::journal_name)};
  }
  Response report_json(const Request&, const Places& places) const {
    return {200, "application/json", text_of_file(runs_.directory(places.at("run")) / "report.json")};
  }
  Response report_markdown(const Request&, const Places& places) const {
    return {200, "text/markdown; charset=utf-8", text_of_file(runs_.directory(places.at("run")) / "report.md")};
  }
  Response report_junit(const Request&, const Places& places) const {
    return {200, "application/xml", text_of_file(runs_.directory(places.at("run")) / "junit.xml")};
  }

  Response schedule(const Request&, const Places&) const {
    Json all = Json::array();
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    for (const Scheduler::Coming& one : scheduler_.coming(now))
      all.push_back({{"drill", one.drill},
                     {"file", one.file},
                     {"cron", one.schedule.cron.text()},
                     {"timezone", one.schedule.timezone.name()},
                     {"missed", one.schedule.missed == drills::Schedule::Missed::run ? "run" : "skip"},
                     {"overlap", "forbid"},
                     {"enabled", one.schedule.enabled},
                     {"next", one.next ? Json(show_utc(*one.next)) : Json(nullptr)}});
    return ok({{"schedule", all}});
  }

 private:
  struct Wanted {
    drills::Drill drill;
    std::vector<drills::Override> overrides;
    bool dry_run = false;
  };

  static Value body_of(const Request& request) {
    Value body = settings_of(request.body.empty() ? Json::object() : parse_json(request.body));
    if (body.table() == nullptr)
      throw faults::PlanError{faults::Problems{{body.place, "the body must be a JSON object"}}};
    return body;
  }
  static void give_up_on(faults::Problems problems) {
    if (!problems.empty()) throw faults::PlanError{std::move(problems)};
  }

  // A drill that is sent opens proxies and backends, which only an admin may; and where proxies may not lead, its loads
  // and checks may not look.
  drills::Drill sent(const Request& request, const std::string& toml,
                     const std::vector<drills::Override>& overrides) const {
    if (!request.by_admin)
      throw Refusal{403, fmt::format("{} may start the daemon's own drills; to send one takes admin", request.by())};
    drills::Drill drill = drills::parse_sent_drill(toml, overrides);
    refuse_to_look_elsewhere(drill);
    return drill;
  }
  void refuse_to_look_elsewhere(const drills::Drill& drill) const {
    if (runs_.upstreams().are_limited() && drills::looks_elsewhere(drill))
      throw Refusal{
          403,
          "loads, checks and abort conditions of a drill that was sent may only look at its own proxies and backends: "
          "--allow-upstream limits where this daemon goes"};
  }

  // What leads somewhere is not overridden by whoever may not open proxies, nor where proxies may not lead.
  drills::Drill named(const Request& request, const std::string& name,
                      const std::vector<drills::Override>& overrides) const {
    const bool redirected = std::any_of(overrides.begin(), overrides.end(), drills::leads_elsewhere);
    if (redirected && !request.by_admin)
      throw Refusal{403, fmt::format("{} may start the daemon's own drills; to have one listen, lead or look somewhere "
                                     "else takes admin",
                                     request.by())};
    drills::Drill drill = drills_.read(name, overrides);
    if (redirected) refuse_to_look_elsewhere(drill);
    return drill;
  }

  static bool asks_for_dry_run(const Request& request) {
    const std::string asked = query_value(request.target, "dry_run", "false");
    if (asked != "true" && asked != "false")
      throw Refusal{400, fmt::format("dry_run must be true or false, not \"{}\"", asked)};
    return asked == "true";
  }

  Wanted wanted(const Request& request) const {
    Wanted wanted;
    if (request.header("Content-Type").find("toml") != std::string_view::npos) {
      wanted.dry_run = asks_for_dry_run(request);
      wanted.drill = sent(request, request.body, {});
      return wanted;
    }
    const Value body = body_of(request);
    faults::Problems problems;
    Reader keys{body, "run", problems};
    const auto name = keys.maybe_text("drill");
    const auto toml = keys.maybe_text("toml");
    wanted.dry_run = keys.flag("dry_run", asks_for_dry_run(request));
    if (const Value* const set = keys.raw("set"); set != nullptr) {
      if (set->table() == nullptr) keys.problem("set", "must be an object, such as {\"fault.NAME.percent\": \"30%\"}");
      if (set->table() != nullptr)
        for (const faults::Member& member : *set->table()) {
          const std::string* const text = member.value.text();
          wanted.overrides.emplace_back(member.key, text != nullptr ? *text : member.value.shown());
        }
    }
    keys.finish();
    if (problems.empty() && name.has_value() == toml.has_value())
      keys.problem("give either drill, the name of one, or toml, the text of one");
    give_up_on(std::move(problems));
    drills::judge_sent_overrides(wanted.overrides);
    try {
      wanted.drill = name ? named(request, *name, wanted.overrides) : sent(request, *toml, wanted.overrides);
    } catch (faults::PlanError& error) {
      // Here it was no option of a command line.
      for (faults::Problem& problem : error.problems)
        if (problem.place.source && *problem.place.source == "--set")
          problem.place.source = std::make_shared<const std::string>("/set");
      throw;
    }
    return wanted;
  }

  static void must_have(const RunView& run, const std::string& fault) {
    std::vector<std::string> known;
    for (const Snapshot::Bar& bar : run.now.bars) known.push_back(bar.fault);
    if (std::find(known.begin(), known.end(), fault) != known.end()) return;
    const std::string near = faults::nearest(fault, known);
    throw Refusal{404, fmt::format("run {} has no fault \"{}\"{}", run.id, fault,
                                   near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near))};
  }

  Response give(const Request& request, const Places& places, Order order) const {
    order.who = request.by();
    if (!order.fault.empty()) must_have(runs_.find(places.at("run")), order.fault);
    runs_.give(places.at("run"), std::move(order));
    return ok(json_of(runs_.find(places.at("run"))));
  }

  Runs& runs_;
  const DrillFiles& drills_;
  const Scheduler& scheduler_;
};

}  // namespace

void add_run_routes(Router& router, Runs& runs, const DrillFiles& drills, const Scheduler& scheduler) {
  const auto routes = std::make_shared<const RunRoutes>(runs, drills, scheduler);
  const auto add = [&](std::string_view method, std::string_view path, Role needed, auto handler) {
    router.add(method, path, needed, answered(routes, handler));
  };
  add("GET", "/v1/drills", Role::viewer, &RunRoutes::list_drills);
  add("GET", "/v1/schedule", Role::viewer, &RunRoutes::schedule);
  add("GET", "/v1/runs", Role::viewer, &RunRoutes::list);
  add("POST", "/v1/runs", Role::conductor, &RunRoutes::start);
  add("GET", "/v1/runs/{run}", Role::viewer, &RunRoutes::show);
  add("POST", "/v1/runs/{run}/abort", Role::participant, &RunRoutes::abort);
  add("POST", "/v1/runs/{run}/pause", Role::conductor, &RunRoutes::pause);
  add("POST", "/v1/runs/{run}/resume", Role::conductor, &RunRoutes::resume);
  add("POST", "/v1/runs/{run}/notes", Role::participant, &RunRoutes::note);
  add("POST", "/v1/runs/{run}/faults/{fault}/skip", Role::conductor, &RunRoutes::skip);
  add("POST", "/v1/runs/{run}/faults/{fault}/end", Role::conductor, &RunRoutes::end);
  add("POST", "/v1/runs/{run}/faults/{fault}/extend", Role::conductor, &RunRoutes::extend);
  add("GET", "/v1/runs/{run}/journal", Role::viewer, &RunRoutes::journal);
  add("GET", "/v1/runs/{run}/report.json", Role::viewer, &RunRoutes::report_json);
  add("GET", "/v1/runs/{run}/report.md", Role::viewer, &RunRoutes::report_markdown);
  add("GET", "/v1/runs/{run}/junit.xml", Role::viewer, &RunRoutes::report_junit);
}

}  // namespace firedrill::control
