// The first byte says which contract is played: half of all scripts are about streams.
#include "tests/fuzz/plays.hpp"
#include "tests/fuzz/targets.hpp"

namespace firedrill::fuzz {

Worth chain(Input input) {
  // What a script of most_acts can use; longer ones would only be slow to mutate.
  if (input.empty() || input.size() > 2000) return Worth::nothing;
  Crumbs crumbs{input};
  switch (crumbs.below(4)) {
    case 0:
      play_watch(crumbs);
      break;
    case 1:
      play_gates(crumbs);
      break;
    default:
      play_streams(crumbs);
  }
  return Worth::keeping;
}

}  // namespace firedrill::fuzz
