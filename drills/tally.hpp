// What the meters have in common.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "drills/meter.hpp"

namespace firedrill::drills {

template <class Visit>
void for_each_bit(const Phases::Set& set, Visit visit) {
  for (std::size_t bit = 0; bit < set.size(); ++bit)
    if (set.test(bit)) visit(bit);
}

template <class Key, class T>
T found(const std::map<Key, T>& all, const Key& key) {
  const auto it = all.find(key);
  return it == all.end() ? T{} : it->second;
}

/// "p99" is 0.99, "p999" is 0.999. Null for anything else.
inline std::optional<double> share_of(std::string_view name) {
  for (const auto& [known, share] :
       {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}})
    if (name == known) return share;
  return std::nullopt;
}

inline Figure quantile(const Histogram& histogram, double share) {
  return {faults::seconds(histogram.quantile(share)), histogram.count()};
}

}  // namespace firedrill::drills
