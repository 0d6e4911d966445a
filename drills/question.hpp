// What a probe asks, once: an HTTP request, a TCP connection, a command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "drills/drill.hpp"
#include "faults/time.hpp"

namespace firedrill::drills {

/// Good when the answer, whole, comes with this status. Redirects are not followed.
struct HttpQuestion {
  std::string url;
  std::uint16_t status = 200;
};
/// Good when the connection is made: "127.0.0.1:5432", "db.internal:5432", "unix:/run/app.sock".
struct TcpQuestion {
  std::string address;
};
using Question = std::variant<HttpQuestion, TcpQuestion, CommandProbe>;

struct Answer {
  bool good = false;
  std::string said;  // why it is not; printable ASCII
};

/// Waits for the answer, `timeout`, or `bell` (a descriptor) to become readable, and returns nothing in that case.
std::optional<Answer> ask(const Question& question, Duration timeout, int bell);

/// The command runs in a process group of its own with no input and nothing open but its output; whatever is left of
/// the group is killed when the command has ended, or has been given up. A descendant that leaves the group is on its
/// own.
std::optional<Answer> ask(const CommandProbe& command, Duration timeout, int bell);

/// The end of `text`, at most 200 characters of printable ASCII on one line.
std::string printable_end(std::string text);

}  // namespace firedrill::drills
