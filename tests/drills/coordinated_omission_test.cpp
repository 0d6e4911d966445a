// A server that stalls for a second, in virtual time: what we measure of it, and what a client would that waits for
// each answer before it asks again. (Coordinated omission is Gil Tene's name for the difference.)
#include <gmock/gmock.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "drills/arrivals.hpp"
#include "drills/client_pool.hpp"
#include "drills/meter.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;

constexpr Duration service = 1ms, gap = 10ms, length = 10s;
constexpr Time stall_from{5s}, stall_to{6s};

/// Serves one after the other, and nobody during the stall.
class StallingServer {
 public:
  Time answers(Time asked) {
    Time begin = std::max(asked, free_);
    if (begin >= stall_from && begin < stall_to) begin = stall_to;
    return free_ = begin + service;
  }

 private:
  Time free_{};
};

/// The load as a run plays it: arrivals by the drill, one connection that is held, the meter; but the clock is ours.
class OpenLoop : ClientPool::Hands {
 public:
  Requests play() {
    LoadSpec spec;
    spec.name = "users";
    spec.rate = static_cast<double>(1s / gap);
    Arrivals arrivals{spec, faults::Seed{1}};
    while (arrivals.next() < length || answer_) {
      if (answer_ && (arrivals.next() >= length || *answer_ <= Time{arrivals.next()})) {
        const Time now = *answer_;
        meter_.record(due_[carried_], now, "");
        answer_.reset();
        now_ = now;
        pool_.over(0, true, now, *this);
      } else {
        now_ = Time{arrivals.next()};
        due_.push_back(now_);
        arrivals.pop();
        pool_.arrive(due_.size() - 1, now_, *this);
      }
    }
    return meter_.of_phase(Phases::always);
  }

 private:
  void open(ClientPool::Connection, ClientPool::Request request) override { send(request); }
  void reuse(ClientPool::Connection, ClientPool::Request request) override { send(request); }
  void close(ClientPool::Connection) override {}
  void refuse(ClientPool::Request, std::string_view) override { FAIL() << "nobody is turned away"; }
  void send(ClientPool::Request request) {
    carried_ = request;
    answer_ = server_.answers(now_);
  }

  static KeepSpec one() {
    KeepSpec keep;
    keep.max = 1;
    return keep;
  }

  const Phases phases_{{}, 0};
  LoadMeter meter_{phases_};
  StallingServer server_;
  ClientPool pool_{one()};
  std::vector<Time> due_;
  ClientPool::Request carried_ = 0;
  std::optional<Time> answer_;
  Time now_{};
};

/// A client that would ask every 10 ms, but waits for its answer first, and counts from when it asked.
Histogram closed_loop() {
  StallingServer server;
  Histogram latency;
  for (Time asks{gap / 2}; asks < Time{length};) {
    const Time answered = server.answers(asks);
    latency.record(answered - asks);
    asks = std::max(asks + gap, answered);
  }
  return latency;
}

/// What can be made of a closed loop's figures afterwards: whoever should have asked meanwhile is added.
Histogram corrected(const Histogram& closed) {
  Histogram all;
  for (const auto& [bucket, times] : closed.sparse()) {
    all.add_bucket(bucket, times);
    for (Duration missed = faults::Buckets::value(bucket) - gap; missed >= gap; missed -= gap)
      all.record(missed, times);
  }
  return all;
}

/// Figures are the middle of a bucket, which is 1/64 wide.
constexpr double precision = 1.0 / 128;
void expect_near(Duration measured, Duration exact) {
  EXPECT_NEAR(faults::milliseconds(measured), faults::milliseconds(exact), faults::milliseconds(exact) * precision);
}

TEST(CoordinatedOmission, IsNotInWhatWeMeasure) {
  const Requests seen = OpenLoop{}.play();

  // Who was due k gaps into the stall was served k services after it: 996 ms, 987 ms, …, until the queue was gone.
  EXPECT_EQ(seen.count, 1000);
  expect_near(seen.latency.quantile(1), 996ms);
  expect_near(seen.latency.quantile(0.99), 996ms - 10 * 9ms);
  expect_near(seen.latency.quantile(0.95), 996ms - 50 * 9ms);
  expect_near(seen.latency.quantile(0.9), 996ms - 100 * 9ms);
  expect_near(seen.latency.quantile(0.85), service);
}

TEST(CoordinatedOmission, HidesTheStallFromWhoWaitsForAnswers) {
  const Histogram closed = closed_loop();

  EXPECT_EQ(closed.count(), 901);  // a hundred never asked
  expect_near(closed.quantile(1), 996ms);
  expect_near(closed.quantile(0.99), service);  // one slow answer among 901
  expect_near(closed.quantile(0.9), service);
}

// Adding those who were left out agrees with us, as far as it can: it knows nothing of the queue that the stall left.
TEST(CoordinatedOmission, IsWhatTheDifferenceIsMadeOf) {
  const Histogram made_up = corrected(closed_loop());
  const Requests seen = OpenLoop{}.play();

  EXPECT_NEAR(static_cast<double>(made_up.count()), static_cast<double>(seen.count), 3);
  expect_near(made_up.quantile(0.99), 996ms - 9 * gap);
  for (const double share : {0.95, 0.99}) {
    EXPECT_GE(seen.latency.quantile(share), made_up.quantile(share)) << share;
    EXPECT_GT(made_up.quantile(share), 5 * service) << share;
  }
}

}  // namespace
}  // namespace firedrill::drills
