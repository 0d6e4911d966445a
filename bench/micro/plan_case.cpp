// A plan change at one link: which faults are for it, and both lanes brought in line.
#include <array>
#include <utility>

#include "bench/micro/work.hpp"
#include "faults/chosen.hpp"
#include "proxy/lane.hpp"

namespace firedrill::bench {
namespace {

using namespace std::chrono_literals;

/// Two plans in turns, of four faults, one of which changes.
class AtALink final : public Work {
 public:
  AtALink() {
    link_.ordinal = 1;
    plan_.faults = {faults::make_fault("a", "latency", "delay=10ms direction=both"),
                    faults::make_fault("b", "bandwidth", "rate=1MB/s direction=both"),
                    faults::make_fault("c", "slice", "size=1KiB"),
                    faults::make_fault("d", "reset", "age=1h percent=30%")};
    other_ = plan_;
    auto changed = faults::make_fault("a", "latency", "delay=20ms direction=both");
    changed->effects = plan_.faults[0]->effects;
    other_.faults[0] = std::move(changed);
  }
  void once() override {
    now_ += 1ms;
    std::swap(plan_, other_);
    chosen_.choose(plan_, link_);
    up_.adopt(chosen_.streams(faults::Direction::upstream), link_, now_);
    down_.adopt(chosen_.streams(faults::Direction::downstream), link_, now_);
  }

 private:
  faults::Time now_{};
  faults::LinkFacts link_;
  faults::Plan plan_, other_;
  faults::Chosen chosen_;
  proxy::Lane up_{faults::Direction::upstream, std::size_t{1} << 30},
      down_{faults::Direction::downstream, std::size_t{1} << 30};
};

std::unique_ptr<Work> adoption() { return std::make_unique<AtALink>(); }

constexpr std::array<Case, 1> all{
    {{"plan_adoption", "a plan of four faults, one of them changed, at one link", adoption}}};

}  // namespace

const std::span<const Case> plan_cases{all};

}  // namespace firedrill::bench
