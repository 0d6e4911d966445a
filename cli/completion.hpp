// Completion for shells: scripts made of what the command line knows of itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace firedrill::cli {

/// A command, its options, and what is below it.
struct CommandWords {
  struct Flag {
    std::string name, summary;  // "--for"
    std::string value;          // what it takes, "DURATION"; empty: nothing
  };
  std::string name, summary;
  std::vector<Flag> flags;
  std::vector<std::string> operands;  // "PROXY", "KIND"; "FILE+" when there may be more
  std::vector<CommandWords> commands;
};

/// A script for `shell`: bash, zsh or fish; none for others. Commands, options and kinds of faults stand in it; names
/// of proxies and faults it asks the daemon for, in silence.
std::optional<std::string> completion_script(const std::string& shell, const CommandWords& program);

}  // namespace firedrill::cli
