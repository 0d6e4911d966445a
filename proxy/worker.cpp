// The loop: what the kernel says, what is due, what was posted.
#include "proxy/worker.hpp"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <system_error>

namespace firedrill::proxy {
namespace {

using std::chrono::steady_clock;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error{errno, std::system_category(), what};
  return result;
}

/// Waits until `until`, to the nanosecond where the kernel can (Linux 5.11), else to the millisecond after it.
int wait_for_events(int epoll, epoll_event* events, int most, Time until) {
  // Where nothing is due, nothing is timed: a timer that never fires still has to be set and taken back.
  if (until == faults::never) return ::epoll_wait(epoll, events, most, -1);
  constexpr auto zero = faults::Duration::zero(), long_enough = faults::Duration{std::chrono::hours{1}};
  const auto left = std::clamp(until - steady_clock::now(), zero, long_enough);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  const timespec timeout{seconds.count(), (left - seconds).count()};
  const int n = ::epoll_pwait2(epoll, events, most, &timeout, nullptr);
  if (n >= 0 || errno != ENOSYS) return n;
  return ::epoll_wait(epoll, events, most,
                      static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
}

}  // namespace

Worker::Worker()
    : epoll_{checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")},
      bell_{checked(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")},
      scratch_{new char[scratch_size]} {
  epoll_event bell{};
  bell.events = EPOLLIN | EPOLLET;  // each ring is an edge: nobody need read it
  bell.data.u64 = static_cast<std::uint32_t>(bell_.get());
  checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, bell_.get(), &bell), "epoll_ctl");
  watched_.resize(static_cast<std::size_t>(bell_.get()) + 1);
  thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), "firedrill-link");
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // else the kernel takes its time: 50 µs
    sigset_t broken_pipes;                           // splice has no MSG_NOSIGNAL
    sigemptyset(&broken_pipes);
    sigaddset(&broken_pipes, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipes, nullptr);
    run();
  }};
}

Worker::~Worker() {
  post([this] { ending_ = true; });
  thread_.join();
  lookups_.reset();
  for (Task* task = posted_.load(); task != nullptr && task != &asleep_;) delete std::exchange(task, task->next);
}

asio::thread_pool& Worker::lookups() {
  if (!lookups_) lookups_.emplace(1);
  return *lookups_;
}

bool Worker::watch(int fd, Watched& who) {
  const auto place = static_cast<std::size_t>(fd);
  if (place >= watched_.size()) watched_.resize(std::max(place + 1, watched_.size() * 2));
  Entry& entry = watched_[place];
  if (std::exchange(entry.who, &who) != nullptr) return true;  // is watched already, for somebody else
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = static_cast<std::uint64_t>(++entry.generation) << 32 | static_cast<std::uint32_t>(fd);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return true;
  entry.who = nullptr;
  return false;
}

void Worker::push(Task* task) {
  Task* top = posted_.load(std::memory_order_relaxed);
  do {
    task->next = top == &asleep_ ? nullptr : top;
  } while (!posted_.compare_exchange_weak(top, task, std::memory_order_acq_rel, std::memory_order_relaxed));
  if (top != &asleep_) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t rung = ::write(bell_.get(), &one, sizeof one);  // cannot fail: nobody counts that far
}

void Worker::run() {
  while (!ending_) {
    wait();
    timers_.fire(steady_clock::now());
    run_posted();
  }
}

void Worker::wait() {
  std::array<epoll_event, 256> events;
  Task* none = nullptr;
  const bool sleeps = posted_.compare_exchange_strong(none, &asleep_);
  const int n =
      wait_for_events(epoll_.get(), events.data(), static_cast<int>(events.size()), sleeps ? timers_.next() : Time{});
  if (Task* awake = &asleep_; sleeps) posted_.compare_exchange_strong(awake, nullptr);
  for (int i = 0; i < n; ++i) {
    const std::uint64_t data = events[static_cast<std::size_t>(i)].data.u64;
    const Entry entry = watched_[data & 0xffff'ffff];
    if (entry.who != nullptr && entry.generation == data >> 32)
      entry.who->ready(events[static_cast<std::size_t>(i)].events);
  }
}

// What is posted meanwhile has its turn after the next look at the kernel's events.
void Worker::run_posted() {
  Task* latest = posted_.exchange(nullptr, std::memory_order_acquire);
  Task* first = nullptr;
  while (latest != nullptr) {
    Task* const before = latest->next;
    latest->next = std::exchange(first, latest);
    latest = before;
  }
  while (first != nullptr) {
    const std::unique_ptr<Task> task{std::exchange(first, first->next)};
    task->run();
  }
}

}  // namespace firedrill::proxy
