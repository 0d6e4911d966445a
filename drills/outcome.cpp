// Results, from good to bad.
#include "drills/outcome.hpp"

#include <utility>

namespace firedrill::drills {
namespace {

struct Meaning {
  std::string_view name;
  int exit_code, badness;
};

Meaning facts(Result result) {
  switch (result) {
    case Result::passed:
      return {"passed", 0, 0};
    case Result::failed:
      return {"failed", 1, 1};
    case Result::aborted:
      return {"aborted", 3, 3};
    case Result::errored:
      break;
  }
  return {"errored", 4, 2};
}

}  // namespace

std::string_view name(Result result) { return facts(result).name; }
int exit_code(Result result) { return facts(result).exit_code; }

int exit_code(const Outcome& outcome) {
  const bool drill_ran = outcome.result == Result::passed || outcome.result == Result::failed;
  return drill_ran && outcome.command_code != 0 ? outcome.command_code : exit_code(outcome.result);
}

void Outcome::worsen(Result to, std::string reason) {
  if (facts(to).badness > facts(result).badness) {
    result = to;
    reasons.insert(reasons.begin(), std::move(reason));
  } else {
    reasons.push_back(std::move(reason));
  }
}

}  // namespace firedrill::drills
