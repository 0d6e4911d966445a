// The link faults of one link: the first of them that wants the link ended has its way.
#pragma once

#include <memory>
#include <vector>

#include "faults/plan.hpp"

namespace firedrill::faults {

/// One link, one thread. After a verdict other than keep nothing more may be told.
class Watch {
 public:
  /// Brings the watch in line with `faults` by name, as Chain::adopt does.
  Verdict adopt(const std::vector<std::shared_ptr<const Fault>>& faults, const LinkFacts& link, Time now);
  Verdict moved(Direction direction, std::size_t bytes, Time now);
  /// Carries out every tick due up to `now`.
  Verdict advance(Time now);
  Time wake() const;
  bool empty() const { return members_.empty(); }

 private:
  struct Member {
    std::shared_ptr<const Fault> fault;
    std::unique_ptr<LinkFault> watch;  // null once it has given its verdict
  };
  Verdict judged(Member& member, Verdict verdict, Time now) const;

  std::vector<Member> members_;
  LinkFacts link_;
};

}  // namespace firedrill::faults
