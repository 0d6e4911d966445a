// A proxy's part on one worker: its links there, the plan they live under, their counters.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <unordered_map>

#include "faults/plan.hpp"
#include "proxy/counters.hpp"
#include "proxy/farewell.hpp"
#include "proxy/link.hpp"
#include "proxy/worker.hpp"

namespace firedrill::proxy {

class Proxy;

/// Its worker's thread only, but for `cells`.
class Branch {
 public:
  Branch(Proxy& proxy, Worker& worker, faults::Seed seed);

  void start(Descriptor client, const faults::LinkFacts& facts, bool admitted);
  void admit(std::uint64_t link);
  void turn_away(std::uint64_t link, faults::Ending how, faults::Cause why);
  /// Takes what has not expired yet and arms the timer for the rest.
  void adopt(const std::shared_ptr<const faults::Plan>& plan);
  /// Ends all links and farewells at once.
  void drain();
  /// Of links that are not over.
  std::vector<LinkView> links() const;
  /// False when there is no such link.
  bool end_link(std::uint64_t link, faults::Ending how);

  Proxy& proxy() { return proxy_; }
  Worker& worker() { return worker_; }
  void say_farewell(Socket socket, std::deque<faults::Bytes> rest, Direction direction);
  void bury(std::uint64_t link);

  Cells cells;

 private:
  std::shared_ptr<const faults::Plan> counted_here(const faults::Plan& plan) const;
  void arm_expiry();
  void go_on();

  Proxy& proxy_;
  Worker& worker_;
  std::shared_ptr<const faults::Plan> plan_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Link>> links_;
  std::list<Farewell> farewells_;
  std::deque<std::uint64_t> to_go_on_;  // links that have adopted a plan, and have not moved yet
  bool going_on_ = false;
  Timer expiry_;
};

}  // namespace firedrill::proxy
