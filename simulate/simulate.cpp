// The venue of virtual time, and a log in memory.
#include "simulate/simulate.hpp"

#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "drills/event_log.hpp"
#include "drills/journal.hpp"
#include "drills/read_journal.hpp"
#include "drills/run.hpp"
#include "drills/venue.hpp"
#include "simulate/agenda.hpp"
#include "simulate/places.hpp"
#include "simulate/world.hpp"

namespace firedrill::simulate {
namespace {

using Json = nlohmann::ordered_json;

/// What a run writes goes straight to where reports are made from. There is no `utc`: it has happened at no time.
class Memory {
 public:
  explicit Memory(const Agenda& agenda, bool keep) : agenda_{agenda}, keep_{keep} {}

  void start(Time start) { start_ = start; }
  void write(std::string_view event, const Json& fields) {
    Json line{{"v", drills::journal_version},
              {"seq", seq_++},
              {"t", start_ ? faults::seconds(agenda_.now() - *start_) : 0.0},
              {"utc", ""},
              {"event", event}};
    line.update(fields);
    reading_.take(line);
    if (keep_) text_ += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  drills::Report report() { return reading_.finish({}); }
  std::string text() { return std::move(text_); }

 private:
  const Agenda& agenda_;
  const bool keep_;
  std::optional<Time> start_;
  std::uint64_t seq_ = 0;
  drills::JournalReading reading_;
  std::string text_;
};

class Log final : public drills::EventLog {
 public:
  explicit Log(Memory& memory) : memory_{memory} {}
  void start(Time start) override { memory_.start(start); }
  void write(std::string_view event, const Json& fields) override { memory_.write(event, fields); }
  std::optional<std::string> close() override { return std::nullopt; }

 private:
  Memory& memory_;
};

// From bytes that have come to whoever waits for them running: five of these are on the way of a request through a
// proxy and back. Measured where this was written, on two virtual cores; a machine of metal takes a third of it.
constexpr Duration usual_wakeup = std::chrono::microseconds{150};

class Virtual final : public drills::Venue {
 public:
  explicit Virtual(bool keep_journal) : memory{agenda_, keep_journal} {}

  Time now() const override { return agenda_.now(); }
  // Nobody else is there who could ring. What the conductor does at a moment comes before all else that happens then:
  // whoever is due at the moment at which a fault comes meets it.
  void wait(std::unique_lock<std::mutex>&, std::condition_variable&, Time moment,
            const std::function<bool()>&) override {
    agenda_.play_to(moment);
  }
  std::unique_ptr<drills::EventLog> open_log(const drills::Drill&, std::string& directory) override {
    directory.clear();
    return std::make_unique<Log>(memory);
  }
  std::unique_ptr<drills::Scene> open(const drills::Drill& drill, std::uint64_t seed, const drills::Force& force,
                                      drills::Measures& measures, const drills::OnSample& on_sample) override {
    return std::make_unique<World>(agenda_, drill, seed, force, measures, on_sample);
  }
  std::size_t room() const override { return std::numeric_limits<std::uint32_t>::max(); }
  bool predicts() const override { return true; }
  std::launch closing() const override { return std::launch::deferred; }

 private:
  Agenda agenda_{usual_wakeup};

 public:
  Memory memory;
};

}  // namespace

std::string obstacle(const drills::Drill& drill) {
  const Scope scope = scope_of(drill);
  if (scope.anything) return "";
  if (drill.loads.empty() && scope.left_out.empty())
    return "it has neither a load nor a probe: without somebody who asks there is nothing to predict";
  constexpr std::size_t most_told = 8;
  std::string text = "nothing of it can be predicted:";
  for (std::size_t i = 0; i < scope.left_out.size() && i < most_told; ++i) text += "\n  - " + scope.left_out[i];
  if (scope.left_out.size() > most_told) text += fmt::format("\n  and {} more", scope.left_out.size() - most_told);
  return text;
}

Prediction simulate(drills::Drill drill, const Options& options) {
  Scope scope = scope_of(drill);
  Virtual venue{options.with_journal};
  drills::RunOptions run_options;
  run_options.seed = options.seed;
  run_options.overrides = options.overrides;
  run_options.notes = std::move(scope.left_out);
  run_options.untold_checks = std::move(scope.checks);
  run_options.untold_faults = std::move(scope.faults);
  run_options.venue = &venue;
  Prediction prediction;
  prediction.outcome = drills::Run{std::move(drill), std::move(run_options)}.go();
  prediction.report = venue.memory.report();
  prediction.journal = venue.memory.text();
  return prediction;
}

drills::PredictedRun in_short(const Prediction& prediction) {
  drills::PredictedRun run{prediction.report.result, {}, {}};
  for (const auto& phase : prediction.report.phases)
    run.phases.push_back(
        {phase.name, phase.requests.count, phase.requests.failed(), phase.quantile_ms(0.5), phase.quantile_ms(0.99)});
  for (const auto& note : prediction.report.notes) run.left_out.push_back(note.text);
  return run;
}

}  // namespace firedrill::simulate
