// Redis behind the proxy: redis-cli and redis-benchmark, with faults and without.
#include <memory>
#include <string>

#include <gmock/gmock.h>

#include "real_peers.hpp"

namespace firedrill {
namespace {

using testing::HasSubstr;
using tests::ChildProcess;
using tests::Command;
using tests::eventually;
using tests::Exited;

class Redis : public tests::RealPeer {
 protected:
  void SetUp() override {
    NEED(tests::RedisServer::wanting());
    server_ = std::make_unique<tests::RedisServer>();
    ASSERT_TRUE(server_->is_up());
    front_for(tests::local(server_->port()));
  }

  Exited cli(const Command& words) const { return tests::run(server_->cli(front().port, words)); }
  Exited benchmark(const Command& words) const { return tests::run(server_->benchmark(front().port, words)); }

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
  const Exited done = benchmark({"-n", "5000", "-c", "20", "-P", "4", "-t", "set,get"});

  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("requests per second"));
}

TEST_F(Redis, BenchmarkCompletesUnderLatency) {
  put("slow", "latency", "delay=1ms jitter=1ms");

  const Exited done = benchmark({"-n", "2000", "-c", "20", "-P", "4", "-t", "set,get,lrange_100"});

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

}  // namespace
}  // namespace firedrill
