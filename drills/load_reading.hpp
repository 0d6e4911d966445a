// The parts of reading a load.
#pragma once

#include <string>
#include <string_view>

#include "drills/load_spec.hpp"
#include "drills/reading.hpp"

namespace firedrill::drills {

inline constexpr double most_per_second = 100'000;

// Each notes problems, and leaves the load as it was where there are some.
/// stages
void read_stages(Reader& keys, LoadSpec& load);
/// method, headers, body, body_file
void read_request(Reader& keys, RequestSpec& request);
/// send, until, expect
void read_talk(Reader& keys, TalkSpec& talk);
/// keep_alive, connections
void read_keep(Reader& keys, LoadSpec& load);
/// command, reads, at, timeout
void read_tool(Reader& keys, LoadSpec& load, const Reading& reading);

/// The file `key` names, found from where the drill file is, or nothing and a problem: unreadable, longer than 16 MiB.
std::optional<std::string> read_content(Reader& keys, std::string_view key, const std::string& name);

}  // namespace firedrill::drills
