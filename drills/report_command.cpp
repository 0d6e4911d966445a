// The command that a run was wrapped around, in words.
#include <fmt/format.h>

#include "drills/report_words.hpp"

namespace firedrill::drills {

std::string command_line(const CommandReport& command) {
  std::vector<std::string> words;
  for (const std::string& word : command.argv) words.push_back(quoted(word));
  return joined(words, " ");
}

std::string command_end(const CommandReport& command) {
  const std::string told = command.told ? " after it had been told to end" : "";
  if (!command.problem.empty()) return "could not be started: " + command.problem;
  if (!command.started_s) return "was not started";
  if (!command.signal.empty()) return "was ended by " + command.signal + told;
  if (command.exit_code) return fmt::format("exited with {}{}", *command.exit_code, told);
  return "is not on record as having ended";
}

}  // namespace firedrill::drills
