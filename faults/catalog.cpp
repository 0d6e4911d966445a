// Looks a kind up.
#include "faults/catalog.hpp"

namespace firedrill::faults {

const Kind* find_kind(std::string_view name) {
  for (const Kind* kind : catalog)
    if (kind->name == name) return kind;
  return nullptr;
}

}  // namespace firedrill::faults
