// A probe in virtual time: asks again and again whether something still answers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "drills/drill.hpp"
#include "drills/meter.hpp"
#include "simulate/caller.hpp"

namespace firedrill::simulate {

/// What it asks: over HTTP, or, without a status, for a connection alone.
struct ProbeSpec {
  Place* place = nullptr;
  std::string request;
  std::uint16_t status = 0;
  Duration every{}, timeout{};
  std::uint64_t retries = 0;  // further tries, at once, before a sample is bad
};

class Probe {
 public:
  using OnSample = std::function<void(bool good, Duration took, const std::string& said)>;

  /// The meter outlives the probe.
  Probe(Agenda& agenda, ProbeSpec spec, drills::ProbeMeter& meter, OnSample on_sample);

  /// Asks at `at`, `at + every` …; a turn that comes while the one before still runs is left out.
  void start(Time at);
  /// Gives up what is being asked, unrecorded.
  void stop();

 private:
  void sample();
  void ask();
  void answered();
  void timed_out();
  void tried(const std::string& said);

  Agenda& agenda_;
  const ProbeSpec spec_;
  drills::ProbeMeter& meter_;
  OnSample on_sample_;
  Caller caller_;
  Alarm turn_, again_, patience_;
  Time due_{}, started_{};
  std::uint64_t tries_ = 0;
};

}  // namespace firedrill::simulate
