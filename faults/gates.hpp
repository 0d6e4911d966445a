// The gates of one proxy, one behind the other, and the links that stand before, between and behind them.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "faults/plan.hpp"

namespace firedrill::faults {

/// One per proxy, for as long as it lives; knows every link from arrival to departure, gates or none, so that a gate
/// that comes later can count them. Not thread-safe: the caller holds a lock. Answers about a link come through the
/// Outlet, at most one each: admit, then perhaps turn_away (evicted), or turn_away alone. An answer may come during the
/// call that names the link.
class Gates {
 public:
  void adopt(const Plan& plan, Time now, GateOutlet& out);
  void arrive(const LinkFacts& link, Time now, GateOutlet& out);
  void depart(std::uint64_t link, Time now, GateOutlet& out);
  void finished(std::uint64_t link, Time now, GateOutlet& out);

  Door door() const;
  Dialling dial(std::uint64_t link, Time now);
  void advance(Time now, GateOutlet& out);
  Time wake() const;

  bool empty() const { return stages_.empty(); }
  std::size_t links() const { return seats_.size(); }
  /// By fault name, with the sums of all appearances of the fault, also of one that is over; resets the maxima.
  std::vector<std::pair<std::string, Occupancy>> occupancy(Time now);

 private:
  struct Stage {
    std::uint64_t id;
    std::shared_ptr<const Fault> fault;
    std::unique_ptr<GateFault> gate;
  };
  struct Seat {
    LinkFacts facts;
    std::vector<std::uint64_t> told;  // ids of the stages that know this link
    std::uint64_t waits_at = 0;       // id of the stage that has not answered yet; 0: none
    bool turned_away = false;
  };
  class Answers;

  void proceed(std::uint64_t link, Seat& seat, std::size_t stage, Time now, GateOutlet& out);
  std::size_t position(std::uint64_t id) const;
  void keep_sums(Stage& stage, Time now);

  std::vector<std::unique_ptr<Stage>> stages_;
  std::unordered_map<std::uint64_t, Seat> seats_;
  std::uint64_t last_id_ = 0;
  std::vector<std::pair<std::string, Occupancy>> past_;  // sums of gates that have gone
};

}  // namespace firedrill::faults
