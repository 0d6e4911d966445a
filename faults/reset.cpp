// Ends links with an RST: at once, by age, idleness, bytes or chance.
#include <array>

#include "faults/catalog.hpp"
#include "faults/timed_end.hpp"

namespace firedrill::faults {
namespace {

constexpr std::array<std::string_view, 7> reset_examples{
    "",
    "age=30s",
    "idle=500ms side=client",
    "bytes=2000B side=upstream",
    "chance=10%",
    "chance=0%",
    "age=2s idle=1s bytes=1MiB chance=50%",
};

}  // namespace

constinit const Kind reset = link_kind<EndsBy<Verdict::Action::abort>, TimedEndSettings, read_timed_end>(
    "reset", "ends links with an RST: at once, by age, idle time, bytes or chance", reset_examples);

}  // namespace firedrill::faults
