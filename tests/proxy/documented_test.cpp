// docs/faults.md says what a client meets; here real clients meet it, every row of the table.
#include <memory>
#include <set>
#include <string>

#include <gmock/gmock.h>

#include "faults/catalog.hpp"
#include "real_peers.hpp"
#include "rehearsal.hpp"

namespace firedrill {
namespace {

using tests::Command;
using tests::Documented;
using tests::eventually;
using tests::Meeting;
using tests::Rehearsal;
using tests::Speaker;
using tests::View;

TEST(Meetings, AreDocumentedForEveryKind) {
  const Documented documented = tests::read_documentation();

  std::set<std::string> kinds;
  for (const Meeting& meeting : documented.meetings) kinds.insert(meeting.kind);

  for (const faults::Kind* kind : faults::catalog)
    EXPECT_TRUE(kinds.contains(std::string{kind->name})) << kind->name << " has no row";
}

// A reason that no view could show would never be tested.
TEST(Meetings, SayWhyLinksEndOnlyWhereAClientMeetsTheEnd) {
  for (const Meeting& meeting : tests::read_documentation().meetings) {
    bool is_met = false;
    for (const std::string& word : meeting.words)
      is_met = is_met || (word != "completes" && word != "stalls" && word != "connect timeout");
    EXPECT_TRUE(is_met || meeting.ends == "in order") << meeting.kind << " " << meeting.settings;
  }
}

class RedisMeetings : public testing::Test {
 protected:
  void SetUp() override {
    NEED(tests::RedisServer::wanting());
    server_ = std::make_unique<tests::RedisServer>();
    ASSERT_TRUE(server_->is_up());
  }

  /// Puts so many tokens into the list of each meeting.
  void give_tokens(int n) const {
    const std::string all = std::to_string(documented_.meetings.size());
    const auto given = server_->ask({"eval",
                                     "for i = 0, ARGV[1] - 1 do for j = 1, ARGV[2] do "
                                     "redis.call('rpush', 'tokens' .. i, 't') end end",
                                     "0", all, std::to_string(n)});
    ASSERT_EQ(given.code, 0) << given.output;
  }
  bool eventually_waiting(std::size_t clients) const {
    const std::string line = "blocked_clients:" + std::to_string(clients) + "\r\n";
    return eventually([&] { return server_->ask({"info", "clients"}).output.find(line) != std::string::npos; });
  }

  const Documented documented_ = tests::read_documentation();
  std::unique_ptr<tests::RedisServer> server_;
};

TEST_F(RedisMeetings, OfAPing) {
  Rehearsal rehearsal{documented_, server_->port()};
  rehearsal.put_faults();

  rehearsal.start([&](std::size_t, std::uint16_t port, const Meeting&) { return server_->cli(port, {"ping"}); });

  rehearsal.expect_documented(View::ping, Speaker::redis_cli);
}

// Every request takes a token and waits for one where there is none: so it has run when the fault comes, is in the
// middle of a request, and runs on when there are more. Both its clients wait before there is any: both get some.
TEST_F(RedisMeetings, OfABusyBenchmark) {
  Rehearsal rehearsal{documented_, server_->port()};
  rehearsal.start([&](std::size_t number, std::uint16_t port, const Meeting&) {
    return server_->benchmark(port, {"-n", "60", "-c", "2", "BLPOP", "tokens" + std::to_string(number), "0"});
  });
  ASSERT_TRUE(eventually_waiting(2 * documented_.meetings.size()));
  give_tokens(20);
  ASSERT_TRUE(eventually_waiting(2 * documented_.meetings.size()));

  rehearsal.put_faults();
  give_tokens(40);

  rehearsal.expect_documented(View::busy, Speaker::redis_benchmark);
}

class PostgresMeetings : public testing::Test {
 protected:
  void SetUp() override {
    NEED(tests::PostgresServer::wanting());
    server_ = std::make_unique<tests::PostgresServer>();
    ASSERT_TRUE(server_->is_up());
  }

  /// pgbench with a connection for each of its six transactions, which are all the same.
  Command bench(std::uint16_t port, const std::string& word, Command options, const std::string& transaction) {
    const std::string script = scripts_.write("of " + std::to_string(port), transaction + ";\n");
    options.insert(options.end(), {"-n", "-C", "-f", script});
    // Who is not to lose patience has more of it than documented: a slow machine is no fault.
    return server_->bench(port, options, word == "connect timeout" ? "connect_timeout=3" : "connect_timeout=30");
  }
  std::string query(const std::string& sql) const {
    const auto answer = server_->query(server_->port(), sql);
    EXPECT_EQ(answer.code, 0) << answer.output;
    return answer.output;
  }

  const Documented documented_ = tests::read_documentation();
  const tests::TemporaryDirectory scripts_;
  std::unique_ptr<tests::PostgresServer> server_;
};

TEST_F(PostgresMeetings, OfABenchmarkThatConnects) {
  Rehearsal rehearsal{documented_, server_->port()};
  rehearsal.put_faults();

  rehearsal.start([&](std::size_t, std::uint16_t port, const Meeting& meeting) {
    return bench(port, meeting.word(View::connects), {"-c", "2", "-j", "2", "-t", "3"}, "select 1");
  });

  rehearsal.expect_documented(View::connects, Speaker::pgbench);
}

// Not redis-benchmark -k 0: that of Redis 7.0 spins for ever once a write fails.
// From the third transaction on each waits for a lock, which is ours until the faults are in force: so it has run when
// the fault comes, is in the middle of a transaction, and connects anew for the next.
TEST_F(PostgresMeetings, OfABenchmarkThatReconnects) {
  const std::string all = std::to_string(documented_.meetings.size());
  query("do $$ begin for i in 0.." + all + " loop execute 'create sequence turns' || i; end loop; end $$");
  tests::ChildProcess gate{server_->psql(server_->port(), "select pg_advisory_lock(1), pg_sleep(3600)")};
  const std::string locks = " from pg_locks where locktype = 'advisory' and ";
  ASSERT_TRUE(eventually([&] { return query("select count(*)" + locks + "granted") == "1\n"; }));
  Rehearsal rehearsal{documented_, server_->port()};
  rehearsal.start([&](std::size_t number, std::uint16_t port, const Meeting& meeting) {
    return bench(
        port, meeting.word(View::reconnects), {"-c", "1", "-t", "6"},
        "select case when nextval('turns" + std::to_string(number) + "') > 2 then pg_advisory_xact_lock_shared(1) end");
  });
  ASSERT_TRUE(eventually([&] { return query("select count(*)" + locks + "not granted") == all + "\n"; }));

  rehearsal.put_faults();
  query("select pg_terminate_backend(pid)" + locks + "mode = 'ExclusiveLock'");

  rehearsal.expect_documented(View::reconnects, Speaker::pgbench);
}

}  // namespace
}  // namespace firedrill
