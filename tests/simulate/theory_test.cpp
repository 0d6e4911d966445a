// A whole simulated drill held against queueing theory: Poisson arrivals, exponential service, the pool as the queue.
#include <gtest/gtest.h>

#include <string>

#include <fmt/format.h>

#include "drills/force.hpp"
#include "drills/measures.hpp"
#include "simulate/world.hpp"
#include "tests/support/eventually.hpp"

namespace firedrill::simulate {
namespace {

using namespace std::chrono_literals;

struct Queue {
  std::uint64_t servers;
  double utilisation;
  int seconds;
};

constexpr double mean_service = 0.001;

// Of a tenth of the time a mean is known three times worse.
constexpr double accuracy = tests::haste == 1 ? 0.02 : 0.06;

drills::Drill drill_of(const Queue& queue) {
  const std::string text =
      fmt::format(R"(
[drill]
name = "queue"
seed = 11
duration = "{}s"
[[backend]]
name = "app"
listen = "127.0.0.1:0"
service_time = "1ms"
distribution = "exponential"
[[proxy]]
name = "api"
listen = "127.0.0.1:0"
upstream = "backend:app"
[[load]]
name = "users"
http = "proxy:api/"
rate = {}
arrivals = "poisson"
timeout = "5s"
[[fault]]
name = "queue"
proxy = "api"
kind = "pool"
max_connections = {}
)",
                  queue.seconds / static_cast<int>(tests::haste),
                  queue.utilisation * static_cast<double>(queue.servers) / mean_service, queue.servers);
  return drills::parse_drill("queue.toml", text, {}, {});
}

// The share of clients that wait in an M/M/c queue (A. K. Erlang, 1917); `load` is rate times mean service.
double share_that_waits(std::uint64_t servers, double load) {
  double term = 1, sum = 1;  // load^k / k!
  for (std::uint64_t k = 1; k < servers; ++k) sum += term *= load / static_cast<double>(k);
  const auto c = static_cast<double>(servers);
  const double waiting = term * load / c * c / (c - load);
  return waiting / (sum + waiting);
}

class Theory : public testing::TestWithParam<Queue> {};

TEST_P(Theory, MeanWaitAndTheShareThatWaitsAreErlangs) {
  const Queue queue = GetParam();
  const drills::Drill drill = drill_of(queue);
  Agenda agenda;
  drills::Force force{drill, faults::Seed{drill.seed}};
  drills::Phases phases{{"queue"}, 1};
  drills::Measures measures{drill, phases};
  World world{agenda, drill, drill.seed, force, measures, {}};

  force.take({drills::timeline(drill).front()}, agenda.now(), agenda.now());
  force.publish(world.host());
  world.begin(agenda.now(), drill.length());
  agenda.play(agenda.now() + drill.length());

  const faults::Occupancy seen = world.host().read("api").pools.front().second;
  const double load = queue.utilisation * static_cast<double>(queue.servers);
  const double expected_share = share_that_waits(queue.servers, load);
  const double expected_wait = expected_share * mean_service / (static_cast<double>(queue.servers) - load);
  const double wait = faults::seconds(seen.wait.total()) / static_cast<double>(seen.granted);
  const double share = static_cast<double>(seen.granted_after_wait) / static_cast<double>(seen.granted);
  RecordProperty("wait_deviation", std::to_string(wait / expected_wait - 1));
  RecordProperty("share_deviation", std::to_string(share / expected_share - 1));
  EXPECT_NEAR(wait / expected_wait, 1, accuracy);
  EXPECT_NEAR(share / expected_share, 1, accuracy);
}

INSTANTIATE_TEST_SUITE_P(Pool, Theory, testing::Values(Queue{1, 0.5, 600}, Queue{4, 0.7, 150}), [](const auto& q) {
  return std::to_string(q.param.servers) + "SlotsAt" + std::to_string(static_cast<int>(q.param.utilisation * 100)) +
         "Percent";
});

}  // namespace
}  // namespace firedrill::simulate
