// The bound, and the names of severities.
#include "lint/finding.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace firedrill::lint {

std::string_view name_of(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "info";
}

void Findings::add(const Rule& rule, Spot spot, std::string message, std::string fix) {
  if (full()) return;
  // Looked for from the end: what is found twice is found at once.
  const std::size_t look = std::min<std::size_t>(list_.size(), 50);
  const bool known = std::any_of(list_.end() - static_cast<std::ptrdiff_t>(look), list_.end(), [&](const Finding& one) {
    return one.rule == &rule && one.spot.source == spot.source && one.spot.line == spot.line &&
           one.spot.column == spot.column && one.message == message;
  });
  if (!known) list_.push_back({&rule, spot, std::move(message), std::move(fix)});
}

std::string more_like_it(std::size_t places) { return places < 2 ? "" : fmt::format("; {} more like it", places - 1); }

void Findings::add(const Rule& rule, const std::vector<Spot>& places, std::string message) {
  if (!full()) list_.push_back({&rule, places.front(), std::move(message), "", {places.begin() + 1, places.end()}});
}

}  // namespace firedrill::lint
