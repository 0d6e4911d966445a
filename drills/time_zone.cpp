// The one place that knows Howard Hinnant's date: libstdc++ 12 has no time zones.
#include "drills/time_zone.hpp"

#include <date/tz.h>

#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "faults/reader.hpp"
#include "faults/value.hpp"

namespace firedrill::drills {
namespace {

using faults::nearest;

bool has_database() {
  try {
    return !date::get_tzdb().zones.empty();
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::string last_part(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// "Europe/Berlin" for "Europe/Berln" and for "Berlin".
std::string meant(std::string_view given) {
  // PST and BST are no zones, and what is spelled like one is another one.
  if (given.size() <= 4) return {};
  std::vector<std::string> names, places;
  for (const date::time_zone& zone : date::get_tzdb().zones) {
    names.push_back(zone.name());
    places.push_back(last_part(zone.name()));
  }
  if (std::string near = nearest(given, names); !near.empty()) return near;
  const std::string near = nearest(given, places);
  for (const std::string& name : names)
    if (last_part(name) == near) return name;
  return {};
}

}  // namespace

TimeZone TimeZone::named(std::string_view name) {
  TimeZone zone;
  if (name == zone.name()) return zone;
  if (!has_database())
    throw std::invalid_argument{"only \"UTC\" is known here: /usr/share/zoneinfo is missing (Debian: package tzdata)"};
  try {
    zone.zone_ = date::locate_zone(name);
    zone.zone_->get_info(date::sys_seconds{});  // reads its file, now rather than when nobody expects it
    return zone;
  } catch (const std::exception&) {
    const std::string near = meant(name);
    throw std::invalid_argument{fmt::format("there is no time zone {}; {}", faults::Value{std::string{name}}.shown(),
                                            near.empty() ? "give one of the IANA database, such as \"Europe/Berlin\""
                                                         : fmt::format("did you mean \"{}\"?", near))};
  }
}

std::string TimeZone::name() const { return zone_ == nullptr ? "UTC" : zone_->name(); }

TimeZone::Stretch TimeZone::stretch(std::chrono::sys_seconds at) const {
  using namespace std::chrono_literals;
  if (zone_ == nullptr) return {std::chrono::sys_seconds::min(), std::chrono::sys_seconds::max()};
  const date::sys_info now = zone_->get_info(at);
  return {now.begin, now.end, now.offset, zone_->get_info(now.begin - 1s).offset};
}

}  // namespace firedrill::drills
