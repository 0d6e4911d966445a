// Clients and servers that no one here wrote, through the proxy, with faults and without.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include <gmock/gmock.h>

#include "faults/catalog.hpp"
#include "places.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/pattern.hpp"

namespace firedrill {
namespace {

using proxy::End;
using testing::HasSubstr;
using tests::ChildProcess;
using tests::Command;
using tests::eventually;
using tests::Finished;
using tests::Loopback;
using tests::program;

std::string file_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

#define NEED(found, package)                                                                         \
  if ((found).empty()) {                                                                             \
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian package " package " (./dev test does that)"; \
  }                                                                                                  \
  static_assert(true)

class RealPeer : public Loopback {
 protected:
  /// Opens the proxy in front of `upstream`.
  void front_for(const proxy::Endpoint& upstream) {
    auto described = spec();
    described.upstream = upstream;
    open(described);
  }
  std::string front_port() const { return std::to_string(front().port); }

  tests::TemporaryDirectory directory;
};

class Postgres : public RealPeer {
 protected:
  void SetUp() override {
    initdb_ = program({"/usr/lib/postgresql/*/bin/initdb", "initdb"});
    NEED(initdb_, "postgresql");
    psql_ = program({"psql"});
    NEED(psql_, "postgresql-client");
    pgbench_ = program({"/usr/lib/postgresql/*/bin/pgbench", "pgbench"});
    NEED(pgbench_, "postgresql-contrib");
    data_ = directory / "data";
    std::filesystem::create_directory(data_);
    const Finished made = tests::run(tests::without_rights(
        {initdb_, "-D", data_, "-A", "trust", "-U", "drill", "-E", "UTF8", "--locale=C", "--no-sync"}, data_));
    ASSERT_EQ(made.code, 0) << made.output;
    port_ = tests::free_port();
    server_ = std::make_unique<ChildProcess>(tests::without_rights(
        {std::filesystem::path{initdb_}.parent_path() / "postgres", "-D", data_, "-p", std::to_string(port_), "-k",
         data_, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=30"},
        data_));
    ASSERT_TRUE(server_->wait_for_port(port_)) << server_->output();
    ASSERT_TRUE(eventually([this] { return query(port_, "select 1").code == 0; })) << server_->output();
  }
  void TearDown() override {
    RealPeer::TearDown();
    if (server_) server_->stop(SIGINT);  // fast shutdown: does not wait for clients
  }

  Finished query(std::uint16_t port, const std::string& sql) const {
    return tests::run({psql_, "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql,
                       "host=127.0.0.1 port=" + std::to_string(port) +
                           " user=drill dbname=postgres sslmode=disable gssencmode=disable"});
  }
  Finished bench(std::uint16_t port, Command options) const {
    Command whole{pgbench_, "-h", "127.0.0.1", "-p", std::to_string(port), "-U", "drill"};
    whole.insert(whole.end(), options.begin(), options.end());
    whole.emplace_back("postgres");
    return tests::run(whole);
  }

  std::string initdb_, psql_, pgbench_, data_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ChildProcess> server_;
};

// A few hundred KiB whose every byte counts, and an error in between.
constexpr const char* long_answer = "select string_agg(md5(i::text), ',') from generate_series(1, 10000) i";

TEST_F(Postgres, GivesTheSameAnswersThroughTheProxy) {
  const Finished direct = query(port_, long_answer);
  ASSERT_EQ(direct.code, 0) << direct.output;
  front_for(tests::local(port_));

  const Finished clean = query(front().port, long_answer);
  EXPECT_TRUE(clean.code == 0 && clean.output == direct.output) << clean.output.substr(0, 500);

  put("pieces", "slice", "size=50B variation=49B direction=both");
  put("slow", "latency", "delay=5ms jitter=5ms direction=both");
  const Finished faulted = query(front().port, long_answer);
  EXPECT_TRUE(faulted.code == 0 && faulted.output == direct.output) << faulted.output.substr(0, 500);
}

TEST_F(Postgres, IsReachedThroughAUnixSocket) {
  front_for({{}, 0, data_ + "/.s.PGSQL." + std::to_string(port_)});
  put("pieces", "slice", "size=7B direction=both");

  const Finished answer = query(front().port, "select 6 * 7");

  EXPECT_EQ(answer.output, "42\n");
}

TEST_F(Postgres, PgbenchWaitsForAPoolOfThreeAndCompletes) {
  front_for(tests::local(port_));
  const Finished filled = bench(front().port, {"-i", "-q", "-s", "1"});
  ASSERT_EQ(filled.code, 0) << filled.output;
  put("pool", "pool", "max_connections=3");
  put("slow", "latency", "delay=2ms");

  // A connection per transaction and a thread per client: who waits for a slot keeps nobody else from working.
  const Finished done = bench(front().port, {"-n", "-C", "-c", "6", "-j", "6", "-t", "10"});

  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("number of transactions actually processed: 60/60"));
  const faults::Occupancy pool = counters().pools.at(0).second;
  EXPECT_GT(pool.granted_after_wait, 0U);
  EXPECT_GT(pool.queue_max, 0U);
  EXPECT_LE(pool.active_max, 3U);
}

TEST_F(Postgres, PgbenchRunsItsTransactions) {
  front_for(tests::local(port_));
  ASSERT_EQ(bench(front().port, {"-i", "-q", "-s", "1"}).code, 0);

  const Finished done = bench(front().port, {"-n", "-c", "4", "-t", "100"});

  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("number of transactions actually processed: 400/400"));
}

TEST_F(Postgres, PgbenchSeesItsConnectionsReset) {
  front_for(tests::local(port_));
  ASSERT_EQ(bench(front().port, {"-i", "-q", "-s", "1"}).code, 0);
  put("cut", "reset", "age=3s");

  const Finished done = bench(front().port, {"-n", "-c", "2", "-T", "20"});

  EXPECT_NE(done.code, 0);
  EXPECT_THAT(done.output, HasSubstr("aborted"));
  EXPECT_TRUE(eventually_ended(End::fault_reset, 2)) << done.output;
}

TEST_F(Postgres, PsqlSeesItsIdleConnectionClosed) {
  front_for(tests::local(port_));
  put("cut", "close", "idle=300ms");

  const Finished done = query(front().port, "select pg_sleep(20)");

  EXPECT_NE(done.code, 0);
  EXPECT_THAT(done.output, HasSubstr("server closed the connection unexpectedly"));
  EXPECT_EQ(ends(End::fault_close), 1U);
}

class Redis : public RealPeer {
 protected:
  void SetUp() override {
    const std::string redis = program({"redis-server"});
    NEED(redis, "redis-server");
    cli_ = program({"redis-cli"});
    NEED(cli_, "redis-tools");
    benchmark_ = program({"redis-benchmark"});
    NEED(benchmark_, "redis-tools");
    const std::uint16_t port = tests::free_port();
    server_ = std::make_unique<ChildProcess>(Command{redis, "--port", std::to_string(port), "--bind", "127.0.0.1",
                                                     "--save", "", "--appendonly", "no", "--dir", directory.path()});
    ASSERT_TRUE(server_->wait_for_port(port)) << server_->output();
    front_for(tests::local(port));
  }
  Finished cli(Command words) const {
    words.insert(words.begin(), {cli_, "-h", "127.0.0.1", "-p", front_port()});
    return tests::run(words);
  }
  Finished benchmark(Command words) const {
    words.insert(words.begin(), {benchmark_, "-h", "127.0.0.1", "-p", front_port(), "-q"});
    return tests::run(words);
  }

  std::string cli_, benchmark_;
  std::unique_ptr<ChildProcess> server_;
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
  ChildProcess waiting{{cli_, "-h", "127.0.0.1", "-p", front_port(), "ping"}};
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

    ChildProcess ping{{cli_, "-h", "127.0.0.1", "-p", front_port(), "ping"}};
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

class Nginx : public RealPeer {
 protected:
  void SetUp() override {
    const std::string nginx = program({"nginx"});
    NEED(nginx, "nginx");
    curl_ = program({"curl"});
    NEED(curl_, "curl");
    const std::uint16_t port = tests::free_port();
    const std::string at = directory.path();
    const std::string config = directory.write(
        "nginx.conf", "daemon off; master_process off; pid " + at +
                          "/pid; error_log stderr; events {} http { access_log off; "
                          "client_body_temp_path " +
                          at + "; proxy_temp_path " + at + "; fastcgi_temp_path " + at + "; uwsgi_temp_path " + at +
                          "; scgi_temp_path " + at + "; server { listen 127.0.0.1:" + std::to_string(port) + "; root " +
                          at + "/www; } }");
    std::filesystem::create_directory(directory / "www");
    content_ = tests::pattern(1, 0, 20'000'000 / tests::haste);
    directory.write("www/file", content_);
    server_ = std::make_unique<ChildProcess>(Command{nginx, "-c", config, "-p", at});
    ASSERT_TRUE(server_->wait_for_port(port)) << server_->output();
    front_for(tests::local(port));
  }
  Finished fetch() const {
    return tests::run({curl_, "-sS", "--noproxy", "*", "--max-time", "50", "-o", directory / "fetched",
                       "http://127.0.0.1:" + front_port() + "/file"});
  }
  bool fetched_whole() const { return file_text(directory / "fetched") == content_; }

  std::string curl_, content_;
  std::unique_ptr<ChildProcess> server_;
};

TEST_F(Nginx, CurlGetsTheWholeFile) {
  const Finished done = fetch();

  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_TRUE(fetched_whole());
}

TEST_F(Nginx, CurlGetsTheWholeFileInLatePieces) {
  put("slow", "latency", "delay=20ms jitter=20ms direction=both");
  put("pieces", "slice", "size=3000B variation=2999B");

  const Finished done = fetch();

  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_TRUE(fetched_whole());
}

TEST_F(Nginx, CurlIsToldThatTheConnectionWasReset) {
  put("shut", "refuse");

  const Finished done = fetch();

  EXPECT_THAT(done.code, testing::AnyOf(7, 55, 56)) << done.output;  // connecting, sending or receiving failed
  EXPECT_EQ(ends(End::refused), 1U);
}

TEST_F(Nginx, CurlIsToldOfAnEmptyReply) {
  put("shut", "refuse", "how=close");

  EXPECT_EQ(fetch().code, 52);
}

TEST_F(Nginx, CurlNoticesThatTheFileIsCutShort) {
  put("cut", "reset", "bytes=100KB");

  EXPECT_EQ(fetch().code, 56);
  EXPECT_EQ(ends(End::fault_reset), 1U);
}

}  // namespace
}  // namespace firedrill
