// Three tables: proxies, pools, faults.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <initializer_list>

#include "cli/fault_words.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "cli/top.hpp"
#include "drills/report_words.hpp"
#include "faults/units.hpp"

namespace firedrill::cli {
namespace {

using drills::grouped;
using Side = Column::Side;

std::uint64_t figure(const Json& counters, std::initializer_list<const char*> path) {
  const Json* at = &counters;
  for (const char* key : path) at = &at->at(key);
  return at->get<std::uint64_t>();
}

const Json& counters_of(const Json& proxy) { return proxy.at("status").at("counters"); }

// The same proxy a moment ago; null when it was not there.
const Json* find(const Glance& glance, const Json& name) {
  for (const Json& proxy : glance.proxies)
    if (proxy.at("name") == name) return &proxy;
  return nullptr;
}

/// What one proxy's counters have grown by, per second.
class Growth {
 public:
  Growth(const Json* before, const Json& now, double seconds) : before_{before}, now_{now}, seconds_{seconds} {}

  double of(std::initializer_list<const char*> path) const {
    if (before_ == nullptr || seconds_ <= 0) return 0;
    const std::uint64_t then = figure(counters_of(*before_), path), now = figure(counters_of(now_), path);
    return now < then ? 0 : static_cast<double>(now - then) / seconds_;  // less: it was opened anew
  }

 private:
  const Json* before_;
  const Json& now_;
  double seconds_;
};

std::string show_bytes(double bytes) {
  constexpr std::array units{"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 999.5 && unit + 1 < units.size(); ++unit) bytes /= 1000;
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, units[unit]);
}

Cell number(std::uint64_t n, Paint unless_zero = Paint::plain) {
  return {grouped(n), fmt::format("{}", n), n > 0 ? unless_zero : Paint::plain};
}

Cell speed(double bytes) { return {show_bytes(bytes), fmt::format("{:.0f}", bytes)}; }

Table proxies(const Glance& before, const Glance& now) {
  const double seconds = std::chrono::duration<double>(now.at - before.at).count();
  Table table{{{"PROXY"},
               {"STATE"},
               {"OPEN", Side::right},
               {"ACCEPTED/S", Side::right},
               {"CONNECT ERRORS", Side::right},
               {"UP/S", Side::right},
               {"DOWN/S", Side::right}}};
  for (const Json& proxy : now.proxies) {
    const Growth growth{find(before, proxy.at("name")), proxy, seconds};
    const bool enabled = proxy.at("enabled").get<bool>();
    const bool failing = growth.of({"connect_errors"}) > 0;
    table.add({{proxy.at("name").get<std::string>(), Paint::bold},
               {enabled ? "enabled" : "disabled", enabled ? Paint::plain : Paint::yellow},
               number(figure(counters_of(proxy), {"open"})),
               fmt::format("{:.1f}", growth.of({"accepted"})),
               number(figure(counters_of(proxy), {"connect_errors"}), failing ? Paint::red : Paint::plain),
               speed(growth.of({"upstream", "bytes_out"})),
               speed(growth.of({"downstream", "bytes_out"}))});
  }
  return table;
}

Table pools(const Glance& now) {
  Table table{{{"POOL"},
               {"PROXY"},
               {"IN USE", Side::right},
               {"LIMIT", Side::right},
               {"QUEUE", Side::right},
               {"TIMED OUT", Side::right},
               {"REJECTED", Side::right}}};
  for (const Json& proxy : now.proxies)
    for (const Json& pool : counters_of(proxy).at("pools")) {
      const std::uint64_t active = figure(pool, {"active"}), limit = figure(pool, {"limit"});
      table.add({{pool.at("fault").get<std::string>(), Paint::bold},
                 proxy.at("name").get<std::string>(),
                 number(active, active >= limit ? Paint::red : Paint::plain),
                 number(limit),
                 number(figure(pool, {"queue"}), Paint::yellow),
                 number(figure(pool, {"timed_out"})),
                 number(figure(pool, {"rejected"}))});
    }
  return table;
}

Table faults(const Glance& now) {
  Table table{{{"FAULT"},
               {"PROXY"},
               {"KIND"},
               {"REMAINING", Side::right},
               {"LINKS", Side::right},
               {"TOUCHED", Side::right},
               {"SETTINGS"}}};
  for (const Json& proxy : now.proxies)
    for (const Json& fault : proxy.at("faults")) {
      const Json& remaining = fault.at("status").at("remaining_s");
      const double seconds = remaining.is_null() ? 0 : remaining.get<double>();
      const std::string links = links_of(fault);
      table.add({{fault.at("name").get<std::string>(), Paint::bold},
                 fault.at("proxy").get<std::string>(),
                 fault.at("kind").get<std::string>(),
                 {remaining.is_null() ? "-" : faults::show(std::chrono::seconds{static_cast<std::int64_t>(seconds)}),
                  remaining.is_null() ? "-" : fmt::format("{:.0f}", seconds)},
                 {links, links == "-" || links == "0" ? Paint::plain : Paint::red},
                 number(figure(fault, {"status", "touched"})),
                 settings_words(fault)});
    }
  return table;
}

}  // namespace

std::vector<std::string> top_view(const Glance& before, const Glance& now, const std::string& address, Shape shape) {
  shape.width = std::max(shape.width, least_width);
  const Json& halt = now.status.at("halt");
  std::vector<std::string> all{headline(now.status, address, shape)};
  if (!halt.is_null()) all.push_back(halt_line(halt, shape));
  for (const Table& table : {proxies(before, now), pools(now), faults(now)}) {
    if (table.empty()) continue;
    all.emplace_back();
    for (std::string& line : table.lines(shape)) all.push_back(std::move(line));
  }
  if (all.size() > shape.height) {
    const std::size_t more = all.size() - shape.height + 1;
    all.resize(shape.height - 1);
    all.push_back(
        Line{shape.width, shape.colour}.add(fmt::format("{} more lines in a higher window", more), Paint::dim).text());
  }
  return all;
}

std::string top_lines(const Glance& before, const Glance& now) {
  return proxies(before, now).tabbed("proxy") + pools(now).tabbed("pool") + faults(now).tabbed("fault");
}

}  // namespace firedrill::cli
