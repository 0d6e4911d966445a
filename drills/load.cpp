// The thread of the loads: waits for sockets and for the next moment something is due, with a timer of nanoseconds.
#include "drills/load.hpp"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "drills/requester.hpp"
#include "drills/silent_thread.hpp"
#include "proxy/socket.hpp"

namespace firedrill::drills {
namespace {

using Clock = std::chrono::steady_clock;
using proxy::Descriptor;

constexpr std::uint32_t ours = 0xffffffff;  // mark of the timer and the bell

int made(int fd, const char* what) {
  if (fd < 0) throw std::system_error{errno, std::generic_category(), what};
  return fd;
}

}  // namespace

class Loads::Thread {
 public:
  Thread()
      : epoll_{made(::epoll_create1(EPOLL_CLOEXEC), "load: epoll")},
        timer_{made(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "load: timer")},
        bell_{made(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "load: eventfd")} {
    watch(timer_);
    watch(bell_);
  }

  ~Thread() {
    quit_ = true;
    ring();
    if (thread_.joinable()) thread_.join();
  }

  void add(const LoadSpec& spec, const std::string& url, LoadMeter& meter, faults::Seed seed) {
    clients_.push_back(
        make_requester({spec, url, meter, seed, epoll_.get(), static_cast<std::uint32_t>(clients_.size()), lateness_}));
  }

  void start(Time at, Duration length) {
    start_ = at;
    end_before(at + length);
    left_ = left();
    thread_ = silent_thread("firedrill-load", [this] { run(); });
  }

  void stop() {
    end_before(Clock::now());
    ring();
  }

  std::size_t wait(Time deadline) {
    std::unique_lock lock{mutex_};
    changed_.wait_until(lock, deadline, [this] { return left_ == 0; });
    return left_;
  }

  Histogram lateness() const { return lateness_.snapshot(); }
  LoadConnections connections(std::size_t load) const { return clients_[load]->connections(); }

 private:
  void run() {
    std::array<epoll_event, 256> events;
    while (!quit_) {
      const bool at_once = !arm();
      const int n = ::epoll_wait(epoll_.get(), events.data(), events.size(), at_once ? 0 : -1);
      for (int i = 0; i < n; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        const auto mark = static_cast<std::uint32_t>(event.data.u64 >> 32U);
        if (mark == ours)
          drain(static_cast<int>(event.data.u64 & 0xffffffff));
        else
          clients_[mark]->ready(static_cast<int>(event.data.u64 & 0xffffffff), event.events);
      }
      for (const auto& client : clients_) client->turn(start_, end());
      tell();
    }
  }

  /// Sets the timer to what is due next. False if that is due now.
  bool arm() {
    Time next = faults::never;
    for (const auto& client : clients_) next = std::min(next, client->wake(start_, end()));
    if (next <= Clock::now()) return false;
    if (next == armed_) return true;
    armed_ = next;
    itimerspec when{};
    if (next != faults::never) {
      const auto since_boot = next.time_since_epoch();
      const auto whole = std::chrono::floor<std::chrono::seconds>(since_boot);
      when.it_value = {whole.count(), (since_boot - whole).count()};
    }
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
    return true;
  }

  void drain(int fd) {
    std::uint64_t times = 0;
    if (::read(fd, &times, sizeof times) > 0 && fd == timer_.get()) armed_ = faults::never;
  }

  /// Every request that is not over counts as one; requests still to come count as one together.
  std::size_t left() const {
    std::size_t sum = 0;
    for (const auto& client : clients_)
      sum += client->over(start_, end()) ? 0 : std::max<std::size_t>(client->in_flight(), 1);
    return sum;
  }

  void tell() {
    const std::size_t now = left();
    const std::lock_guard lock{mutex_};
    left_ = now;
    if (now == 0) changed_.notify_all();
  }

  Time end() const { return Time{Duration{end_.load(std::memory_order_relaxed)}}; }

  void end_before(Time moment) {
    const std::int64_t at = moment.time_since_epoch().count();
    std::int64_t was = end_;
    while (at < was && !end_.compare_exchange_weak(was, at)) {
    }
  }

  void watch(const Descriptor& d) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = (std::uint64_t{ours} << 32U) | static_cast<std::uint32_t>(d.get());
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, d.get(), &event) != 0) made(-1, "load: epoll");
  }

  void ring() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(bell_.get(), &one, sizeof one);
  }

  Descriptor epoll_, timer_, bell_;
  faults::SharedHistogram lateness_;
  std::vector<std::unique_ptr<Requester>> clients_;
  Time start_{};
  std::atomic<std::int64_t> end_{faults::never.time_since_epoch().count()};
  Time armed_ = faults::never;
  std::atomic<bool> quit_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t left_ = 0;
  std::thread thread_;
};

Loads::Loads() : thread_{std::make_unique<Thread>()} {}
Loads::~Loads() = default;
void Loads::add(const LoadSpec& spec, const std::string& url, LoadMeter& meter, faults::Seed seed) {
  thread_->add(spec, url, meter, seed);
}
void Loads::start(Time at, Duration length) { thread_->start(at, length); }
void Loads::stop() { thread_->stop(); }
std::size_t Loads::wait(Time deadline) { return thread_->wait(deadline); }
Histogram Loads::lateness() const { return thread_->lateness(); }
LoadConnections Loads::connections(std::size_t load) const { return thread_->connections(load); }

}  // namespace firedrill::drills
