// Programs that somebody named on a command line or in a drill.
#pragma once

#include <string>

namespace firedrill::drills {

struct Program {
  std::string path;  // as found; the name itself when it was not
  std::string
      obstacle;  // why it cannot be run, as far as that can be known before; empty when nothing stands against it
};

/// As a shell looks for it: in PATH, unless there is a slash in the name.
Program find_program(const std::string& name);

}  // namespace firedrill::drills
