// Lines of "Name: value", then a table in CSV whose header begins with "# pxname".
#include "lint/haproxy_running.hpp"

#include <algorithm>

namespace firedrill::lint::haproxy {
namespace {

constexpr std::string_view header = "# pxname";

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const bool quoted = line.starts_with('"');
    if (quoted) line.remove_prefix(1);
    const std::size_t end = std::min(line.find(quoted ? '"' : ','), line.size());
    fields.push_back(line.substr(0, end));
    const std::size_t comma = line.find(',', end);
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

}  // namespace

Running::Running(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(header)) {
      columns_ = fields_of(line.substr(2));
    } else if (columns_.empty()) {
      const std::size_t colon = line.find(": ");
      if (colon != std::string_view::npos) info_.emplace(line.substr(0, colon), line.substr(colon + 2));
    } else if (line.find(',') != std::string_view::npos) {
      const std::vector<std::string_view> fields = fields_of(line);
      Row row;
      for (std::size_t i = 0; i < std::min(fields.size(), columns_.size()); ++i) row.emplace(columns_[i], fields[i]);
      by_name_.emplace(std::pair{value(row, "pxname"), value(row, "svname")}, rows_.size());
      rows_.push_back(std::move(row));
    }
  }
}

const Running::Row* Running::row(std::string_view proxy, std::string_view server) const {
  const auto it = by_name_.find({proxy, server});
  return it == by_name_.end() ? nullptr : &rows_[it->second];
}

std::string_view Running::value(const Row& row, std::string_view column) {
  const auto it = row.find(column);
  return it == row.end() ? "" : it->second;
}

std::string_view Running::info(std::string_view name) const {
  const auto it = info_.find(name);
  return it == info_.end() ? "" : it->second;
}

}  // namespace firedrill::lint::haproxy
