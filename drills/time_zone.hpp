// The clocks of a place: how far they are from UTC, and when that changes.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace firedrill::drills {

/// From the system's IANA database, which is read once. Changes are known until the end of 2037.
class TimeZone {
 public:
  /// UTC, for which no database is needed.
  TimeZone() = default;
  /// "Europe/Berlin". Throws std::invalid_argument, which says what is meant perhaps, when there is no such zone.
  static TimeZone named(std::string_view name);

  std::string name() const;

  /// From one change of the clocks up to the next.
  struct Stretch {
    std::chrono::sys_seconds begin, end;
    std::chrono::seconds offset{};  // what the clocks show, less UTC
    std::chrono::seconds before{};  // the same until `begin`; more than `offset`: there they were put back
  };
  Stretch stretch(std::chrono::sys_seconds at) const;

 private:
  const date::time_zone* zone_ = nullptr;  // null: UTC. Zones live as long as the program
};

}  // namespace firedrill::drills
