// The open-loop load: every request counted once, on time, for what became of it.
#include "drills/load.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "drills/arrivals.hpp"
#include "load_rig.hpp"

namespace firedrill::drills {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Pair;

constexpr std::string_view good_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

LoadSpec load_spec(double rate, Duration timeout = 30s) {
  LoadSpec spec;
  spec.name = "users";
  spec.rate = rate;
  spec.timeout = timeout;
  return spec;
}

std::vector<Duration> arrivals(const LoadSpec& spec, faults::Seed seed, Duration length) {
  std::vector<Duration> all;
  for (Arrivals next{spec, seed}; next.next() < length; next.pop()) all.push_back(next.next());
  return all;
}

/// Runs one load to its end.
Requests play(const LoadSpec& spec, const std::string& target, Duration length) {
  return play_load(spec, target, length).requests;
}

TEST(Arrivals, ComeEvenlyHalfAGapIn) {
  EXPECT_THAT(arrivals(load_spec(4), faults::Seed{1}, 1s), ElementsAre(125ms, 375ms, 625ms, 875ms));
}

TEST(Arrivals, ComeByTheSeedWhenPoisson) {
  LoadSpec spec = load_spec(100);
  spec.arrivals = LoadSpec::Arrivals::poisson;
  const auto first = arrivals(spec, faults::Seed{1}, 100s), again = arrivals(spec, faults::Seed{1}, 100s),
             other = arrivals(spec, faults::Seed{2}, 100s);

  EXPECT_EQ(first, again);
  EXPECT_NE(first, other);
  for (const auto& times : {first, other}) {
    EXPECT_THAT(times.size(), AllOf(Ge(9600U), Le(10400U)));  // four standard deviations
    double gaps = 0;
    double squares = 0;
    for (std::size_t i = 1; i < times.size(); ++i) {
      const double gap = faults::seconds(times[i] - times[i - 1]);
      EXPECT_GE(gap, 0);
      gaps += gap;
      squares += gap * gap;
    }
    const auto n = static_cast<double>(times.size() - 1);
    EXPECT_NEAR(squares / n, 2 * std::pow(gaps / n, 2),
                0.2 * std::pow(gaps / n, 2));  // exponential: twice the mean's square
  }
}

TEST(Load, SendsEveryRequestOnAConnectionOfItsOwn) {
  Serving backend{backend_spec()};

  const Requests seen = play(load_spec(200), http_at(backend.port()), 500ms);

  EXPECT_EQ(seen.count, 100);
  EXPECT_THAT(seen.errors, IsEmpty());
  EXPECT_EQ(seen.latency.count(), 100);
  EXPECT_EQ(backend.figures().connections, 100);
  EXPECT_EQ(backend.figures().served, 100);
}

TEST(Load, MakesAsManyPoissonRequestsAsTheSeedSays) {
  Serving backend{backend_spec()};
  LoadSpec spec = load_spec(300);
  spec.arrivals = LoadSpec::Arrivals::poisson;

  const Requests seen = play(spec, http_at(backend.port()), 400ms);

  EXPECT_EQ(seen.count, arrivals(spec, faults::Seed{7}, 400ms).size());
  EXPECT_EQ(backend.figures().served, seen.count);
}

TEST(Load, ReusesConnectionsWhenTheyAreKept) {
  Serving backend{backend_spec()};
  LoadSpec spec = load_spec(500);
  spec.keep_alive = true;
  spec.connections = 1;

  const Requests seen = play(spec, http_at(backend.port()), 400ms);

  EXPECT_EQ(seen.count, 200);
  EXPECT_THAT(seen.errors, IsEmpty());
  EXPECT_EQ(backend.figures().connections, 1);
}

TEST(Load, CountsTheWaitForAConnectionAsLatency) {
  Serving backend{backend_spec(100ms)};
  LoadSpec spec = load_spec(100);
  spec.keep_alive = true;
  spec.connections = 2;

  const Requests seen = play(spec, http_at(backend.port()), 200ms);

  EXPECT_EQ(seen.count, 20);
  EXPECT_THAT(seen.errors, IsEmpty());
  EXPECT_EQ(backend.figures().connections, 2);
  EXPECT_EQ(backend.figures().in_service_max, 2);
  EXPECT_GE(seen.latency.quantile(1), 780ms);  // the last is due before 200 ms and over after ten turns of 100 ms
}

TEST(Load, ShowsAStallThatFewRequestsWereInFlightFor) {
  // A closed loop would have asked once during the stall, and reported one slow answer in two hundred.
  int asked = 0;
  Server server{[&](Stream& client) {
    while (!client.read_to("\r\n\r\n").empty()) {
      if (++asked == 50) std::this_thread::sleep_for(1s);
      client.send(good_answer);
    }
  }};
  LoadSpec spec = load_spec(100);
  spec.keep_alive = true;
  spec.connections = 1;

  const Requests seen = play(spec, http_at(server.port()), 2s);

  EXPECT_EQ(seen.count, 200);
  EXPECT_THAT(seen.errors, IsEmpty());
  EXPECT_GE(seen.latency.quantile(0.99), 960ms);
  EXPECT_GE(seen.latency.quantile(0.91), 780ms);  // those due in the stall's first 200 ms are ten in a hundred
}

TEST(Load, NeverWaitsForAnswers) {
  Listener silent;  // the kernel makes the connections; nobody answers

  const Requests seen = play(load_spec(500, 300ms), http_at(silent.port()), 200ms);

  EXPECT_EQ(seen.count, 100);
  EXPECT_THAT(seen.errors, ElementsAre(Pair("timeout", 100)));
  EXPECT_GE(seen.latency.quantile(0), 295ms);
}

TEST(Load, TimesOutRequestsThatStillWaitForAConnection) {
  Listener silent;
  LoadSpec spec = load_spec(200, 100ms);
  spec.keep_alive = true;
  spec.connections = 1;

  EXPECT_THAT(play(spec, http_at(silent.port()), 500ms).errors, ElementsAre(Pair("timeout", 100)));
}

TEST(Load, TellsRefusedConnections) {
  EXPECT_THAT(play(load_spec(100), http_at(closed_port()), 200ms).errors, ElementsAre(Pair("refused", 20)));
}

TEST(Load, TellsResetConnections) {
  Server server{[](Stream& client) {
    client.read_to("\r\n\r\n");
    client.reset();
  }};

  EXPECT_THAT(play(load_spec(100), http_at(server.port()), 200ms).errors, ElementsAre(Pair("reset", 20)));
}

TEST(Load, TellsConnectionsClosedBeforeTheWholeAnswer) {
  int served = 0;
  Server server{[&](Stream& client) {
    client.read_to("\r\n\r\n");
    if (++served % 2 == 0) client.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok");
  }};

  EXPECT_THAT(play(load_spec(100), http_at(server.port()), 200ms).errors, ElementsAre(Pair("closed", 20)));
}

TEST(Load, TellsErrorsByStatusAndFollowsNoRedirect) {
  BackendSpec spec = backend_spec();
  spec.status = 503;
  Serving failing{spec};
  spec.status = 302;
  Serving redirecting{spec};

  EXPECT_THAT(play(load_spec(100), http_at(failing.port()), 100ms).errors, ElementsAre(Pair("http_503", 10)));
  EXPECT_THAT(play(load_spec(100), http_at(redirecting.port()), 100ms).errors, IsEmpty());
}

// The name is longer than any may be: nobody is asked for its address.
TEST(Load, TellsAHostWithoutAnAddress) {
  const std::string host(64, 'x');

  EXPECT_THAT(play(load_spec(100), "http://" + host + ".invalid/", 100ms).errors, ElementsAre(Pair("unresolved", 10)));
}

TEST(Load, TellsWhatIsNotHttp) {
  Server server{[](Stream& client) {
    client.read_to("\r\n\r\n");
    client.send("SSH-2.0-OpenSSH_9.2\r\n");
  }};

  EXPECT_THAT(play(load_spec(100), http_at(server.port()), 100ms).errors, ElementsAre(Pair("other", 10)));
}

/// Answers the first request of each connection; the second meets `bad_end`.
Requests play_dying_connections(const std::function<void(Stream&)>& bad_end, int& asked) {
  Server server{[&](Stream& client) {
    if (client.read_to("\r\n\r\n").empty()) return;
    ++asked;
    client.send(good_answer);
    if (client.read_to("\r\n\r\n").empty()) return;
    ++asked;
    bad_end(client);
  }};
  LoadSpec spec = load_spec(100);
  spec.keep_alive = true;
  spec.connections = 1;
  return play(spec, http_at(server.port()), 200ms);
}

TEST(Load, NeverSendsARequestAgainThatWasResetOnAReusedConnection) {
  int asked = 0;

  const Requests seen = play_dying_connections([](Stream& client) { client.reset(); }, asked);

  EXPECT_EQ(seen.count, 20);
  EXPECT_THAT(seen.errors, ElementsAre(Pair("reset", 10)));
  EXPECT_EQ(asked, 20);
}

TEST(Load, NeverSendsARequestAgainThatWasClosedOnAReusedConnection) {
  int asked = 0;

  const Requests seen = play_dying_connections([](Stream& client) { client.close(); }, asked);

  EXPECT_EQ(seen.count, 20);
  EXPECT_THAT(seen.errors, ElementsAre(Pair("closed", 10)));
  EXPECT_EQ(asked, 20);
}

TEST(Load, NeverSendsARequestAgainThatCouldGoByAnotherIdleConnection) {
  Listener listener;
  std::atomic<std::uint64_t> asked{0}, killed{0};
  std::vector<std::thread> serving;
  std::thread accepting{[&] {
    while (true) {
      Stream next = listener.accept();
      if (!next.open()) return;
      serving.emplace_back([&, client = std::move(next)]() mutable {
        for (int i = 0; i < 3 && !client.read_to("\r\n\r\n").empty(); ++i) {
          ++asked;
          std::this_thread::sleep_for(10ms);
          if (i < 2)
            client.send(good_answer);
          else
            ++killed, client.reset();
        }
      });
    }
  }};
  LoadSpec spec = load_spec(300);
  spec.keep_alive = true;
  spec.connections = 5;

  const Requests seen = play(spec, http_at(listener.port()), 300ms);

  listener.shut();
  accepting.join();
  for (std::thread& thread : serving) thread.join();
  EXPECT_EQ(seen.count, 90);
  EXPECT_EQ(asked, 90);
  EXPECT_GT(killed, 10);
  EXPECT_THAT(seen.errors, ElementsAre(Pair("reset", killed.load())));
}

TEST(Load, CountsWhatItCouldNotSend) {
  Listener silent;
  const Phases phases{{}, 0};
  LoadMeter meter{phases};
  Loads loads;
  loads.add(load_spec(100, 1s), http_at(silent.port()), meter, faults::Seed{7});

  {
    const FewDescriptors few{8};
    loads.start(Clock::now(), 200ms);
    EXPECT_EQ(loads.wait(Clock::now() + 60s), 0);
  }

  const Requests seen = meter.of_phase(Phases::always);
  EXPECT_EQ(seen.failed(), 20);
  EXPECT_THAT(seen.errors, ElementsAre(Pair("not_sent", Ge(12U)), Pair("timeout", Le(8U))));
}

TEST(Load, GoesStraightToItsTargetWhateverTheEnvironmentSays) {
  Serving backend{backend_spec()};
  ::setenv("http_proxy", http_at(closed_port()).c_str(), 1);

  const Requests seen = play(load_spec(100), http_at(backend.port()), 50ms);

  ::unsetenv("http_proxy");
  EXPECT_EQ(seen.count, 5);
  EXPECT_THAT(seen.errors, IsEmpty());
}

TEST(Load, ResolvesLocalhost) {
  Serving backend{backend_spec()};

  const Requests seen = play(load_spec(100), "http://localhost:" + std::to_string(backend.port()), 50ms);

  EXPECT_EQ(seen.count, 5);
  EXPECT_THAT(seen.errors, IsEmpty());
}

TEST(Load, SendsNothingMoreOnceStopped) {
  Serving backend{backend_spec()};
  const Phases phases{{}, 0};
  LoadMeter meter{phases};
  Loads loads;
  loads.add(load_spec(200), http_at(backend.port()), meter, faults::Seed{7});
  loads.start(Clock::now(), 1h);
  ASSERT_TRUE(eventually([&] { return meter.of_phase(Phases::always).count >= 5; }));

  loads.stop();

  EXPECT_EQ(loads.wait(Clock::now() + 60s), 0);
  const Requests seen = meter.of_phase(Phases::always);
  EXPECT_THAT(seen.errors, IsEmpty());
  EXPECT_EQ(backend.figures().served, seen.count);
}

TEST(Load, SaysHowManyAreStillInFlight) {
  Listener silent;
  const Phases phases{{}, 0};
  LoadMeter meter{phases};
  Loads loads;
  loads.add(load_spec(100, 1h), http_at(silent.port()), meter, faults::Seed{7});
  loads.start(Clock::now(), 100ms);

  ASSERT_TRUE(eventually([&] { return loads.wait(Clock::now()) == 10; }));

  EXPECT_EQ(meter.of_phase(Phases::always).count, 0);
}

TEST(Load, RunsSeveralLoadsAtOnce) {
  Serving backend{backend_spec(1ms)};
  const Phases phases{{}, 0};
  std::vector<std::unique_ptr<LoadMeter>> meters;
  Loads loads;
  for (const double rate : {50.0, 100.0, 150.0}) {
    LoadSpec spec = load_spec(rate);
    spec.keep_alive = rate > 100;
    meters.push_back(std::make_unique<LoadMeter>(phases));
    loads.add(spec, http_at(backend.port()), *meters.back(), faults::Seed{7});
  }
  loads.start(Clock::now(), 400ms);

  EXPECT_EQ(loads.wait(Clock::now() + 60s), 0);

  std::vector<std::uint64_t> counts;
  for (const auto& meter : meters) counts.push_back(meter->of_phase(Phases::always).count);
  EXPECT_THAT(counts, ElementsAre(20, 40, 60));
  EXPECT_EQ(loads.lateness().count(), 120);
}

}  // namespace
}  // namespace firedrill::drills
