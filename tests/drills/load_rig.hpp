// Playing one load to its end.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "drills/load.hpp"
#include "net_rig.hpp"

namespace firedrill::drills {

inline std::string http_at(std::uint16_t port) { return fmt::format("http://127.0.0.1:{}/", port); }

struct PlayedLoad {
  Requests requests;
  LoadConnections connections;
};

inline PlayedLoad play_load(const LoadSpec& spec, const std::string& target, Duration length) {
  const Phases phases{{}, 0};
  LoadMeter meter{phases};
  Loads loads;
  loads.add(spec, target, meter, faults::Seed{7});
  loads.start(Clock::now() + 10ms, length);
  EXPECT_EQ(loads.wait(Clock::now() + 60s), 0);
  return {meter.of_phase(Phases::always), loads.connections(0)};
}

}  // namespace firedrill::drills
