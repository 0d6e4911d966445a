// The figures there are, by source.
#pragma once

#include <span>
#include <string_view>

#include "drills/drill.hpp"

namespace firedrill::drills {

struct FigureName {
  std::string_view name;
  Unit unit;
};

std::span<const FigureName> figures_of(const Source& source);

}  // namespace firedrill::drills
