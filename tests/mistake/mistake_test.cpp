// The faults of this program have a mistake put in: a pool lets in one connection too many. It shows in a run on
// sockets and in a simulation alike, since both play the same code.
#include <gtest/gtest.h>

#include <string>

#include "drills/run.hpp"
#include "simulate/simulate.hpp"
#include "tests/support/temporary_directory.hpp"

namespace firedrill {
namespace {

// Two slots for six connections at a time: always full.
constexpr const char* crowded = R"(
[drill]
name = "crowded"
seed = 7
duration = "1500ms"
[[backend]]
name = "app"
listen = "127.0.0.1:0"
service_time = "100ms"
[[proxy]]
name = "api"
listen = "127.0.0.1:0"
upstream = "backend:app"
[[load]]
name = "users"
http = "proxy:api/"
rate = 60
timeout = "1s"
[[fault]]
name = "pool"
proxy = "api"
kind = "pool"
max_connections = 2
)";

drills::Drill drill() { return drills::parse_drill("crowded.toml", crowded, {}, {}); }

TEST(Mistake, ShowsOnSockets) {
  const tests::TemporaryDirectory place;
  drills::RunOptions options;
  options.directory = (place.path() / "run").string();

  drills::Run{drill(), options}.go();

  const drills::Report report = drills::read_journal(options.directory);
  ASSERT_EQ(report.pools.size(), 1U);
  EXPECT_EQ(report.pools[0].active_max, 3U);
}

TEST(Mistake, ShowsInASimulation) {
  const drills::Report report = simulate::simulate(drill(), {}).report;

  ASSERT_EQ(report.pools.size(), 1U);
  EXPECT_EQ(report.pools[0].active_max, 3U);
}

}  // namespace
}  // namespace firedrill
