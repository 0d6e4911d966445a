// The lane: a message that passes at once, and one behind a socket that takes no more at present.
#include <array>

#include "bench/micro/chunks.hpp"
#include "bench/micro/work.hpp"
#include "proxy/lane.hpp"

namespace firedrill::bench {
namespace {

using namespace std::chrono_literals;

/// What a driver asks and tells a lane for each message.
class ThroughLane final : public Work {
 public:
  explicit ThroughLane(int waiting) {
    for (int i = 0; i < waiting; ++i) lane_.arrived(chunks_.next(), now_);
  }
  void once() override {
    now_ += 1us;
    readable_ += lane_.next().read ? 1 : 0;
    lane_.arrived(chunks_.next(), now_);
    lane_.wrote(lane_.next().write.size());
  }

 private:
  faults::Time now_{};
  std::size_t readable_ = 0;
  Chunks chunks_;
  proxy::Lane lane_{faults::Direction::upstream, std::size_t{1} << 30};
};

std::unique_ptr<Work> step() { return std::make_unique<ThroughLane>(0); }
std::unique_ptr<Work> queue() { return std::make_unique<ThroughLane>(1000); }

constexpr std::array<Case, 2> all{{{"lane_step", "a message through an empty lane", step},
                                   {"lane_queue", "a message into a queue of 1,000, and one out of it", queue}}};

}  // namespace

const std::span<const Case> lane_cases{all};

}  // namespace firedrill::bench
