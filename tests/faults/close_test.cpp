// What `close` does that `reset` does not; the conditions are in timed_end_test.cpp.
#include "link_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(Close, EndsWithAFin) {
  LinkRig rig{"close", "idle=1s side=upstream"};

  rig.open(0s).run_to(2s);

  EXPECT_EQ(rig.verdict, (Verdict{Verdict::Action::finish, Side::upstream}));
}

}  // namespace
}  // namespace firedrill::faults
