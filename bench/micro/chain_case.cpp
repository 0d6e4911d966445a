// The fault chain: a chunk goes in, and what is due comes out.
#include <array>
#include <vector>

#include "bench/micro/chunks.hpp"
#include "bench/micro/work.hpp"
#include "faults/chain.hpp"

namespace firedrill::bench {
namespace {

using namespace std::chrono_literals;
using faults::Time;
using Faults = std::vector<std::shared_ptr<const faults::Fault>>;

class Drain final : public faults::Outlet {
 public:
  void data(faults::Bytes bytes, Time) override { total_ += bytes.size(); }
  void finish(Time) override {}
  void abort(Time) override {}

 private:
  std::size_t total_ = 0;
};

class ThroughChain final : public Work {
 public:
  explicit ThroughChain(const Faults& faults) {
    faults::LinkFacts link;
    link.ordinal = 1;
    chain_.adopt(faults, link, now_, drain_);
    for (int i = 0; i < 1000; ++i) once();  // until as much leaves as comes
  }
  void once() override {
    now_ += 1ms;
    chain_.data(chunks_.next(), now_, drain_);
  }

 private:
  Time now_{};
  Drain drain_;
  Chunks chunks_;
  faults::Chain chain_{faults::Direction::upstream};
};

std::unique_ptr<Work> none() { return std::make_unique<ThroughChain>(Faults{}); }
std::unique_ptr<Work> one() {
  return std::make_unique<ThroughChain>(Faults{faults::make_fault("a", "latency", "delay=10ms")});
}
std::unique_ptr<Work> four() {
  return std::make_unique<ThroughChain>(Faults{
      faults::make_fault("a", "latency", "delay=10ms jitter=5ms"), faults::make_fault("b", "bandwidth", "rate=1GB/s"),
      faults::make_fault("c", "slice", "size=1KiB"), faults::make_fault("d", "loss", "chance=1% rto=10ms")});
}

constexpr std::array<Case, 3> all{{{"chain_0", "a chunk through a chain without faults", none},
                                   {"chain_1", "a chunk through latency", one},
                                   {"chain_4", "a chunk through latency, bandwidth, slice and loss", four}}};

}  // namespace

const std::span<const Case> chain_cases{all};

}  // namespace firedrill::bench
