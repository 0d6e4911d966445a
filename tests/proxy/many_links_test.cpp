// As many links as the descriptor limit lets one process hold: opened, held by a fault, healed, and not a byte lost.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>

#include <gtest/gtest.h>

#include "proxy/engine.hpp"
#include "tests/support/crowd.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/forked.hpp"
#include "tests/support/peer.hpp"

namespace firedrill {
namespace {

using tests::Forked;
using Clock = std::chrono::steady_clock;

constexpr std::size_t wanted = 9'000 / tests::haste;
using tests::crowd_message;

double milliseconds_since(Clock::time_point begun) {
  return std::chrono::duration<double, std::milli>{Clock::now() - begun}.count();
}

TEST(NineThousandLinks, AreHeldAndHealedWithoutLosingAByte) {
  Forked backend{tests::echo}, clients{tests::crowd};  // before the engine starts its threads
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t links = std::min(wanted, proxy::Engine::room());
  std::cout << "descriptor limit " << limit.rlim_max << ", links " << links << "\n";
  if (links < 9'000)
    std::cout << "!!! FEWER THAN 9,000 LINKS: "
              << (tests::haste > 1 ? "sanitizers are slow" : "the descriptor limit is low") << "\n";
  proxy::Engine engine{{.workers = 2}};
  proxy::ProxySpec spec;
  spec.name = "p";
  spec.listen = tests::local(0);
  spec.upstream = tests::local(static_cast<std::uint16_t>(std::stoi(backend.hear())));
  spec.connect_timeout = tests::deadline;
  engine.open(spec);

  auto begun = Clock::now();
  clients.say("open " + std::to_string(engine.port("p")) + " " + std::to_string(links));
  ASSERT_EQ(clients.hear(), std::to_string(links));
  ASSERT_TRUE(tests::eventually([&] { return engine.read("p").connect_time.count() == links; }));
  std::cout << "opened in " << milliseconds_since(begun) << " ms\n";

  auto held = faults::make_fault("held", "stall", "direction=both");
  held->since = Clock::now();
  begun = Clock::now();
  engine.adopt("p", {{}, {held}});
  std::cout << "stalled in " << milliseconds_since(begun) << " ms\n";
  clients.say("send");
  ASSERT_EQ(clients.hear(), "sent");
  ASSERT_TRUE(tests::eventually([&] { return engine.read("p").bytes_in[0] == links * crowd_message; }));
  EXPECT_EQ(engine.read("p").bytes_out[0], 0U);
  EXPECT_EQ(held->effects->links(), links);

  clients.say("collect");
  begun = Clock::now();
  engine.adopt("p", {});
  const double healed = milliseconds_since(begun);
  EXPECT_EQ(clients.hear(), std::to_string(links));
  std::cout << "healed in " << healed << " ms, every answer back after " << milliseconds_since(begun) << " ms\n";

  // What a peer has is counted a moment later.
  EXPECT_TRUE(tests::eventually([&] { return engine.read("p").bytes_in == engine.read("p").bytes_out; }));
  const proxy::Counters counters = engine.read("p");
  EXPECT_EQ(counters.bytes_in[0], links * crowd_message);
  EXPECT_EQ(counters.open, links);
  clients.say("close");
  EXPECT_EQ(clients.hear(), "closed");
  EXPECT_TRUE(tests::eventually([&] { return engine.read("p").open == 0; }));
  EXPECT_EQ(engine.read("p").of(proxy::End::client_finished), links);
}

}  // namespace
}  // namespace firedrill
