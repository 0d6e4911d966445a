// Results, from good to bad.
#include "drills/outcome.hpp"

#include <utility>

namespace firedrill::drills {
namespace {

struct Facts {
  std::string_view name;
  int exit_code, badness;
};

Facts facts(Result result) {
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

void Outcome::worsen(Result to, std::string reason) {
  if (facts(to).badness > facts(result).badness) {
    result = to;
    reasons.insert(reasons.begin(), std::move(reason));
  } else {
    reasons.push_back(std::move(reason));
  }
}

}  // namespace firedrill::drills
