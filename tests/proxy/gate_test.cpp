// The gate contract on real sockets, played by kinds that only exist here; the gates of the catalogue that need no
// queue; scopes.
#include <unistd.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "proxy/socket.hpp"
#include "tests/support/loopback.hpp"

namespace firedrill {
namespace {

using namespace std::chrono_literals;
using faults::Door;
using faults::GateOutlet;
using faults::LinkFacts;
using faults::Time;
using proxy::End;
using tests::eventually;
using tests::Loopback;
using tests::Peer;

/// Door, dialling and what becomes of arrivals, as settings.
struct ScriptSettings final : faults::Settings {
  faults::Outlook outlook() const override { return {}; }

  Door door = Door::open;
  faults::Dialling dialling;
  enum class Arrivals : std::uint8_t { admitted, kept, closed } arrivals = Arrivals::admitted;
};

class ScriptedGate final : public faults::GateFault {
 public:
  explicit ScriptedGate(const ScriptSettings& settings) : settings_{settings} {}

  void arrive(const LinkFacts& link, Time now, GateOutlet& out) override {
    if (settings_.arrivals == ScriptSettings::Arrivals::admitted) return out.admit(link.ordinal, now);
    if (settings_.arrivals == ScriptSettings::Arrivals::closed)
      return out.turn_away(link.ordinal, faults::Ending::close, faults::Cause::refused, now);
    kept_.insert(link.ordinal);
  }
  void depart(std::uint64_t link, Time, GateOutlet&) override { kept_.erase(link); }
  Door door() const override { return settings_.door; }
  faults::Dialling dial(std::uint64_t, Time) override { return settings_.dialling; }
  void update(const faults::Settings& settings, Time now, GateOutlet& out) override {
    settings_ = static_cast<const ScriptSettings&>(settings);
    if (settings_.arrivals == ScriptSettings::Arrivals::admitted) release(now, out);
  }
  void release(Time now, GateOutlet& out) override {
    for (const std::uint64_t link : std::exchange(kept_, {})) out.admit(link, now);
  }

 private:
  ScriptSettings settings_;
  std::set<std::uint64_t> kept_;
};

const faults::Kind scripted{
    "scripted",
    "for tests",
    faults::Kind::Contract::gate,
    faults::Kind::Bytes::kept,
    faults::Kind::Ends::made,
    faults::Scopes::none,
    {},
    nullptr,
    nullptr,
    nullptr,
    [](const faults::Settings& settings, const faults::Making&) -> std::unique_ptr<faults::GateFault> {
      return std::make_unique<ScriptedGate>(static_cast<const ScriptSettings&>(settings));
    },
    nullptr};

std::shared_ptr<faults::Fault> script(const std::string& fault_name, ScriptSettings settings) {
  auto fault = std::make_shared<faults::Fault>();
  fault->name = fault_name;
  fault->kind = &scripted;
  fault->settings = std::make_shared<const ScriptSettings>(std::move(settings));
  return fault;
}

ScriptSettings door(Door state) {
  ScriptSettings settings;
  settings.door = state;
  return settings;
}

ScriptSettings dial(faults::Dialling::Action action, faults::Duration delay = {}) {
  ScriptSettings settings;
  settings.dialling = {action, delay};
  return settings;
}

using Action = faults::Dialling::Action;

class DoorTest : public Loopback {
 protected:
  bool refused() {
    Peer peer;
    return Peer::try_connect(front(), peer) == ECONNREFUSED;
  }
  void expect_it_serves() {
    link();
    client.send("request");
    server.expect("request").send("answer");
    client.expect("answer");
  }
};

TEST_F(DoorTest, PausedLeavesCallersInTheBacklog) {
  put(script("door", door(Door::paused)));
  client = connect();  // the kernel completes the handshake
  client.send("request");

  EXPECT_EQ(counters().accepted, 0U);
  EXPECT_FALSE(backend.has_caller());

  put(script("door", door(Door::open)));
  server = backend.accept();
  server.expect("request");
}

TEST_F(DoorTest, ClosedHasTheKernelRefuse) {
  open();
  put(script("door", door(Door::closed)));

  EXPECT_TRUE(eventually([this] { return refused(); }));

  put(script("door", door(Door::open)));
  EXPECT_TRUE(eventually([this] { return !refused(); }));
  while (eventually([this] { return backend.has_caller(); }, 100ms)) backend.accept();
  expect_it_serves();
}

TEST_F(DoorTest, ClosedKeepsThePortFromOthers) {
  const auto takes_port = [this] {
    const proxy::Descriptor other{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const int on = 1;
    ::setsockopt(other.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto address = *front().numeric();
    return ::bind(other.get(), address.data(), static_cast<socklen_t>(address.size())) == 0;
  };
  open();
  put(script("door", door(Door::closed)));
  ASSERT_TRUE(eventually([this] { return refused(); }));

  EXPECT_FALSE(takes_port());
  put(script("door", door(Door::open)));
  EXPECT_FALSE(takes_port());
}

TEST_F(DoorTest, ClosedLeavesOpenLinksAlone) {
  link();

  put(script("door", door(Door::closed)));

  EXPECT_TRUE(eventually([this] { return refused(); }));
  client.send("request");
  server.expect("request");
}

TEST_F(DoorTest, ItOpensAndShutsManyTimes) {
  open();
  for (int i = 0; i < 20; ++i) {
    put(script("door", door(i % 2 == 0 ? Door::closed : Door::paused)));
    put(script("door", door(Door::open)));
  }

  expect_it_serves();
}

TEST_F(DoorTest, TheStrictestOfTwoGatesCounts) {
  open();
  put(script("paused", door(Door::paused)));
  put(script("closed", door(Door::closed)));
  EXPECT_TRUE(eventually([this] { return refused(); }));

  heal("closed");

  EXPECT_TRUE(eventually([this] { return !refused(); }));
  EXPECT_EQ(counters().accepted, 0U);
  heal("paused");
  ASSERT_TRUE(eventually([this] { return counters().accepted >= 1; }));
}

TEST_F(DoorTest, AUnixListenerRefusesAndComesBackToo) {
  auto described = spec();
  described.listen = {{}, 0, testing::TempDir() + "firedrill-door-" + std::to_string(::getpid())};
  open(described);
  put(script("door", door(Door::closed)));
  EXPECT_TRUE(eventually([this] { return refused(); }));

  put(script("door", door(Door::open)));

  EXPECT_TRUE(eventually([this] { return !refused(); }));
  while (eventually([this] { return backend.has_caller(); }, 100ms)) backend.accept();
  expect_it_serves();
}

using DialGate = Loopback;

TEST_F(DialGate, LaterComesLater) {
  put(script("dial", dial(Action::later, 50ms)));
  const Time begun = std::chrono::steady_clock::now();

  link();

  EXPECT_GE(std::chrono::steady_clock::now() - begun, 50ms);
  client.send("request");
  server.expect("request");
}

TEST_F(DialGate, LaterThanTheTimeoutIsATimeout) {
  put(script("dial", dial(Action::later, 1h)));
  auto impatient = spec();
  impatient.connect_timeout = 50ms;
  open(impatient);

  client = connect();

  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
  EXPECT_TRUE(eventually_ended(End::connect_timeout));
}

TEST_F(DialGate, FailCountsAsRefused) {
  put(script("dial", dial(Action::fail)));

  client = connect();

  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
  EXPECT_TRUE(eventually_ended(End::connect_refused));
  EXPECT_FALSE(backend.has_caller());
}

TEST_F(DialGate, HangRunsIntoTheTimeout) {
  put(script("dial", dial(Action::hang)));
  auto impatient = spec();
  impatient.connect_timeout = 50ms;
  open(impatient);

  client = connect();

  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
  EXPECT_TRUE(eventually_ended(End::connect_timeout));
}

TEST_F(DialGate, AClientThatLeavesMeanwhileIsGone) {
  put(script("dial", dial(Action::hang)));
  client = connect();
  ASSERT_TRUE(eventually([this] { return counters().open == 1; }));

  client.reset();

  EXPECT_TRUE(eventually_ended(End::client_gone));
}

using Gate = Loopback;

ScriptSettings arrivals(ScriptSettings::Arrivals what) {
  ScriptSettings settings;
  settings.arrivals = what;
  return settings;
}

TEST_F(Gate, KeepsAClientThatHasConnectedAndHealAdmitsIt) {
  put(script("gate", arrivals(ScriptSettings::Arrivals::kept)));
  client = connect();
  client.send("request").finish_sending();
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[0] == 7; }));
  EXPECT_FALSE(backend.has_caller());

  heal("gate");

  server = backend.accept();
  server.expect("request").expect_end();
}

TEST_F(Gate, TurnsAwayWithAFinAlsoWhileTheClientIsSending) {
  put(script("gate", arrivals(ScriptSettings::Arrivals::closed)));
  client = connect();
  client.send(std::string(100'000, 'x'));

  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
  EXPECT_TRUE(eventually_ended(End::refused));
}

// A peer that never stops must not keep the worker to itself.
TEST_F(Gate, OneThatIsTurnedAwayAndSendsWithoutEndHoldsUpNobody) {
  put(script("gate", arrivals(ScriptSettings::Arrivals::closed)));
  open();
  std::atomic<bool> enough{false};
  std::vector<std::thread> floods;
  for (int i = 0; i < 2; ++i) {
    floods.emplace_back([this, &enough] {
      const std::string much(1'000'000, 'x');
      while (!enough) {
        Peer peer;
        Peer::try_connect(front(), peer);
        while (!enough && peer.is_open() && (peer.send_some(much) > 0 || errno == EAGAIN)) {
        }
      }
    });
  }

  for (int i = 0; i < 50; ++i) {
    put(script("gate", arrivals(ScriptSettings::Arrivals::admitted)));  // fails when a worker does not answer
    put(script("gate", arrivals(ScriptSettings::Arrivals::closed)));
  }

  enough = true;
  for (std::thread& flood : floods) flood.join();
}

TEST_F(Gate, TwoInARowBothHaveToAdmit) {
  put(script("first", arrivals(ScriptSettings::Arrivals::kept)));
  put(script("second", arrivals(ScriptSettings::Arrivals::kept)));
  client = connect();
  client.send("request");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[0] == 7; }));

  heal("first");
  EXPECT_FALSE(backend.has_caller());
  heal("second");

  server = backend.accept();
  server.expect("request");
}

TEST_F(Gate, NoConnectionEscapesAFaultOnceAdoptHasAnswered) {
  open();
  std::atomic<bool> in_force{false}, enough{false};
  std::atomic<unsigned> refused{0}, escaped{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!enough) {
        const bool after = in_force;
        Peer peer;
        if (Peer::try_connect(front(), peer) != 0) continue;
        if (!after) {
          peer.reset();  // keeps ports from running out
          continue;
        }
        peer.how_it_ends() == Peer::Left::reset ? ++refused : ++escaped;
      }
    });
  }
  ASSERT_TRUE(eventually([this] { return counters().accepted > 100; }));

  put("shut", "refuse");
  in_force = true;

  EXPECT_TRUE(eventually([&] { return refused > 500 / tests::haste; }));
  enough = true;
  backend.stop();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(escaped, 0U);
}

TEST_F(Gate, RefuseTurnsAwayWithAnRstOrAFin) {
  put("shut", "refuse");
  client = connect();
  client.expect_reset();

  put("shut", "refuse", "how=close");
  client = connect();
  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);

  EXPECT_TRUE(eventually_ended(End::refused, 2));
  EXPECT_EQ(counters().connect_errors(), 0U);  // what a gate refuses is no fault of the backend's
}

TEST_F(Gate, RefuseLeavesOpenLinksAlone) {
  link();

  put("shut", "refuse");

  client.send("request");
  server.expect("request");
}

using Scoped = Loopback;

TEST_F(Scoped, MaxLinksTouchesSoManyAndNoMore) {
  std::vector<Peer> clients, servers;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(connect());
    servers.push_back(backend.accept());
  }

  auto cut = put("cut", "reset", "max_links=3");

  EXPECT_TRUE(eventually_ended(End::fault_reset, 3));
  link();
  client.send("request");
  server.expect("request");
  EXPECT_EQ(cut->effects->links(), 3U);
  EXPECT_EQ(counters().open, 4U);
}

TEST_F(Scoped, ClientsByNetwork) {
  put("held", "refuse", "clients=127.0.0.8/29");
  open();
  for (int i = 1; i < 20; ++i) {
    const std::string from = "127.0.0." + std::to_string(i);
    Peer peer;
    ASSERT_EQ(Peer::try_connect(front(), peer, from), 0);
    if (i >= 8 && i < 16) {
      peer.expect_reset();
    } else {
      Peer behind = backend.accept();
      behind.finish_sending();
      peer.expect_end();
    }
  }

  EXPECT_TRUE(eventually_ended(End::refused, 8));
}

TEST_F(Scoped, ExceptClients) {
  put("cut", "reset", "except_clients=127.0.0.2/32");
  open();
  Peer spared, hit;
  ASSERT_EQ(Peer::try_connect(front(), spared, "127.0.0.2"), 0);
  server = backend.accept();
  ASSERT_EQ(Peer::try_connect(front(), hit, "127.0.0.3"), 0);

  hit.expect_reset();
  server.send("answer");
  spared.expect("answer");
}

TEST_F(Scoped, NewLinksOnly) {
  link();
  put("held", "stall", "connections=new");
  Peer new_client = connect(), new_server = backend.accept();

  server.send("flows");
  new_server.send("held");

  client.expect("flows");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 9; }));
  new_client.expect_silence();
}

TEST_F(Scoped, ExistingLinksOnly) {
  link();
  put("held", "stall", "connections=existing");
  Peer new_client = connect(), new_server = backend.accept();

  new_server.send("flows");
  server.send("held");

  new_client.expect("flows");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 9; }));
  client.expect_silence();
}

/// Which of a proxy's first 60 links a fault for 30 % of them hits.
class Percent : public Loopback {
 protected:
  std::vector<int> hit(std::uint64_t seed) {
    auto described = spec();
    described.seed = {seed};
    open(described);
    put("some", "refuse", "percent=30%");
    std::vector<int> refused;
    for (int i = 0; i < 60; ++i) {
      const std::uint64_t before = ends(End::refused);
      client = connect();
      EXPECT_TRUE(eventually([&] { return backend.has_caller() || ends(End::refused) > before; }));
      if (backend.has_caller()) {
        server = backend.accept();
      } else {
        refused.push_back(i);
      }
    }
    client.close();
    server.close();
    EXPECT_TRUE(eventually([this] { return counters().open == 0; }));
    close();
    return refused;
  }
};

TEST_F(Percent, HitsTheSameLinksForTheSameSeed) {
  const std::vector<int> first = hit(7), again = hit(7), other = hit(8);

  EXPECT_EQ(first, again);
  EXPECT_NE(first, other);
  EXPECT_THAT(first.size(), testing::AllOf(testing::Ge(8U), testing::Le(28U)));
}

}  // namespace
}  // namespace firedrill
