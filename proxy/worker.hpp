// One thread with an event loop of its own; links live and die on one worker.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <asio/thread_pool.hpp>

#include "proxy/descriptor.hpp"
#include "proxy/pipes.hpp"
#include "proxy/timer.hpp"

namespace firedrill::proxy {

/// What is told of a descriptor, on its worker's thread.
class Watched {
 public:
  /// EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR: what holds just after something has changed. Told once: what is
  /// ready stays so until a call says otherwise (EAGAIN).
  virtual void ready(std::uint32_t events) = 0;

 protected:
  ~Watched() = default;
};

/// An epoll loop, because Asio 1.22 asks the kernel anew before each wait for readiness: see docs/performance.md.
class Worker {
 public:
  /// Throws std::system_error for want of descriptors.
  Worker();
  /// Sockets are closed and timers cancelled by then; what is still posted is forgotten.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Has the worker call `function`, after all that was posted before and never from within this call. Any thread.
  template <typename Function>
  void post(Function function) {
    push(new Posted<Function>{std::move(function)});
  }
  bool is_this_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

  // Its thread only.
  Timers& timers() { return timers_; }
  Pipes& pipes() { return pipes_; }
  /// What reads go into; valid until the next read on this worker.
  static constexpr std::size_t scratch_size = 256 * 1024;
  char* scratch() { return scratch_.get(); }
  /// Where names are looked up, which blocks.
  asio::thread_pool& lookups();
  /// For Socket: `who` is told of what happens to `fd` from now on. False for want of memory in the kernel.
  bool watch(int fd, Watched& who);
  /// For Socket, before `fd` is closed.
  void forget(int fd) {
    if (const auto place = static_cast<std::size_t>(fd); place < watched_.size()) watched_[place].who = nullptr;
  }

 private:
  struct Task {
    virtual ~Task() = default;
    virtual void run() = 0;
    Task* next = nullptr;
  };
  template <typename Function>
  struct Posted final : Task {
    explicit Posted(Function f) : function{std::move(f)} {}
    void run() override { function(); }
    Function function;
  };
  struct Asleep final : Task {
    void run() override {}
  };
  /// Nothing is freed while the kernel may still speak of it: an event names a descriptor and its generation. (A close
  /// alone does not end a watch while a child between fork and exec has the descriptor, too.)
  struct Entry {
    Watched* who = nullptr;
    std::uint32_t generation = 0;
  };

  void push(Task* task);
  void run();
  void run_posted();
  void wait();

  const Descriptor epoll_, bell_;
  Asleep asleep_;
  std::atomic<Task*> posted_{nullptr};  // a stack, the latest on top; &asleep_ while the worker waits
  bool ending_ = false;
  std::vector<Entry> watched_;  // by descriptor
  Timers timers_;
  Pipes pipes_;
  std::unique_ptr<char[]> scratch_;
  std::optional<asio::thread_pool> lookups_;
  std::thread thread_;
};

}  // namespace firedrill::proxy
