// Reads it with toml++, strictly: a key that nobody knows is a mistake.
#include "lint/capacity.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <chrono>
#include <sstream>

#include "faults/reader.hpp"
#include "faults/units.hpp"
#include "lint/ground_rules.hpp"

namespace firedrill::lint {
namespace {

enum class Unit : std::uint8_t { number, count, time };

struct Key {
  std::string_view table, name;
  Unit unit;
  std::optional<Figure> Capacity::*figure;
};

constexpr double most = 1e9;

constexpr Key keys[] = {
    {"traffic", "rate", Unit::number, &Capacity::rate},
    {"traffic", "service_time", Unit::time, &Capacity::service_time},
    {"traffic", "p95", Unit::time, &Capacity::p95},
    {"edge", "timeout", Unit::time, &Capacity::edge_timeout},
    {"edge", "keep_alive", Unit::time, &Capacity::edge_keep_alive},
    {"app", "instances", Unit::count, &Capacity::instances},
    {"app", "workers", Unit::count, &Capacity::workers},
    {"app", "timeout", Unit::time, &Capacity::app_timeout},
    {"app", "keep_alive", Unit::time, &Capacity::app_keep_alive},
    {"app", "database_pool", Unit::count, &Capacity::database_pool},
    {"app", "database_pool_timeout", Unit::time, &Capacity::pool_timeout},
    {"database", "max_connections", Unit::count, &Capacity::database_connections},
    {"database", "statement_timeout", Unit::time, &Capacity::statement_timeout},
    {"pgbouncer", "pool_size", Unit::count, &Capacity::bouncer_pool},
    {"pgbouncer", "databases", Unit::count, &Capacity::bouncer_databases},
    {"pgbouncer", "users", Unit::count, &Capacity::bouncer_users},
};

bool known_table(std::string_view name) {
  for (const Key& key : keys)
    if (key.table == name) return true;
  return name == "monitoring" || name == "drills";
}

class Reading {
 public:
  Reading(const Source& source, Findings& findings) : source_{source}, findings_{findings} {
    capacity_.source = &source;
  }

  Capacity read() {
    if (!is_safe()) return capacity_;
    toml::table root;
    try {
      root = toml::parse(source_.text());
    } catch (const toml::parse_error& error) {
      findings_.add(unreadable, spot(error.source()), std::string{error.description()});
      return capacity_;
    }
    for (const auto& [name, node] : root) table(std::string{name.str()}, spot(name.source()), node);
    return capacity_;
  }

 private:
  // toml++ recurses: neither deep nesting nor long keys come before it. A capacity.toml needs neither.
  bool is_safe() {
    std::size_t depth = 0, dots = 0;
    for (std::size_t i = 0; i < source_.text().size(); ++i) {
      const char c = source_.text()[i];
      depth = c == '[' || c == '{' ? depth + 1 : c == '\n' ? 0 : depth;
      dots = c == '.' ? dots + 1 : c == '\n' ? 0 : dots;
      if (c != '\0' && depth < 50 && dots < 200) continue;
      const auto at = source_.at(i);
      findings_.add(unreadable, {&source_, at.line, at.column}, "this is no capacity.toml");
      return false;
    }
    return true;
  }

  Spot spot(const toml::source_region& region) const {
    // toml++ counts columns in characters.
    return {&source_, region.begin.line, source_.column_of(region.begin.line, region.begin.column)};
  }

  void table(const std::string& name, Spot where, const toml::node& node) {
    const toml::table* members = node.as_table();
    if (members == nullptr || !known_table(name)) {
      const std::string near =
          faults::nearest(name, {"traffic", "edge", "app", "database", "pgbouncer", "monitoring", "drills"});
      findings_.add(
          unknown_directive, where,
          fmt::format("a capacity.toml has no [{}]{}", name, near.empty() ? "" : "; did you mean [" + near + "]?"));
      return;
    }
    if (name == "monitoring") capacity_.monitoring = where;
    for (const auto& [key, value] : *members) member(name, std::string{key.str()}, spot(key.source()), value);
  }

  void member(const std::string& table, const std::string& name, Spot where, const toml::node& node) {
    if (table == "monitoring" && name == "alerts") return alerts(where, node);
    if (table == "app" && name == "backend")
      return text(capacity_.backend, where, node, "[app] backend takes the name of a backend");
    if (table == "drills" && name == "runs")
      return text(capacity_.runs, where, node, "[drills] runs takes the name of a directory");
    std::vector<std::string> names;
    for (const Key& key : keys) {
      if (key.table != table) continue;
      if (key.name == name) return figure(key, spot(node.source()), node);
      names.emplace_back(key.name);
    }
    const std::string near = faults::nearest(name, names);
    findings_.add(
        unknown_directive, where,
        fmt::format("[{}] has no \"{}\"{}", table, name, near.empty() ? "" : "; did you mean \"" + near + "\"?"));
  }

  void text(std::optional<Capacity::Text>& place, Spot where, const toml::node& node, const char* otherwise) {
    if (const auto value = node.value<std::string>())
      place = {*value, spot(node.source())};
    else
      findings_.add(refused, where, otherwise);
  }

  void figure(const Key& key, Spot where, const toml::node& node) {
    Figure figure{0, where};
    bool good = false;
    if (key.unit != Unit::time) {
      const auto number = node.value<double>();
      const bool right_kind = node.is_integer() || (node.is_floating_point() && key.unit == Unit::number);
      good = number && right_kind && *number > 0 && *number <= most;
      figure.value = number.value_or(0);
    } else if (const auto text = node.value<std::string>()) {
      const auto time = faults::parse_duration(*text);
      good = time && *time > faults::Duration::zero();
      if (good) figure.value = std::chrono::duration<double>(*time).count();
    }
    if (good)
      capacity_.*key.figure = figure;
    else
      findings_.add(refused, where,
                    fmt::format("[{}] {} takes {}", key.table, key.name,
                                key.unit == Unit::number  ? "a number above 0, and up to 1,000,000,000"
                                : key.unit == Unit::count ? "a whole number from 1 to 1,000,000,000"
                                                          : "a time such as \"50ms\""));
  }

  void alerts(Spot where, const toml::node& node) {
    const toml::array* list = node.as_array();
    bool good = list != nullptr;
    if (good)
      for (const toml::node& one : *list) {
        const auto text = one.value<std::string>();
        good = good && text;
        if (text) capacity_.alerts.push_back({*text, spot(one.source())});
      }
    if (!good) findings_.add(refused, where, "[monitoring] alerts takes a list of file names");
  }

  const Source& source_;
  Findings& findings_;
  Capacity capacity_;
};

}  // namespace

Capacity read_capacity(const Source& source, Findings& findings) { return Reading{source, findings}.read(); }

std::string shown_seconds(double seconds) {
  return faults::show(std::chrono::duration_cast<faults::Duration>(std::chrono::duration<double>(seconds)));
}

bool looks_like_capacity(std::string_view text) {
  bool capacity = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("[drill]") || line.starts_with("[[")) return false;
    for (const Key& key : keys)
      if (line.starts_with(fmt::format("[{}]", key.table))) capacity = true;
    if (line.starts_with("[monitoring]") || line.starts_with("[drills]")) capacity = true;
  }
  return capacity;
}

}  // namespace firedrill::lint
