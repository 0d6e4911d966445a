// Where the events of a run are written down, one after the other.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "faults/time.hpp"

namespace firedrill::drills {

class EventLog {
 public:
  virtual ~EventLog() = default;

  /// The run's start: every later event counts from here, those before are at 0.
  virtual void start(faults::Time start) = 0;
  /// `fields` is an object that has none of the keys that every event has: v, seq, t, utc, event. Never waits.
  virtual void write(std::string_view event, const nlohmann::ordered_json& fields) = 0;
  /// Nothing more will be written. Returns what went wrong.
  virtual std::optional<std::string> close() = 0;
};

}  // namespace firedrill::drills
