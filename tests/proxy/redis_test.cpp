// Redis behind the proxy: redis-cli and redis-benchmark, with faults and without.
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "faults/catalog.hpp"
#include "places.hpp"
#include "real_peers.hpp"

namespace firedrill {
namespace {

using testing::HasSubstr;
using tests::ChildProcess;
using tests::Command;
using tests::eventually;
using tests::Finished;

class Redis : public tests::RealPeer {
 protected:
  void SetUp() override {
    NEED(tests::RedisServer::wanting());
    server_ = std::make_unique<tests::RedisServer>();
    ASSERT_TRUE(server_->is_up());
    front_for(tests::local(server_->port()));
  }

  Finished cli(const Command& words) const { return tests::run(server_->cli(front().port, words)); }
  Finished benchmark(const Command& words) const { return tests::run(server_->benchmark(front().port, words)); }

  std::unique_ptr<tests::RedisServer> server_;
};

TEST_F(Redis, GivesBackWhatItWasGiven) {
  const std::string value(100'000, 'v');
  EXPECT_EQ(cli({"set", "key", value}).output, "OK\n");
  EXPECT_EQ(cli({"get", "key"}).output, value + "\n");

  put("pieces", "slice", "size=100B variation=99B direction=both");
  put("slow", "latency", "delay=3ms jitter=3ms direction=both");
  EXPECT_EQ(cli({"set", "key", "changed " + value}).output, "OK\n");
  EXPECT_EQ(cli({"get", "key"}).output, "changed " + value + "\n");
}

TEST_F(Redis, BenchmarkCompletes) {
  const Finished done = benchmark({"-n", "5000", "-c", "20", "-P", "4", "-t", "set,get"});

  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("requests per second"));
}

TEST_F(Redis, BenchmarkCompletesUnderLatency) {
  put("slow", "latency", "delay=1ms jitter=1ms");

  const Finished done = benchmark({"-n", "2000", "-c", "20", "-P", "4", "-t", "set,get,lrange_100"});

  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("GET"));
  EXPECT_THAT(done.output, HasSubstr("requests per second"));
}

TEST_F(Redis, AnAnswerThatIsHeldComesWhenHealed) {
  put("held", "stall");
  ChildProcess waiting{server_->cli(front().port, {"ping"})};
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] > 0; }));
  EXPECT_TRUE(waiting.is_running());

  heal("held");

  EXPECT_EQ(waiting.wait(), 0);
  EXPECT_EQ(waiting.output(), "PONG\n");
}

struct Row {
  std::string kind, settings, says;
};

/// The table "What a client meets" of docs/faults.md.
std::vector<Row> rows_of_the_documentation() {
  std::ifstream file{FIREDRILL_SOURCE_DIR "/docs/faults.md"};
  std::vector<Row> rows;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inside = line == "## What a client meets";
    if (!inside || !line.starts_with("| `")) continue;
    std::erase(line, '`');
    std::vector<std::string> cells;
    std::istringstream parts{line.substr(1)};
    for (std::string cell; std::getline(parts, cell, '|');) {
      const std::size_t first = cell.find_first_not_of(' ');
      cells.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
    }
    if (cells.size() == 3) rows.push_back({cells[0], cells[1], cells[2]});
  }
  return rows;
}

TEST_F(Redis, MeetsWhatTheDocumentationSays) {
  const auto rows = rows_of_the_documentation();
  std::set<std::string> kinds;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.kind + " " + row.settings);
    kinds.insert(row.kind);
    const proxy::Counters before = counters();
    put("f", row.kind, row.settings);

    ChildProcess ping{server_->cli(front().port, {"ping"})};
    if (row.says == "nothing") {
      // Its request has come this far, and it waits. Healed, it gets its answer, or an end where bytes were lost.
      EXPECT_TRUE(eventually([&] { return counters().bytes_in[0] > before.bytes_in[0]; }));
      EXPECT_TRUE(ping.is_running()) << ping.output();
      heal("f");
      ping.wait();
    } else {
      ping.wait();
      EXPECT_THAT(ping.output(), HasSubstr(row.says));
      heal("f");
    }
    EXPECT_TRUE(eventually([this] { return counters().open == 0; }));
  }
  for (const faults::Kind* kind : faults::catalog)
    EXPECT_TRUE(kinds.contains(std::string{kind->name})) << kind->name << " has no row";
}

}  // namespace
}  // namespace firedrill
