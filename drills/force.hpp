// The faults in force on each proxy: turns the steps of a timeline into plans.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drills/host.hpp"
#include "drills/timeline.hpp"
#include "faults/effects.hpp"

namespace firedrill::drills {

/// One thread: the one that conducts the run.
class Force {
 public:
  /// `drill` outlives this.
  Force(const Drill& drill, faults::Seed seed);

  /// What the faults of the drill have done on `proxy`, for the proxy's script.
  std::vector<std::shared_ptr<const faults::Fault>> script(std::string_view proxy) const;

  /// Takes steps that belong to one moment. `start`: of the run.
  void take(const std::vector<Step>& steps, faults::Time start, faults::Time now);
  /// Takes everything out.
  void clear();
  /// Puts the present state in force on every proxy that the last take() or clear() concerned. Throws
  /// std::runtime_error when a worker does not answer; the other proxies have then been served all the same.
  void publish(Host& host);
  /// One that is in force is to last until then. publish() says so to the proxies.
  void prolong(std::size_t fault, faults::Time until);
  /// In force at present; null: not.
  const std::shared_ptr<const faults::Fault>& current(std::size_t fault) const { return current_[fault]; }

  bool in_force(std::size_t fault) const { return current_[fault] != nullptr; }
  /// One for each proxy of the fault, in the drill's order.
  const std::vector<std::shared_ptr<faults::Effects>>& effects(std::size_t fault) const { return effects_[fault]; }
  /// Over all proxies of the fault; and the proxy it was on.
  struct Met {
    faults::Touch touch;
    std::string proxy;
  };
  std::optional<Met> first(std::size_t fault) const;
  std::optional<Met> last(std::size_t fault) const;
  std::uint64_t links(std::size_t fault) const;
  /// Links that all other scopes let through to percent.
  std::uint64_t eligible(std::size_t fault) const;
  /// The kernel turns its links away before anybody here sees them.
  bool unseen(std::size_t fault) const;

 private:
  faults::Plan plan_for(std::string_view proxy) const;
  void bring(std::size_t fault);

  const Drill& drill_;
  faults::Seed seed_;
  std::vector<std::shared_ptr<const faults::Fault>> settings_;  // as the fault first appears
  std::vector<std::shared_ptr<const faults::Fault>> current_;   // null: not in force. Effects are put in per proxy
  std::vector<std::vector<std::shared_ptr<faults::Effects>>> effects_;
  // The very objects that plans hold: an unchanged fault must stay the same object.
  std::vector<std::vector<std::shared_ptr<const faults::Fault>>> published_;  // by fault and proxy
  std::vector<std::string> concerned_;
};

}  // namespace firedrill::drills
