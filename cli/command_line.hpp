// From the words of the command line to what is to be done.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/commands.hpp"
#include "cli/daemon_commands.hpp"

namespace firedrill::cli {

/// The command line was answered already: a help page, the version, or a mistake in it.
struct Answer {
  int exit_code = 0;
  std::string out, error;  // for the two streams
};
using Wish = std::variant<Answer, RunArguments, ExecArguments, ServeArguments, CheckArguments, SimulateArguments,
                          ReportArguments, DaemonArguments>;

/// `words` without the program's name. Never throws for what a user may type.
Wish parse_command_line(std::vector<std::string> words);

/// The same when the program was started under the name toxiproxy-server, with that one's flags.
Wish parse_toxiproxy_server(const std::vector<std::string>& words);

}  // namespace firedrill::cli
