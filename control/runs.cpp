// A thread for each run; its proxies are the registry's.
#include "control/runs.hpp"

#include <pthread.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "control/problem.hpp"
#include "control/views.hpp"
#include "drills/journal.hpp"
#include "drills/report.hpp"
#include "faults/units.hpp"

namespace firedrill::control {

using std::chrono::system_clock;
namespace fs = std::filesystem;

namespace {

/// As the drill's file has them: what is ramped is shown with its ramp.
Registry::Tables tables_of(const drills::Drill& drill) {
  Registry::Tables tables;
  for (const drills::FaultSpec& fault : drill.faults) {
    faults::Value table = fault.table;
    for (const drills::Ramp& ramp : fault.ramps) {
      faults::Value course, setting;
      course.put("from", ramp.from);
      course.put("to", ramp.to);
      course.put("over", faults::Value{faults::show(ramp.over)});
      setting.put("ramp", std::move(course));
      table.put(ramp.key, std::move(setting));
    }
    tables.emplace(fault.name, std::move(table));
  }
  return tables;
}

/// What stands in the way of taking a proxy that is there for the one that a drill wants; "" when nothing does.
std::string difference(const ProxyView& there, const NewProxy& wanted) {
  const bool same = there.spec.upstream == wanted.upstream &&
                    (there.spec.listen == wanted.listen || there.address == wanted.listen) && there.spec.enabled;
  if (same) return "";
  return fmt::format("proxy \"{}\": the daemon has one of that name from {} to {}{}, the drill wants it from {} to {}",
                     wanted.name, there.address.text(), there.spec.upstream.text(),
                     there.spec.enabled ? "" : ", disabled", wanted.listen.text(), wanted.upstream.text());
}

/// The upstream of what leads to a backend of the drill is where that will listen, as far as that is known.
NewProxy wanted_by(const drills::Drill& drill, const drills::ProxyBlock& block) {
  NewProxy wanted{block.name, block.listen, {}, block.connect_timeout, true};
  if (const auto* address = std::get_if<proxy::Endpoint>(&block.upstream)) wanted.upstream = *address;
  for (const drills::BackendSpec& backend : drill.backends)
    if (const auto* name = std::get_if<std::string>(&block.upstream); name != nullptr && *name == backend.name)
      wanted.upstream = backend.listen;
  return wanted;
}

}  // namespace

/// The registry's proxies as a run sees them: those that are open are taken over as they stand, others opened for it.
class Runs::Guest final : public drills::Host {
 public:
  Guest(Registry& registry, std::string run, Registry::Tables tables)
      : registry_{registry}, run_{std::move(run)}, tables_{std::move(tables)} {}

  proxy::Endpoint open(const proxy::ProxySpec& spec) override {
    const NewProxy wanted{spec.name, spec.listen, spec.upstream, spec.connect_timeout, true};
    if (const auto there = find(spec.name); there) {
      if (const std::string why = difference(*there, wanted); !why.empty()) throw std::runtime_error{why};
      return there->address;
    }
    const auto address = registry_.create(wanted, {}, "run " + run_).address;
    own_.insert(spec.name);
    return address;
  }
  void adopt(const std::string& proxy, faults::Plan plan) override {
    registry_.play(proxy, run_, plan.faults, tables_);
  }
  // Somebody may remove it, shut it, or have it opened anew, which counts from 0: what was, stays.
  proxy::Counters read(const std::string& proxy) override {
    Last& last = last_[proxy];
    if (const auto there = find(proxy); there) {
      if (last.opening == 0) last.opening = there->opening;
      auto now = last.opening == there->opening ? registry_.counters(proxy) : std::nullopt;
      const auto since = find(proxy);
      if (now && since && since->opening == last.opening) last.counters = *std::move(now);
    }
    return last.counters;
  }
  proxy::Counters close(const std::string& proxy, Duration grace) override {
    try {
      registry_.play(proxy, run_, {}, tables_);
      if (own_.contains(proxy)) return registry_.remove(proxy, "run " + run_, grace);
    } catch (const Refusal&) {
    }
    proxy::Counters last = read(proxy);
    last.open = 0;  // they are not the run's, and go on
    last.faults_in_force = 0;
    return last;
  }
  void measure_lag() override {}
  faults::Histogram lag() const override { return {}; }

 private:
  std::optional<ProxyView> find(const std::string& proxy) const {
    try {
      return registry_.find(proxy);
    } catch (const Refusal&) {
      return std::nullopt;
    }
  }

  struct Last {
    std::uint64_t opening = 0;
    proxy::Counters counters;
  };

  Registry& registry_;
  const std::string run_;
  const Registry::Tables tables_;
  // The conductor's, but for close(), by when they no longer change.
  std::set<std::string> own_;
  std::map<std::string, Last> last_;
};

struct Runs::Playing {
  Playing(Registry& registry, std::string name, std::string of, std::string who, drills::Drill d,
          drills::RunOptions options)
      : id{std::move(name)},
        drill{std::move(of)},
        by{std::move(who)},
        host{registry, id, tables_of(d)},
        run{std::move(d), with(std::move(options))} {}
  drills::RunOptions with(drills::RunOptions options) {
    options.host = &host;
    return options;
  }

  const std::string id, drill, by;
  std::string directory;
  const WallTime started = system_clock::now();
  Guest host;
  drills::Run run;
  std::optional<drills::Outcome> outcome;  // guarded by mutex_
  std::thread thread;
};

void Runs::end() {
  {
    const std::lock_guard lock{mutex_};
    over_ = true;
  }
  abort_all("the end of the daemon");
  // Nobody adds or forgets a run any more.
  for (const auto& [id, playing] : runs_)
    if (playing->thread.joinable()) playing->thread.join();
}

// With `mutex_` held: whoever halts and then aborts all runs finds one that was not refused.
void Runs::refuse_as_things_stand(const std::string& drill) const {
  if (over_) throw Refusal{503, "the daemon is about to end"};
  if (const auto halt = registry_.halted(); halt)
    throw Refusal{423, fmt::format("halted by {}: {}", halt->by, halt->reason)};
  for (const auto& [id, one] : runs_)
    if (one->drill == drill && !one->outcome)
      throw Refusal{409, fmt::format("drill \"{}\" is being played: run {}", drill, id)};
}

void Runs::judge(const drills::Drill& drill) const {
  {
    const std::lock_guard lock{mutex_};
    refuse_as_things_stand(drill.name);
  }
  const std::vector<ProxyView> present = registry_.list();
  for (const drills::ProxyBlock& block : drill.proxies) {
    const NewProxy wanted = wanted_by(drill, block);
    const auto there = std::find_if(present.begin(), present.end(),
                                    [&](const ProxyView& one) { return one.spec.name == wanted.name; });
    if (there == present.end())
      registry_.foresee(wanted);
    else if (const std::string why = difference(*there, wanted); !why.empty())
      throw Refusal{409, why};
  }
  for (const drills::BackendSpec& backend : drill.backends) registry_.foresee_listening(backend.listen);
}

std::string Runs::start(drills::Drill drill, const std::string& by, std::vector<drills::Override> overrides,
                        const std::string& into) {
  const std::string name = drill.name;
  std::shared_ptr<Playing> playing;
  {
    const std::lock_guard lock{mutex_};
    refuse_as_things_stand(name);
    forget_oldest();
    const fs::path directory = into.empty() ? new_directory(name) : fs::path{into};
    drills::RunOptions options;
    options.seed = registry_.seed().value;  // links are picked by the proxies' seed
    options.directory = directory.string();
    options.overrides = std::move(overrides);
    options.notes.push_back(fmt::format("started by {}", by));
    playing = std::make_shared<Playing>(registry_, directory.filename().string(), name, by, std::move(drill), options);
    playing->directory = directory.string();
    runs_.emplace(playing->id, playing);
    registry_.events().add("run_started", {{"run", playing->id}, {"drill", name}, {"by", by}});
    playing->thread = std::thread{[this, one = playing.get()] { play(*one); }};
  }
  return playing->id;
}

fs::path Runs::new_directory(const std::string& drill) const {
  try {
    return drills::new_run_directory(directory_, drill, system_clock::now());
  } catch (const std::runtime_error& error) {  // a full disk, say; there may be room later
    throw Refusal{503, error.what()};
  }
}

void Runs::play(Playing& playing) {
  pthread_setname_np(pthread_self(), "firedrill-run");
  drills::Outcome outcome = playing.run.go();
  Json reasons = Json::array();
  for (const std::string& reason : outcome.reasons) reasons.push_back(reason);
  Json told{{"run", playing.id},
            {"drill", playing.drill},
            {"result", std::string{drills::name(outcome.result)}},
            {"reasons", reasons}};
  {
    const std::lock_guard lock{mutex_};
    playing.outcome = std::move(outcome);
  }
  // Who hears of it finds it over. From here on `playing` may go: see forget_oldest.
  registry_.events().add("run_ended", std::move(told));
}

// With `mutex_` held. A thread that has said how its run ended takes no lock of ours any more.
void Runs::forget_oldest() {
  std::vector<std::shared_ptr<Playing>> over;
  for (const auto& [id, playing] : runs_)
    if (playing->outcome) over.push_back(playing);
  if (over.size() <= most_over) return;
  std::sort(over.begin(), over.end(), [](const auto& a, const auto& b) { return a->started < b->started; });
  over.resize(over.size() - most_over);
  for (const auto& playing : over) {
    playing->thread.join();
    runs_.erase(playing->id);
  }
}

std::vector<RunView> Runs::list() const {
  std::vector<std::shared_ptr<Playing>> all;
  {
    const std::lock_guard lock{mutex_};
    for (const auto& [id, playing] : runs_) all.push_back(playing);
  }
  std::vector<RunView> views;
  for (const auto& playing : all) views.push_back(view(*playing));
  std::sort(views.begin(), views.end(), [](const RunView& a, const RunView& b) { return a.started > b.started; });
  return views;
}

RunView Runs::find(const std::string& id) const { return view(*at(id)); }

RunView Runs::view(const Playing& playing) const {
  RunView view{playing.id,      playing.drill,          playing.by,  playing.directory,
               playing.started, playing.run.snapshot(), std::nullopt};
  const std::lock_guard lock{mutex_};
  view.outcome = playing.outcome;
  return view;
}

void Runs::give(const std::string& id, drills::Order order) {
  if (const std::string obstacle = at(id)->run.give(std::move(order)); !obstacle.empty()) throw Refusal{409, obstacle};
}

void Runs::stop(const std::string& id, const std::string& why) { at(id)->run.stop(why); }

void Runs::abort(const std::string& id, const std::string& why) {
  const auto playing = at(id);
  {
    const std::lock_guard lock{mutex_};
    if (playing->outcome) throw Refusal{409, fmt::format("run {} is over", id)};
  }
  playing->run.stop(why);
}

std::size_t Runs::abort_all(const std::string& why) {
  std::size_t aborted = 0;
  const std::lock_guard lock{mutex_};
  for (const auto& [id, playing] : runs_) {
    if (playing->outcome) continue;
    playing->run.stop(why);
    ++aborted;
  }
  return aborted;
}

fs::path Runs::directory(const std::string& id) const {
  const bool plain = !id.empty() && id.find('/') == std::string::npos && id != "." && id != "..";
  const fs::path there = directory_ / id;
  {
    const std::lock_guard lock{mutex_};
    if (const auto found = runs_.find(id); found != runs_.end()) return found->second->directory;
  }
  std::error_code error;  // a name may be too long to be one
  if (plain && fs::is_directory(there, error)) return there;
  throw Refusal{404, fmt::format("there is no run \"{}\"", id)};
}

std::shared_ptr<Runs::Playing> Runs::at(const std::string& id) const {
  const std::lock_guard lock{mutex_};
  if (const auto found = runs_.find(id); found != runs_.end()) return found->second;
  throw Refusal{404, fmt::format("there is no run \"{}\"", id)};
}

// A journal without an end is one of a daemon that was killed: its faults went with it, and that is what its reports
// are to say.
void Runs::close_interrupted() const {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{directory_, error}) {
    const fs::path journal = entry.path() / drills::journal_name;
    if (!fs::exists(journal, error)) continue;
    try {
      std::ifstream written{journal};
      std::string last, any;
      std::uint64_t lines = 0;
      for (; std::getline(written, any); ++lines)
        if (!any.empty()) last = any;
      if (last.find(R"("event":"run_end")") != std::string::npos) continue;
      const drills::Report report = drills::read_journal(journal);
      std::ofstream end{journal, std::ios::app};
      if (!last.empty() && !Json::accept(last)) end << "\n";  // it was killed in the middle of a line
      const Json line{{"v", drills::journal_version},
                      {"seq", lines + 1},
                      {"t", report.ends_at_s},
                      {"utc", show_utc(system_clock::now())},
                      {"event", "run_end"},
                      {"result", "aborted"},
                      {"exit_code", 3},
                      {"reasons", Json::array({"the daemon ended before the run did; its faults ended with it"})},
                      {"duration_s", report.ends_at_s}};
      end << line.dump() << "\n";
      end.close();
      drills::write_reports(entry.path(), drills::read_journal(journal));
    } catch (const std::exception&) {  // no journal that anybody could close
    }
  }
}

}  // namespace firedrill::control
