// The pool with 10,000 waiting: somebody comes, and somebody inside leaves, so that the first who waits is let in.
#include <array>
#include <deque>

#include "bench/micro/work.hpp"
#include "faults/gates.hpp"

namespace firedrill::bench {
namespace {

using namespace std::chrono_literals;
using faults::Time;

class AtThePool final : public Work, private faults::GateOutlet {
 public:
  AtThePool() {
    faults::Plan plan;
    plan.faults.push_back(faults::make_fault("pool", "pool", "max_connections=7 queue_timeout=1h"));
    gates_.adopt(plan, now_, *this);
    for (int i = 0; i < 10'007; ++i) arrive();
  }
  void once() override {
    now_ += 1us;
    arrive();
    const std::uint64_t leaves = inside_.front();
    inside_.pop_front();
    gates_.depart(leaves, now_, *this);
  }

 private:
  void arrive() {
    link_.ordinal = ++last_;
    link_.opened = now_;
    gates_.arrive(link_, now_, *this);
  }
  void admit(std::uint64_t link, Time) override { inside_.push_back(link); }
  void turn_away(std::uint64_t, faults::Ending, faults::Cause, Time) override {}

  Time now_{};
  faults::Gates gates_;
  faults::LinkFacts link_;
  std::uint64_t last_ = 0;
  std::deque<std::uint64_t> inside_;
};

std::unique_ptr<Work> pool() { return std::make_unique<AtThePool>(); }

constexpr std::array<Case, 1> all{{{"pool_arrival", "an arrival and a departure with 10,000 waiting", pool}}};

}  // namespace

const std::span<const Case> pool_cases{all};

}  // namespace firedrill::bench
