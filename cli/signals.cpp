// Blocked, they wait in the kernel.
#include "cli/signals.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace firedrill::cli {
namespace {

// As nohup sets it, for a program that is to outlive its terminal.
bool ignored(int signal) {
  struct sigaction now {};
  return sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals() {
  sigemptyset(&mine_);
  for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGTSTP}) sigaddset(&mine_, signal);
  if (!ignored(SIGHUP)) sigaddset(&mine_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &mine_, &before_);
}

// What came last is not to strike now that everything is done.
Signals::~Signals() {
  while (wait(std::chrono::milliseconds{0}) != 0) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int Signals::wait(std::chrono::milliseconds patience, siginfo_t* about) const {
  const std::lldiv_t split = std::lldiv(patience.count(), 1000LL);
  const timespec time{split.quot, static_cast<long>(split.rem) * 1'000'000};
  const int signal = sigtimedwait(&mine_, about, &time);
  return signal > 0 ? signal : 0;
}

SignalThread::SignalThread(const Signals& signals, std::function<void(int)> ended)
    : thread_{[this, &signals, ended = std::move(ended)] { watch(signals, ended); }} {}

SignalThread::~SignalThread() {
  over_ = true;
  thread_.join();
}

void SignalThread::watch(const Signals& signals, const std::function<void(int)>& ended) {
  constexpr std::chrono::milliseconds look{50};
  constexpr std::chrono::seconds patience{5};
  bool asked = false;
  auto done = std::chrono::steady_clock::time_point::max();
  while (!over_) {
    const int signal = signals.wait(look);
    if (signal == SIGTSTP) {
      stop_wanted_ = true;
    } else if (signal != 0) {
      asked = true;
      ended(signal);
    }
    const auto now = std::chrono::steady_clock::now();
    if (asked && exit_code_ >= 0) done = std::min(done, now);
    if (done < now - patience) std::_Exit(exit_code_);
  }
}

}  // namespace firedrill::cli
