// The probes' threads, and the bell that ends them.
#include "drills/probe.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "drills/silent_thread.hpp"
#include "proxy/socket.hpp"

namespace firedrill::drills {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

/// Rung once and for good: readable from then on.
class Probes::Bell {
 public:
  Bell() : fd_{::eventfd(0, EFD_CLOEXEC)} {
    if (fd_.get() < 0) throw std::system_error{errno, std::generic_category(), "probes: eventfd"};
  }
  int fd() const { return fd_.get(); }
  void ring() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(fd_.get(), &one, sizeof one);
  }
  /// False if it rang before.
  bool sleep_until(Time moment) const {
    pollfd rung{fd_.get(), POLLIN, 0};
    while (true) {
      const Duration left = std::max<Duration>(moment - Clock::now(), Duration::zero());
      const auto whole = std::chrono::floor<std::chrono::seconds>(left);
      const timespec most{whole.count(), (left - whole).count()};
      if (::ppoll(&rung, 1, &most, nullptr) > 0) return false;
      if (Clock::now() >= moment) return true;
    }
  }

 private:
  proxy::Descriptor fd_;
};

struct Probes::Probe {
  ProbeSpec spec;
  ProbeMeter& meter;
  OnSample on_sample;
  std::thread thread;

  /// False if the bell rang.
  bool sample(const Bell& bell) {
    const Time started = Clock::now();
    for (std::uint64_t tries = 0;; ++tries) {
      const auto answer = ask(spec.question, spec.timeout, bell.fd());
      if (!answer) return false;
      if (!answer->good && tries < spec.retries) continue;
      const Time done = Clock::now();
      meter.record(started, done, answer->good, answer->said);
      if (on_sample) on_sample(answer->good, done - started, answer->said);
      return true;
    }
  }

  void run(const Bell& bell, Time at) {
    for (Time turn = at; bell.sleep_until(turn) && sample(bell);)
      turn += spec.every * ((Clock::now() - turn) / spec.every + 1);
  }
};

Probes::Probes() : bell_{std::make_unique<Bell>()} {}

Probes::~Probes() { stop(); }

void Probes::add(ProbeSpec spec, ProbeMeter& meter, OnSample on_sample) {
  spec.every = std::max<Duration>(spec.every, std::chrono::milliseconds{1});
  probes_.push_back(std::make_unique<Probe>(Probe{std::move(spec), meter, std::move(on_sample), {}}));
}

void Probes::start(Time at) {
  for (const auto& probe : probes_)
    probe->thread = silent_thread("firedrill-probe", [p = probe.get(), bell = bell_.get(), at] { p->run(*bell, at); });
}

void Probes::stop() {
  bell_->ring();
  for (const auto& probe : probes_)
    if (probe->thread.joinable()) probe->thread.join();
}

}  // namespace firedrill::drills
