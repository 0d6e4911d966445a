// Proxies and faults by hand, on real sockets: all or nothing, at once, and over in time.
#include "control/registry.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/problem.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::control {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using tests::Backend;
using tests::eventually;
using tests::Peer;

class ByHand : public testing::Test {
 protected:
  NewProxy api() const { return {"api", {"127.0.0.1", 0, {}}, backend_.endpoint(), 1s, true}; }
  static NewFault fault(std::string name, std::string_view words, std::optional<Duration> ttl = 1h) {
    return {std::move(name), faults::parse_inline(words), ttl, "tester", {}};
  }
  Peer connect() const { return Peer::connect(registry_.find("api").address); }
  static unsigned status_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const Refusal& refusal) {
      return refusal.status;
    } catch (const faults::PlanError&) {
      return 400;
    }
    return 200;
  }

  Backend backend_;
  Registry registry_{{1, faults::Seed{7}, {}}};
};

TEST_F(ByHand, AProxyCarriesUntilItIsRemoved) {
  registry_.create(api());
  Peer client = connect();
  Peer server = backend_.accept();
  client.send("ping");
  server.expect("ping");

  registry_.remove("api");

  client.expect_end();
  EXPECT_EQ(status_of([&] { registry_.find("api"); }), 404U);
}

TEST_F(ByHand, NoConnectionEscapesTheFaultsAProxyIsCreatedWith) {
  for (int i = 0; i < 20; ++i) {
    registry_.create(api(), {fault("shut", "kind=reset")});
    connect().expect_reset();
    registry_.remove("api");
  }
}

TEST_F(ByHand, AProxyIsCreatedAsAWholeOrNotAtAll) {
  EXPECT_EQ(status_of([&] {
              registry_.create(api(), {fault("a", "kind=latency delay=1s"), fault("b", "kind=latncy")});
            }),
            400U);
  EXPECT_EQ(status_of([&] { registry_.create(api(), {fault("a", "kind=reset"), fault("a", "kind=reset")}); }), 400U);
  NewProxy taken = api();
  taken.listen = backend_.endpoint();
  taken.upstream.port = 9;
  EXPECT_EQ(status_of([&] { registry_.create(taken); }), 409U);
  EXPECT_TRUE(registry_.list().empty());

  registry_.create(api());
  EXPECT_EQ(status_of([&] { registry_.create(api()); }), 409U);
}

TEST_F(ByHand, AFaultIsInForceWhenTheCallReturns) {
  registry_.create(api());
  Peer client = connect();
  Peer server = backend_.accept();

  bool created = false;
  registry_.put_fault("api", fault("silence", "kind=stall"), &created);
  EXPECT_TRUE(created);
  server.send("held");
  client.expect_silence();
  EXPECT_EQ(registry_.find("api").faults.at(0).fault->effects->now, 1);

  registry_.put_fault("api", fault("silence", "kind=stall direction=upstream"), &created);
  EXPECT_FALSE(created);
  client.expect("held");

  registry_.remove_fault("api", "silence");
  EXPECT_EQ(status_of([&] { registry_.remove_fault("api", "silence"); }), 404U);
}

TEST_F(ByHand, ABadFaultChangesNothing) {
  registry_.create(api());
  registry_.put_fault("api", fault("slow", "kind=latency delay=1ms"));

  EXPECT_EQ(status_of([&] { registry_.put_fault("api", fault("slow", "kind=latency delay=-1s")); }), 400U);
  EXPECT_EQ(status_of([&] { registry_.add_fault("api", fault("slow", "kind=latency delay=1s")); }), 409U);
  EXPECT_EQ(status_of([&] { registry_.put_fault("apj", fault("slow", "kind=reset")); }), 404U);
  EXPECT_EQ(status_of([&] { registry_.put_fault("api", fault("", "kind=reset")); }), 400U);

  const auto faults = registry_.find("api").faults;
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(*faults[0].table.find("delay")->text(), "1ms");
}

TEST_F(ByHand, AFaultExpiresByItself) {
  registry_.create(api());
  Peer client = connect();
  Peer server = backend_.accept();
  registry_.put_fault("api", fault("silence", "kind=stall", 300ms));
  server.send("held");

  client.expect("held");

  EXPECT_TRUE(eventually([&] { return registry_.find("api").faults.empty(); }));
  bool created = false;
  registry_.put_fault("api", fault("silence", "kind=reset"), &created);
  EXPECT_TRUE(created) << "what has expired is not there any more";
}

TEST_F(ByHand, HealTakesEverythingOut) {
  registry_.create(api());
  NewProxy other = api();
  other.name = "other";
  registry_.create(other, {fault("a", "kind=stall")});
  registry_.put_fault("api", fault("b", "kind=stall"));
  registry_.put_fault("api", fault("c", "kind=latency delay=1s"));

  EXPECT_EQ(registry_.heal("api"), 2U);
  EXPECT_EQ(registry_.heal(), 1U);
  EXPECT_EQ(registry_.heal(), 0U);
  EXPECT_EQ(status_of([&] { registry_.heal("nobody"); }), 404U);
}

TEST_F(ByHand, WhileHaltedNoFaultIsTaken) {
  registry_.create(api(), {fault("a", "kind=stall")});

  registry_.halt("too much", "ada");

  EXPECT_TRUE(registry_.find("api").faults.empty());
  EXPECT_EQ(registry_.halted()->by, "ada");
  EXPECT_EQ(status_of([&] { registry_.put_fault("api", fault("a", "kind=stall")); }), 423U);
  NewProxy other = api();
  other.name = "other";
  EXPECT_EQ(status_of([&] { registry_.create(other, {fault("a", "kind=stall")}); }), 423U);
  registry_.create(other);
  EXPECT_TRUE(registry_.release());
  EXPECT_FALSE(registry_.release());
  registry_.put_fault("api", fault("a", "kind=stall"));
}

TEST_F(ByHand, ADisabledProxyRefusesAndKeepsItsFaults) {
  registry_.create(api(), {fault("shut", "kind=reset")});
  const auto address = registry_.find("api").address;

  EXPECT_FALSE(registry_.change("api", {{}, {}, {}, false}).spec.enabled);
  Peer nobody;
  EXPECT_EQ(Peer::try_connect(address, nobody), ECONNREFUSED);
  EXPECT_EQ(registry_.find("api").faults.size(), 1U);
  EXPECT_TRUE(registry_.links("api").empty());

  registry_.change("api", {{}, {}, {}, true});
  connect().expect_reset();
}

TEST_F(ByHand, AMoveThatFailsLeavesItWhereItWas) {
  registry_.create(api());
  Peer client = connect();
  Peer server = backend_.accept();

  EXPECT_EQ(status_of([&] {
              registry_.change("api", {backend_.endpoint(), {}, {}, {}});
            }),
            400U)
      << "that is its own upstream";
  const Backend other;
  EXPECT_EQ(status_of([&] { registry_.change("api", {other.endpoint(), {}, {}, {}}); }), 409U);

  connect();  // still there, and nobody was cut off
  client.send("ping");
  server.expect("ping");
}

TEST_F(ByHand, NobodyWaitsForConnectionsThatHaveTimeToEnd) {
  NewProxy other = api();
  other.name = "other";
  registry_.create(api());
  registry_.create(other, {fault("slow", "kind=latency delay=1ms")});
  Peer client = connect();
  Peer server = backend_.accept();
  client.send("ping");
  server.expect("ping");

  std::thread patient{[&] { registry_.remove("api", "", 5min); }};
  EXPECT_TRUE(eventually([&] { return registry_.list().size() == 1; }));
  EXPECT_EQ(registry_.heal(), 1U);
  EXPECT_EQ(status_of([&] { registry_.links("api"); }), 404U);
  EXPECT_EQ(status_of([&] { registry_.create(api()); }), 409U) << "its connections are still there";
  client.send("pong").finish_sending();
  server.expect("pong").expect_end().finish_sending();
  client.expect_end();
  patient.join();

  registry_.create(api());
}

TEST_F(ByHand, AtTheEndNothingIsOpenedAndOthersMayLook) {
  registry_.create(api());
  Peer client = connect();
  Peer server = backend_.accept();
  client.send("ping");
  server.expect("ping");

  std::thread end{[&] { registry_.close(5min); }};
  EXPECT_TRUE(eventually([&] { return !registry_.find("api").spec.enabled; }));
  NewProxy other = api();
  other.name = "other";
  EXPECT_EQ(status_of([&] { registry_.create(other); }), 503U);
  EXPECT_EQ(status_of([&] { registry_.change("api", {{}, {}, {}, true}); }), 503U);
  EXPECT_EQ(registry_.heal(), 0U);
  EXPECT_TRUE(registry_.links("api").empty());
  client.finish_sending();
  server.expect_end().finish_sending();
  client.expect_end();
  end.join();
}

TEST_F(ByHand, ChangesMadeFromWhatThereIsDoNotLoseEachOther) {
  registry_.create(api());
  const auto count = [&] {
    for (int i = 0; i < 25; ++i)
      registry_.change("api", [](const ProxyView& now) {
        return ProxyChange{{}, {}, now.spec.connect_timeout + 1s, {}};
      });
  };

  std::thread one{count}, two{count};
  one.join();
  two.join();

  EXPECT_EQ(registry_.find("api").spec.connect_timeout, 51s);
}

TEST_F(ByHand, NamesAreTextThatEveryPageCanShow) {
  registry_.create(api());
  EXPECT_EQ(status_of([&] { registry_.put_fault("api", fault("\xff", "kind=stall")); }), 400U);
  EXPECT_EQ(status_of([&] { registry_.put_fault("api", fault("line\nfeed", "kind=stall")); }), 400U);
  EXPECT_EQ(status_of([&] { registry_.put_fault("api", fault("größer", "kind=stall")); }), 200U);
}

TEST_F(ByHand, ConnectionsAreShownAndEnded) {
  registry_.create(api(), {fault("slow", "kind=latency delay=1ms")});
  Peer client = connect();
  Peer server = backend_.accept();
  client.send("12345");
  server.expect("12345");

  const auto links = registry_.links("api");
  ASSERT_EQ(links.size(), 1U);
  EXPECT_EQ(links[0].state, "open");
  EXPECT_EQ(links[0].bytes_in[0], 5U);
  EXPECT_EQ(links[0].faults, std::vector<std::string>{"slow"});

  EXPECT_FALSE(registry_.end_link("api", 99, faults::Ending::reset));
  EXPECT_TRUE(registry_.end_link("api", links[0].ordinal, faults::Ending::reset));
  client.expect_reset();
  EXPECT_TRUE(eventually([&] { return registry_.counters("api")->of(proxy::End::by_hand) == 1; }));
}

TEST_F(ByHand, ManyAtOnceDoNotLoseEachOther) {
  registry_.create(api());
  std::vector<std::thread> people;
  for (int who = 0; who < 8; ++who)
    people.emplace_back([this, who] {
      for (int i = 0; i < 20; ++i) {
        const std::string name = "f" + std::to_string(who) + "-" + std::to_string(i % 2);
        registry_.put_fault("api", fault(name, "kind=latency delay=1ms"));
        registry_.list();
        registry_.counters("api");
        if (i % 2 == 1) registry_.remove_fault("api", name);
      }
    });
  for (auto& person : people) person.join();

  EXPECT_EQ(registry_.find("api").faults.size(), 8U);
}

}  // namespace
}  // namespace firedrill::control
