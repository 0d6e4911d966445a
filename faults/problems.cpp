// Joins the lines.
#include "faults/problems.hpp"

#include <utility>

namespace firedrill::faults {
namespace {

std::string joined(const Problems& problems) {
  std::string all;
  for (const Problem& problem : problems) all += (all.empty() ? "" : "\n") + problem.line();
  return all;
}

}  // namespace

PlanError::PlanError(Problems found) : std::runtime_error{joined(found)}, problems{std::move(found)} {}

}  // namespace firedrill::faults
