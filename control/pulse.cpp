// Differences from one second to the next.
#include "control/pulse.hpp"

#include <pthread.h>

#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "control/problem.hpp"
#include "control/views.hpp"

namespace firedrill::control {
namespace {

// A proxy that was opened anew counts from 0.
std::uint64_t grown(std::uint64_t now, std::uint64_t before) { return now >= before ? now - before : now; }

}  // namespace

Pulse::Pulse(Registry& registry, const Runs& runs) : registry_{registry}, runs_{runs}, thread_{[this] { run(); }} {}

Pulse::~Pulse() {
  {
    const std::lock_guard lock{mutex_};
    over_ = true;
  }
  ends_.notify_all();
  thread_.join();
}

void Pulse::run() {
  pthread_setname_np(pthread_self(), "firedrill-pulse");
  std::unique_lock lock{mutex_};
  while (!ends_.wait_for(lock, std::chrono::seconds{1}, [this] { return over_; })) {
    try {
      look();
    } catch (const std::exception& error) {  // out of memory or descriptors: the next second may be better
      spdlog::warn("events of this second: {}", error.what());
    }
  }
}

// Of runs that are over once more, for the verdict.
void Pulse::look_at_checks() {
  std::map<std::string, std::string> fresh;
  for (const RunView& run : runs_.list()) {
    for (const drills::Snapshot::CheckNow& check : run.now.checks) {
      const std::string key = run.id + "/" + check.name;
      const std::string seen = fmt::format("{} {} {}", name(check.state), check.measured, run.outcome.has_value());
      const auto known = checks_.find(key);
      const bool is_news = known == checks_.end() ? !run.outcome : known->second != seen;
      fresh.emplace(key, seen);
      if (is_news && check.state != drills::Snapshot::CheckNow::State::waiting)
        registry_.events().add("check",
                               {{"run", run.id},
                                {"check", check.name},
                                {"state", std::string{name(check.state)}},
                                {"final", run.outcome.has_value()},
                                {"measured", check.measured},
                                {"expected", check.expected}},
                               false);
    }
  }
  checks_ = std::move(fresh);
}

// Said once, not for every line: a full disk has no room for a long log either.
void Pulse::look_at_journal() {
  const Json journal = registry_.events().journal();
  if (journal.is_null() || journal.at("written") == journal_is_written_) return;
  journal_is_written_ = journal.at("written");
  if (journal_is_written_)
    spdlog::info("the journal is written again; {} lines of it are lost", journal.at("lost_lines").dump());
  else
    spdlog::error("the journal is not written, everything else goes on: {}",
                  journal.at("failure").is_string() ? journal.at("failure").get<std::string>() : "the disk is slow");
}

void Pulse::look() {
  look_at_checks();
  look_at_journal();
  registry_.tell_of_expired();
  std::map<std::string, proxy::Counters> fresh;
  for (const ProxyView& proxy : registry_.list()) {
    const std::string& name = proxy.spec.name;
    proxy::Counters now;
    try {
      now = registry_.counters(name).value_or(proxy::Counters{});
    } catch (const Refusal&) {  // it has gone meanwhile
      continue;
    }
    const auto known = last_.find(name);
    const proxy::Counters before = known != last_.end() ? known->second : proxy::Counters{};
    Json ended = Json::object();
    for (std::size_t i = 0; i < proxy::end_count; ++i)
      if (const auto n = grown(now.ended[i], before.ended[i]); n > 0)
        ended[std::string{proxy::name(static_cast<proxy::End>(i))}] = n;
    const std::uint64_t accepted = grown(now.accepted, before.accepted);
    if (accepted > 0 || !ended.empty())
      registry_.events().add("connections",
                             {{"proxy", name}, {"accepted", accepted}, {"open", now.open}, {"ended", ended}}, false);
    for (const auto& [fault, pool] : now.pools)
      if (pool.in_force) registry_.events().add("pool", pool_json(name, fault, pool), false);
    fresh.emplace(name, std::move(now));
  }
  last_ = std::move(fresh);
}

}  // namespace firedrill::control
