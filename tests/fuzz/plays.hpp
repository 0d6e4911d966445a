// One play for each contract: a script of traffic and plan changes, and the laws that hold whatever comes.
#pragma once

#include "tests/fuzz/crumbs.hpp"

namespace firedrill::fuzz {

/// One lane's Chain: what goes in comes out, in order, ends included, unless a kind says otherwise.
void play_streams(Crumbs& crumbs);
/// One link's Watch: it gives one verdict or none, and asks for the time in moments that lie ahead.
void play_watch(Crumbs& crumbs);
/// One proxy's Gates: every link is answered once, waits, or was turned away.
void play_gates(Crumbs& crumbs);

/// Scripts go on no longer than this: virtual time is kept far from where it overflows.
inline constexpr int most_acts = 100;
inline constexpr faults::Time beginning{std::chrono::hours{1}};
inline constexpr faults::Time far_future{std::chrono::hours{24 * 365 * 100}};

}  // namespace firedrill::fuzz
