// The pool held against queueing theory and against the outage it was built after.
#include <gtest/gtest.h>

#include <cmath>
#include <queue>
#include <string>

#include "gate_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

/// Open-loop clients in virtual time: they arrive when they arrive, and once admitted hold their slot for as long as it
/// takes.
class Clients final : public GateOutlet {
 public:
  Clients(std::string_view settings, Seed seed)
      : draws_{seed, "clients", 0},
        fault_{make_fault("pool", "pool", settings)},
        gate_{fault_->kind->make_gate(*fault_->settings, {seed, "pool", *fault_->effects})} {
    gate_->begin(Time{});
  }

  /// `gap` and `hold` of the n-th client.
  template <typename Gap, typename Hold>
  void play(std::uint64_t clients, Gap gap, Hold hold) {
    Time next = Time{};
    for (std::uint64_t link = 1; link <= clients; ++link) {
      next += gap(link);
      run_to(next, hold);
      count_to(next);
      ++waiting_;
      gate_->arrive({{}, link, {}, next, next, {}}, next, *this);
      take_up(hold);
    }
    last_ = next;
  }
  template <typename Hold>
  void run_to(Time t, Hold hold) {
    while (true) {
      const Time leave = leaving_.empty() ? never : leaving_.top().first;
      const Time tick = gate_->wake();
      const Time due = std::min(leave, tick);
      if (due > t || due == never) return;
      count_to(due);
      if (tick == due) {
        gate_->tick(due, *this);
      } else {
        const std::uint64_t link = leaving_.top().second;
        leaving_.pop();
        gate_->depart(link, due, *this);
      }
      take_up(hold);
    }
  }

  void admit(std::uint64_t link, Time now) override {
    --waiting_;
    admitted_.emplace_back(link, now);
  }
  void turn_away(std::uint64_t, Ending, Cause, Time) override {
    --waiting_;
    ++turned_away;
  }

  Duration exponential(double mean, std::uint64_t at, std::uint64_t salt) const {
    return from_seconds(-mean * std::log(draws_.unit(at, salt)));
  }
  Occupancy occupancy() { return *gate_->occupancy(last_); }
  Duration length() const { return last_ - Time{}; }

  std::uint64_t turned_away = 0;
  double queue_seconds = 0;  // the queue as seen from outside, over time

 private:
  void count_to(Time now) {
    queue_seconds += static_cast<double>(waiting_) * seconds(now - counted_to_);
    counted_to_ = now;
  }
  template <typename Hold>
  void take_up(Hold hold) {
    for (const auto& [link, now] : admitted_) leaving_.emplace(now + hold(link), link);
    admitted_.clear();
  }

  using Leaving = std::pair<Time, std::uint64_t>;
  Draws draws_;
  std::shared_ptr<Fault> fault_;
  std::unique_ptr<GateFault> gate_;
  std::priority_queue<Leaving, std::vector<Leaving>, std::greater<>> leaving_;
  std::vector<std::pair<std::uint64_t, Time>> admitted_;
  std::uint64_t waiting_ = 0;
  Time counted_to_{}, last_{};
};

// The share of clients that wait in an M/M/c queue (A. K. Erlang, 1917); `load` is rate times mean hold.
double erlang_c(std::uint64_t servers, double load) {
  double term = 1, sum = 1;  // load^k / k!
  for (std::uint64_t k = 1; k < servers; ++k) sum += term *= load / static_cast<double>(k);
  const auto c = static_cast<double>(servers);
  const double waiting = term * load / c * c / (c - load);
  return waiting / (sum + waiting);
}

struct Queue {
  std::uint64_t servers;
  double utilisation;
  std::uint64_t clients;
};

class PoolTheory : public ::testing::TestWithParam<Queue> {};

TEST_P(PoolTheory, MeanWaitAndOccupancyAreThoseOfErlangCAndLittle) {
  const auto [servers, utilisation, count] = GetParam();
  constexpr double mean_hold = 0.05;
  const double load = utilisation * static_cast<double>(servers);
  const double rate = load / mean_hold;
  Clients clients{"max_connections=" + std::to_string(servers), Seed{7}};
  double held = 0;

  clients.play(
      count, [&](std::uint64_t link) { return clients.exponential(1 / rate, link, 1); },
      [&](std::uint64_t link) {
        const Duration hold = clients.exponential(mean_hold, link, 2);
        held += seconds(hold);
        return hold;
      });

  const Occupancy seen = clients.occupancy();
  const double length = seconds(clients.length());
  const double mean_wait = seconds(seen.wait.total()) / static_cast<double>(seen.wait.count());
  const double expected_wait = erlang_c(servers, load) * mean_hold / (static_cast<double>(servers) - load);
  EXPECT_NEAR(mean_wait / expected_wait, 1, 0.02);
  const double waited = static_cast<double>(seen.granted_after_wait) / static_cast<double>(seen.granted);
  EXPECT_NEAR(waited / erlang_c(servers, load), 1, 0.02);

  // Little: as measured, not as offered.
  const double achieved_rate = static_cast<double>(count) / length;
  const double mean_active = seconds(seen.busy) / length;
  EXPECT_NEAR(mean_active / (achieved_rate * held / static_cast<double>(seen.granted)), 1, 0.002);
  EXPECT_NEAR(mean_active / load, 1, 0.02);
  const double mean_queue = clients.queue_seconds / length;
  EXPECT_NEAR(mean_queue / (achieved_rate * mean_wait), 1, 0.002);
  EXPECT_NEAR(mean_queue / (rate * expected_wait), 1, 0.02);
  EXPECT_NEAR(seconds(seen.busy) / seconds(seen.capacity), utilisation, 0.02 * utilisation);
  RecordProperty("wait_deviation", std::to_string(mean_wait / expected_wait - 1));
  RecordProperty("queue_deviation", std::to_string(mean_queue / (rate * expected_wait) - 1));
  RecordProperty("active_deviation", std::to_string(mean_active / load - 1));
}

INSTANTIATE_TEST_SUITE_P(Pool, PoolTheory,
                         ::testing::Values(Queue{1, 0.5, 1'500'000}, Queue{7, 0.8, 3'000'000},
                                           Queue{20, 0.8, 2'000'000}),
                         [](const auto& q) {
                           return std::to_string(q.param.servers) + "SlotsAt" +
                                  std::to_string(static_cast<int>(q.param.utilisation * 100)) + "Percent";
                         });

// 210 requests a second, 50 ms each, and 7 connections: 140 a second are served, the queue fills for two seconds, then
// a third fails.
TEST(PoolIncident, AboutThirtyPercentFail) {
  Clients clients{"max_connections=7 queue_timeout=1s", Seed{20230510}};
  const auto hold = [](std::uint64_t) { return Duration{50ms}; };

  clients.play(
      210 * 30, [](std::uint64_t) { return from_seconds(1.0 / 210); }, hold);
  clients.run_to(Time{} + 40s, hold);

  const double failed = static_cast<double>(clients.turned_away) / (210 * 30);
  RecordProperty("failed", std::to_string(failed));
  EXPECT_GT(failed, 0.25);
  EXPECT_LT(failed, 0.35);
  EXPECT_EQ(clients.occupancy().active_max, 7U);
}

// The same outage with a pool of the right size.
TEST(PoolIncident, NobodyFailsWithTwelveConnections) {
  Clients clients{"max_connections=12 queue_timeout=1s", Seed{20230510}};
  const auto hold = [](std::uint64_t) { return Duration{50ms}; };

  clients.play(
      210 * 30, [](std::uint64_t) { return from_seconds(1.0 / 210); }, hold);
  clients.run_to(Time{} + 40s, hold);

  EXPECT_EQ(clients.turned_away, 0U);
}

}  // namespace
}  // namespace firedrill::faults
