// Looks every few seconds, so that changed files and clocks that are put right are noticed.
#include "control/scheduler.hpp"

#include <pthread.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "control/problem.hpp"
#include "control/views.hpp"
#include "drills/journal.hpp"
#include "drills/report.hpp"

namespace firedrill::control {

using std::chrono::sys_seconds;
using std::chrono::system_clock;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds longest_nap{5};
// Who looks later than this was not there: the machine was asleep.
constexpr std::chrono::seconds punctual{60};
constexpr std::chrono::seconds between_notes{60};  // of what has been looked at, when nothing was due

std::map<std::string, sys_seconds> recalled(const fs::path& file) {
  std::map<std::string, sys_seconds> looked;
  std::ifstream in{file};
  const Json json = Json::parse(in, nullptr, false);
  if (!json.is_object()) return looked;
  for (const auto& item : json.items())
    if (item.value().is_number_integer())
      looked[item.key()] = sys_seconds{std::chrono::seconds{item.value().get<std::int64_t>()}};
  return looked;
}

}  // namespace

Scheduler::Scheduler(Registry& registry, Runs& runs, const DrillFiles& drills, fs::path memory, bool start)
    : registry_{registry}, runs_{runs}, drills_{drills}, memory_{std::move(memory)}, looked_{recalled(memory_)} {
  if (start) thread_ = std::thread{[this] { run(); }};
}

Scheduler::~Scheduler() {
  {
    const std::lock_guard lock{mutex_};
    over_ = true;
  }
  ends_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Scheduler::run() {
  pthread_setname_np(pthread_self(), "firedrill-cron");
  std::unique_lock lock{mutex_};
  while (!over_) {
    lock.unlock();
    const auto now = std::chrono::floor<std::chrono::seconds>(system_clock::now());
    std::chrono::seconds nap = longest_nap;
    try {
      look(now);
      for (const Coming& one : coming(now))
        if (one.next) nap = std::clamp(*one.next - now, std::chrono::seconds{1}, nap);
    } catch (const std::exception& error) {  // out of memory or descriptors: another look may do better
      spdlog::warn("schedule: {}", error.what());
    }
    lock.lock();
    ends_.wait_for(lock, nap, [this] { return over_; });
  }
}

void Scheduler::look(Moment now) {
  bool was_due = false;
  for (const DrillFiles::Listed& listed : drills_.list()) {
    if (!listed.drill || !listed.drill->schedule) continue;
    const auto& schedule = *listed.drill->schedule;
    auto [last, is_new] = looked_.try_emplace(listed.name, now);
    if (is_new || last->second > now) last->second = now;  // the clock was put back
    auto due = schedule.next(last->second);
    last->second = now;
    if (!due || *due > now) continue;
    was_due = true;
    // The last of several.
    for (auto later = schedule.next(*due); later && *later <= now; later = schedule.next(*later)) due = later;
    const bool was_missed = first_look_ || now - *due > punctual;
    if (was_missed && schedule.missed == drills::Schedule::Missed::skip) {
      registry_.events().add("run_missed", {{"drill", listed.name}, {"due", show_utc(*due)}});
      continue;
    }
    begin(listed.name, *due, now, was_missed);
  }
  first_look_ = false;
  if (was_due || now - remembered_ >= between_notes) remember(now);
}

void Scheduler::begin(const std::string& drill, Moment due, Moment now, bool was_missed) {
  std::string why;
  try {
    runs_.start(drills_.read(drill), was_missed ? fmt::format("schedule (missed at {})", show_utc(due)) : "schedule");
    return;
  } catch (const std::exception& error) {
    why = error.what();
  }
  spdlog::warn("drill {}: due at {}, not started: {}", drill, show_utc(due), why);
  registry_.events().add("run_not_started", {{"drill", drill}, {"due", show_utc(due)}, {"why", why}});
  try {
    const fs::path directory = drills::new_run_directory(runs_.directory(), drill, now);
    drills::write_whole(directory / "not-started.json",
                        text_of({{"drill", drill}, {"due", show_utc(due)}, {"utc", show_utc(now)}, {"why", why}}));
  } catch (const std::runtime_error&) {  // a full disk: the event has it
  }
}

void Scheduler::remember(Moment now) {
  remembered_ = now;
  if (memory_.empty()) return;
  Json json = Json::object();
  for (const auto& [drill, moment] : looked_) json[drill] = moment.time_since_epoch().count();
  try {
    if (memory_.has_parent_path()) fs::create_directories(memory_.parent_path());
    drills::write_whole(memory_, text_of(json));
  } catch (const std::exception&) {  // then what is missed will not be known
  }
}

std::vector<Scheduler::Coming> Scheduler::coming(Moment now) const {
  std::vector<Coming> all;
  for (const DrillFiles::Listed& listed : drills_.list())
    if (listed.drill && listed.drill->schedule)
      all.push_back({listed.name, listed.file, *listed.drill->schedule, listed.drill->schedule->next(now)});
  std::stable_sort(all.begin(), all.end(), [](const Coming& a, const Coming& b) {
    return a.next.value_or(Moment::max()) < b.next.value_or(Moment::max());
  });
  return all;
}

}  // namespace firedrill::control
