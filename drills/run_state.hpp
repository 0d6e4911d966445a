// What a run consists of while it lasts: run.cpp conducts it, run_end.cpp ends it and judges. For these two only.
#pragma once

#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "drills/board.hpp"
#include "drills/force.hpp"
#include "drills/pool_watch.hpp"
#include "drills/rate_watch.hpp"
#include "drills/record.hpp"
#include "drills/run.hpp"
#include "drills/venue.hpp"

namespace firedrill::drills {

using faults::Time;

struct Run::State {
  State(Drill d, RunOptions o);

  Outcome go();
  void conduct();
  void start_command();
  void end_command();
  void play(Time now);
  void carry_out(const std::vector<Step>& moment, Time now, std::string_view why);
  void obey_orders();
  std::string obey(const Order& order, Time now);
  void pause(Time now);
  void resume(Time now);
  std::string end_fault(std::size_t fault, Time now);
  std::string skip(std::size_t fault);
  std::string extend(std::size_t fault, Duration by);
  void take_no_more_orders();
  Time end() const { return start + (paused_at ? drill.max_duration : length); }
  void sample(Time now);
  void watch_touches();
  void heal(const std::string& why);
  void measure_proxies(Time now);
  void write_traffic();
  void wait_for_answers();
  Duration patience_for_answers() const;
  void close_proxies();
  void judge_all();
  void judge_loads();
  void judge_tool(const LoadSpec& load);
  void summarise(Duration lasted);
  void finish_journal();
  bool stopping() const { return stops() > 0; }
  /// How often somebody wanted the run to end.
  unsigned stops() const;

  const Drill drill;
  const RunOptions options;
  const std::uint64_t seed;
  const std::unique_ptr<Venue> own_venue;  // null: somebody else's
  Venue& venue;

  // The conductor's.
  Duration length;          // somebody may extend it
  std::vector<Step> steps;  // from next_step on they may change
  std::optional<Time> paused_at;
  std::vector<Step> held_back;  // bring back what was in force then
  Outcome outcome;
  Force force;
  Phases phases;
  Measures measures;
  std::unique_ptr<EventLog> journal;
  std::unique_ptr<Record> record;
  std::unique_ptr<Scene> stage;
  Time start{};
  Phases::Set cut_short;   // the phases that an abort fell into
  bool conducted = false;  // it came to the first request
  std::size_t next_step = 0;
  std::vector<bool> touched;
  std::vector<std::optional<Duration>> healed;
  faults::Histogram lag;
  Duration longest_lag{};
  faults::Histogram workers_lag;
  PoolWatch pools;
  RateWatch rates;
  std::uint64_t samples = 0;
  std::uint64_t links_left = 0, faults_left = 0;
  std::vector<std::string> deaf;  // proxies that a fault closed and that could not listen again

  // Shared.
  Board board;
  mutable std::mutex mutex;
  std::condition_variable woken;
  std::string stop_why;  // the first one
  unsigned times_stopped = 0;
  bool command_over = false;
  struct Given {
    Order order;
    std::promise<std::string> answer;
  };
  std::deque<Given> orders;
  bool takes_orders = false;
};

}  // namespace firedrill::drills
