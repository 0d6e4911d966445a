// A fault as Toxiproxy's clients know it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace firedrill::control {

struct Toxic {
  std::string type;    // "latency"
  std::string stream;  // "upstream" or "downstream", in the letter case that it was given in
  float toxicity = 1;  // below 0 is 0, above 1 is 1, but shown as given
  std::vector<std::pair<std::string, std::int64_t>> attributes;  // all that the type has, in its order

  bool operator==(const Toxic&) const = default;
};

}  // namespace firedrill::control
