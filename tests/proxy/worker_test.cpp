// What a worker promises to those who post to it and to those whose descriptors it watches.
#include "proxy/worker.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/socket.hpp"

namespace firedrill {
namespace {

using namespace std::chrono_literals;
using proxy::Descriptor;
using proxy::Socket;
using proxy::Worker;

/// Runs `function` on the worker and waits for it.
template <typename Function>
void on(Worker& worker, Function function) {
  std::promise<void> done;
  worker.post([&] {
    function();
    done.set_value();
  });
  done.get_future().get();
}

struct Pair {
  Pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) ADD_FAILURE() << "socketpair";
    near = Descriptor{ends[0]};
    far = Descriptor{ends[1]};
  }
  Descriptor near, far;
};

struct Told final : proxy::Watched {
  explicit Told(std::function<void(std::uint32_t)> f) : function{std::move(f)} {}
  void ready(std::uint32_t events) override { function(events); }
  std::function<void(std::uint32_t)> function;
};

TEST(Worker, DoesWhatIsPostedInOrder) {
  Worker worker;
  std::vector<int> done;

  for (int i = 0; i < 1000; ++i) worker.post([&done, i] { done.push_back(i); });
  on(worker, [] {});

  ASSERT_EQ(done.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(done[static_cast<std::size_t>(i)], i);
}

TEST(Worker, ManyThreadsPostAtOnceAndNothingIsLostOrOvertaken) {
  Worker worker;
  constexpr int threads = 4, posts = 5000;
  std::vector<int> last(threads, -1);
  int out_of_order = 0;

  {
    std::vector<std::jthread> all;
    for (int t = 0; t < threads; ++t)
      all.emplace_back([&, t] {
        for (int i = 0; i < posts; ++i)
          worker.post([&, t, i] {
            if (std::exchange(last[static_cast<std::size_t>(t)], i) != i - 1) ++out_of_order;
          });
      });
  }
  on(worker, [] {});

  EXPECT_THAT(last, testing::Each(posts - 1));
  EXPECT_EQ(out_of_order, 0);
}

TEST(Worker, WhatAPostPostsRunsAfterIt) {
  Worker worker;
  std::vector<int> done;
  std::promise<void> all;

  worker.post([&] {
    worker.post([&] {
      done.push_back(2);
      all.set_value();
    });
    done.push_back(1);
  });
  all.get_future().get();

  EXPECT_THAT(done, testing::ElementsAre(1, 2));
}

TEST(Worker, ForgetsWhatIsPostedWhenItEnds) {
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> seen = held;
  {
    std::function<void()> for_ever;  // outlives the worker, which runs it to the last
    Worker worker;
    for_ever = [&worker, &for_ever, held] { worker.post(for_ever); };
    worker.post(for_ever);
    held.reset();
  }

  EXPECT_TRUE(seen.expired());
}

TEST(Worker, ATimerFiresByItself) {
  Worker worker;
  std::promise<faults::Time> fired;
  std::unique_ptr<proxy::Timer> timer;
  const auto due = std::chrono::steady_clock::now() + 5ms;

  on(worker, [&] {
    timer = std::make_unique<proxy::Timer>(worker.timers(), [&](faults::Time now) { fired.set_value(now); });
    timer->set(due);
  });

  EXPECT_GE(fired.get_future().get(), due);  // never early
  on(worker, [&] { timer.reset(); });
}

TEST(Worker, TellsOfBytesAndOfTheEndBehindThem) {
  Worker worker;
  Pair pair;
  std::promise<void> ended;
  std::string got;
  std::unique_ptr<Socket> socket;
  Told told{[&](std::uint32_t) {
    char bytes[64];
    for (;;) {
      const proxy::Moved moved = proxy::receive(socket->fd(), bytes, sizeof bytes);
      if (moved.what == proxy::Moved::What::end) {
        socket->close();
        return ended.set_value();
      }
      if (moved.what != proxy::Moved::What::bytes) return;
      got.append(bytes, moved.bytes);
    }
  }};

  on(worker, [&] {
    socket = std::make_unique<Socket>(worker, std::move(pair.near));
    EXPECT_TRUE(socket->watch(told));
  });
  proxy::send(pair.far.get(), "before");
  proxy::send(pair.far.get(), " the end");
  proxy::finish_sending(pair.far.get());
  ended.get_future().get();

  EXPECT_EQ(got, "before the end");
  on(worker, [&] { socket.reset(); });
}

TEST(Worker, SomebodyElseMayBeToldFromNowOn) {
  Worker worker;
  Pair pair;
  std::promise<void> heard;
  std::unique_ptr<Socket> socket;
  int first_heard = 0;
  Told first{[&](std::uint32_t events) { first_heard += (events & EPOLLIN) != 0 ? 1 : 0; }};
  Told second{[&](std::uint32_t events) {
    if ((events & EPOLLIN) != 0) heard.set_value();
  }};

  on(worker, [&] {
    socket = std::make_unique<Socket>(worker, std::move(pair.near));
    socket->watch(first);
    socket->watch(second);
  });
  proxy::send(pair.far.get(), "news");
  heard.get_future().get();

  EXPECT_EQ(first_heard, 0);
  on(worker, [&] { socket.reset(); });
}

// A child between fork and exec has a copy of the descriptor: the kernel goes on watching it though we have closed
// ours.
TEST(Worker, WhatWasClosedIsNotToldOfThoughSomebodyElseHasItOpen) {
  Worker worker;
  Pair pair;
  const Descriptor copy{::dup(pair.near.get())};
  std::atomic<int> told_after{0};
  bool closed = false;
  auto told = std::make_unique<Told>([&](std::uint32_t) {
    if (closed) ++told_after;
  });

  on(worker, [&] {
    Socket socket{worker, std::move(pair.near)};
    socket.watch(*told);
    socket.close();
    closed = true;
    told.reset();
  });
  proxy::send(pair.far.get(), "to nobody");
  on(worker, [] {});
  on(worker, [] {});

  EXPECT_EQ(told_after, 0);
}

}  // namespace
}  // namespace firedrill
