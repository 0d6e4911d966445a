// What a daemon tells, in words: its faults, their settings (and back to JSON), moments as people read them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/daemon.hpp"
#include "cli/view.hpp"

namespace firedrill::cli {

/// {"delay": "200ms", "percent": 30} from delay=200ms percent=30: values are read as in the one-line form of faults,
/// a.b=c nests, KEY= is null, and what begins with [ or { may be JSON. Throws NotDone for what is not KEY=VALUE.
Json settings_of(const std::vector<std::string>& words);
/// The settings and scopes of a fault, as they may be given again: "delay=200ms clients=[\"10.0.0.0/8\"]".
std::string settings_words(const Json& fault);

/// "fault slow on api: in force until 14:03:07 (5m)".
std::string in_force_words(const Json& fault);
/// "14:03:07 (4m59s)", "until removed" for what has no end, "held by ada@laptop" for what somebody renews.
std::string until_words(const Json& fault);
/// The same for programs: "2026-05-12T09:00:00.000Z", "-" or "held by ada@laptop".
std::string until_stamp(const Json& fault);
/// On how many links it is; "-" where that cannot be said.
std::string links_of(const Json& fault);

/// A UTC stamp by the local clock: "14:03:07", with the date when that is not today's.
std::string show_clock(const std::string& utc);

/// The same with the date and how far that clock is off, for programs: "2026-05-12T11:00:00+0200".
std::string local_stamp(const std::string& utc);

/// "firedrill 0.1.0 at 127.0.0.1:8474  up 3m  2 proxies  1 fault".
std::string headline(const Json& status, const std::string& address, Shape shape);
/// "halted by ada@laptop at 14:03:07: the real incident comes first".
std::string halt_line(const Json& halt, Shape shape);

}  // namespace firedrill::cli
