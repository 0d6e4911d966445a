// Programs that a drill names and whose words are read: started without a shell, bounded in time, never left behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "faults/time.hpp"

namespace firedrill::drills {

struct Ran {
  enum class End : std::uint8_t {
    itself,
    late,         // killed after the timeout
    rung,         // killed for the bell
    not_started,  // `problem` says why
  };
  End end = End::not_started;
  int status = 0;    // as waitpid() has it
  std::string said;  // output and errors as they came: the last of them, at least as much as was to be kept
  bool cut = false;  // there was more
  std::string problem;
};

/// In a process group of its own with no input and nothing open but its output; whatever is left of the group is killed
/// when the program has ended, or has been given up. A descendant that leaves the group is on its own. `bell`: a
/// descriptor that becomes readable. `environment`: "NAME=VALUE", besides this process's own.
Ran run_child(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
              faults::Duration timeout, int bell, std::size_t keep);

}  // namespace firedrill::drills
