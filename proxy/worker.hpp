// One thread with an event loop of its own; links live and die on one worker.
#pragma once

#include <memory>
#include <thread>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

namespace firedrill::proxy {

class Worker {
 public:
  Worker();
  /// The loop must have nothing left to do: sockets closed, timers cancelled.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  asio::io_context& context() { return context_; }
  /// Any thread.
  template <typename Function>
  void post(Function function) {
    asio::post(context_, std::move(function));
  }
  bool is_this_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

  /// What reads go into; valid until the next read on this worker. Its thread only.
  static constexpr std::size_t scratch_size = 256 * 1024;
  char* scratch() { return scratch_.get(); }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::unique_ptr<char[]> scratch_;
  std::thread thread_;
};

}  // namespace firedrill::proxy
