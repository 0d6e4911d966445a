// toxiproxy-cli's commands, for when the program was started under that name.
#pragma once

#include <string>
#include <vector>

namespace firedrill::cli {

/// `words` without the program's name. Asks whatever speaks Toxiproxy's interface, prints, and returns the exit code:
/// 0, or 1 for anything that went wrong. Never throws for what a user may type.
int toxiproxy_cli(const std::vector<std::string>& words);

}  // namespace firedrill::cli
