// ${NAME} in the texts of a drill file.
#pragma once

#include <map>
#include <string>

#include "faults/problems.hpp"
#include "faults/value.hpp"

namespace firedrill::drills {

using Variables = std::map<std::string, std::string>;

/// Everything in this process's environment.
Variables environment();

/// Replaces ${NAME} in every text below `tree`; "$${" stands for "${" itself. What was put in is not looked at again. A
/// variable that is not set, and a "${" that is not closed, is a problem, and the text stays as it was.
void replace_variables(faults::Value& tree, const Variables& variables, faults::Problems& problems);

}  // namespace firedrill::drills
