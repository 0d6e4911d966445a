// A connect that meets itself, made certain by a network namespace with two ports to choose from.
#include "proxy/dialler.hpp"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <future>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/forked.hpp"
#include "tests/support/peer.hpp"

namespace firedrill {
namespace {

constexpr std::uint16_t meeting_port = 40'000;
constexpr int tries = 50;

bool enter_small_world() {
  if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  const tests::Peer any{::socket(AF_INET, SOCK_DGRAM, 0)};
  ifreq up{};
  std::strcpy(up.ifr_name, "lo");
  up.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(any.fd(), SIOCSIFFLAGS, &up) != 0) return false;
  std::ofstream range{"/proc/sys/net/ipv4/ip_local_port_range"};
  range << meeting_port << " " << meeting_port + 1 << std::flush;
  return range.good();
}

int connects_that_meet_themselves() {
  int met = 0;
  for (int i = 0; i < tries; ++i) {
    tests::Peer peer;
    if (tests::Peer::try_connect(tests::local(meeting_port), peer) == 0) ++met;
    if (peer.is_open()) peer.reset();
  }
  return met;
}

/// Passes on what a worker says of the dialler's socket, as links do.
struct MeetingItself final : proxy::Watched {
  explicit MeetingItself(proxy::Worker& worker)
      : dialler{std::make_unique<proxy::Dialler>(worker, *this, [this](proxy::Dialler::Outcome outcome, proxy::Socket) {
          outcome_of_it.set_value(outcome);
        })} {}
  void ready(std::uint32_t events) override {
    if (dialler) dialler->ready(events);
  }
  std::promise<proxy::Dialler::Outcome> outcome_of_it;
  std::unique_ptr<proxy::Dialler> dialler;
};

int dials_refused() {
  int refused = 0;
  proxy::Worker worker;
  for (int i = 0; i < tries; ++i) {
    MeetingItself dialling{worker};
    worker.post([&dialling] { dialling.dialler->start(tests::local(meeting_port)); });
    if (dialling.outcome_of_it.get_future().get() == proxy::Dialler::Outcome::refused) ++refused;
    std::promise<void> gone;
    worker.post([&] {
      dialling.dialler.reset();
      gone.set_value();
    });
    gone.get_future().get();
  }
  return refused;
}

TEST(Dialler, AConnectThatMeetsItselfIsRefused) {
  tests::Forked world{[](tests::Line& line) {
    if (!enter_small_world()) return line.say("no namespace");
    const int met = connects_that_meet_themselves();
    line.say(met > 0 ? "met" : "never met");
    line.say(std::to_string(dials_refused()));
  }};
  const std::string met = world.hear();
  if (met == "no namespace") GTEST_SKIP() << "this machine allows no network namespaces (unshare -rn)";

  ASSERT_EQ(met, "met");
  EXPECT_EQ(world.hear(), std::to_string(tries));
}

}  // namespace
}  // namespace firedrill
