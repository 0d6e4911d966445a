// A question to a running HAProxy, over its stats socket.
#pragma once

#include <optional>
#include <string>

namespace firedrill::cli {

/// The answer to `commands` (separated by ;) of who listens at `address`: unix:PATH or HOST:PORT, HOST a number.
/// Nothing and the reason in `why` when none comes within five seconds, or more than 64 MiB.
std::optional<std::string> ask_haproxy(const std::string& address, const std::string& commands, std::string& why);

}  // namespace firedrill::cli
