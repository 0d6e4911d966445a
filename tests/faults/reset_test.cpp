// What `reset` does that `close` does not; the conditions are in timed_end_test.cpp.
#include "link_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(Reset, EndsWithAnRst) {
  LinkRig rig{"reset", "age=1s side=client"};

  rig.open(0s).run_to(2s);

  EXPECT_EQ(rig.verdict, (Verdict{Verdict::Action::abort, Side::client}));
}

}  // namespace
}  // namespace firedrill::faults
