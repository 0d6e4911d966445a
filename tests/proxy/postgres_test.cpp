// PostgreSQL behind the proxy: psql and pgbench, with faults and without.
#include <cstdint>
#include <memory>
#include <string>

#include <gmock/gmock.h>

#include "real_peers.hpp"

namespace firedrill {
namespace {

using proxy::End;
using testing::HasSubstr;
using tests::Command;
using tests::Exited;

class Postgres : public tests::RealPeer {
 protected:
  void SetUp() override {
    NEED(tests::PostgresServer::wanting());
    server_ = std::make_unique<tests::PostgresServer>();
    ASSERT_TRUE(server_->is_up());
    front_for(tests::local(server_->port()));
  }

  Exited query(const std::string& sql) const { return server_->query(front().port, sql); }
  Exited bench(const Command& options) const { return tests::run(server_->bench(front().port, options)); }

  std::unique_ptr<tests::PostgresServer> server_;
};

// A few hundred KiB whose every byte counts, and an error in between.
constexpr const char* long_answer = "select string_agg(md5(i::text), ',') from generate_series(1, 10000) i";

TEST_F(Postgres, GivesTheSameAnswersThroughTheProxy) {
  const Exited direct = server_->query(server_->port(), long_answer);
  ASSERT_EQ(direct.code, 0) << direct.output;

  const Exited clean = query(long_answer);
  EXPECT_TRUE(clean.code == 0 && clean.output == direct.output) << clean.output.substr(0, 500);

  put("pieces", "slice", "size=50B variation=49B direction=both");
  put("slow", "latency", "delay=5ms jitter=5ms direction=both");
  const Exited faulted = query(long_answer);
  EXPECT_TRUE(faulted.code == 0 && faulted.output == direct.output) << faulted.output.substr(0, 500);
}

TEST_F(Postgres, IsReachedThroughAUnixSocket) {
  close();
  front_for({{}, 0, server_->socket()});
  put("pieces", "slice", "size=7B direction=both");

  const Exited answer = query("select 6 * 7");

  EXPECT_EQ(answer.output, "42\n");
}

TEST_F(Postgres, PgbenchWaitsForAPoolOfThreeAndCompletes) {
  const Exited filled = bench({"-i", "-q", "-s", "1"});
  ASSERT_EQ(filled.code, 0) << filled.output;
  put("pool", "pool", "max_connections=3");
  put("slow", "latency", "delay=2ms");

  // A connection per transaction and a thread per client: who waits for a slot keeps nobody else from working.
  const Exited done = bench({"-n", "-C", "-c", "6", "-j", "6", "-t", "10"});

  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("number of transactions actually processed: 60/60"));
  const faults::Occupancy pool = counters().pools.at(0).second;
  EXPECT_GT(pool.granted_after_wait, 0U);
  EXPECT_GT(pool.queue_max, 0U);
  EXPECT_LE(pool.active_max, 3U);
}

TEST_F(Postgres, PgbenchRunsItsTransactions) {
  ASSERT_EQ(bench({"-i", "-q", "-s", "1"}).code, 0);

  const Exited done = bench({"-n", "-c", "4", "-t", "100"});

  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("number of transactions actually processed: 400/400"));
}

TEST_F(Postgres, PgbenchSeesItsConnectionsReset) {
  ASSERT_EQ(bench({"-i", "-q", "-s", "1"}).code, 0);
  const std::uint64_t before = counters().bytes_in[0];
  tests::ChildProcess load{server_->bench(front().port, {"-n", "-c", "2", "-t", "1000000"})};
  // Not by their age, which on a busy machine they might reach before they have begun: it connects both its clients,
  // then works.
  ASSERT_TRUE(tests::eventually([&] {
    const proxy::Counters now = counters();
    return now.open == 2 && now.bytes_in[0] > before + 64 * 1024;
  })) << load.output();

  put("cut", "reset");

  EXPECT_NE(load.wait(), 0);
  EXPECT_THAT(load.output(), HasSubstr("aborted"));
  EXPECT_TRUE(eventually_ended(End::fault_reset, 2)) << load.output();
}

TEST_F(Postgres, PsqlSeesItsIdleConnectionClosed) {
  put("cut", "close", "idle=300ms");

  const Exited done = query("select pg_sleep(20)");

  EXPECT_NE(done.code, 0);
  EXPECT_THAT(done.output, HasSubstr("server closed the connection unexpectedly"));
  EXPECT_TRUE(eventually_ended(End::fault_close));
}

}  // namespace
}  // namespace firedrill
