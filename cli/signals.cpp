// Blocked, they wait in the kernel.
#include "cli/signals.hpp"

#include <cstdlib>
#include <ctime>

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

int Signals::wait(std::chrono::milliseconds patience) const {
  const std::lldiv_t split = std::lldiv(patience.count(), 1000LL);
  const timespec time{split.quot, static_cast<long>(split.rem) * 1'000'000};
  const int signal = sigtimedwait(&mine_, nullptr, &time);
  return signal > 0 ? signal : 0;
}

}  // namespace firedrill::cli
