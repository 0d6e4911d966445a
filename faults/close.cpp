// Ends links with a FIN: at once, by age, idleness, bytes or chance.
#include <array>

#include "faults/catalog.hpp"
#include "faults/timed_end.hpp"

namespace firedrill::faults {
namespace {

constexpr std::array<std::string_view, 6> close_examples{
    "", "age=1s", "idle=200ms", "bytes=10KiB side=client", "chance=100% side=upstream", "chance=20%",
};

}  // namespace

constinit const Kind close_kind = link_kind<EndsBy<Verdict::Action::finish>, TimedEndSettings, read_timed_end>(
    "close", "ends links with a FIN: at once, by age, idle time, bytes or chance", close_examples);

}  // namespace firedrill::faults
