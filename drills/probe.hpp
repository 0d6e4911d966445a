// Probes: asking, again and again, whether something outside still works. For checks and for the safety line.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "drills/meter.hpp"
#include "drills/question.hpp"

namespace firedrill::drills {

struct ProbeSpec {
  Question question;
  Duration every{};
  Duration timeout{};         // of one try
  std::uint64_t retries = 0;  // further tries, at once, before a sample is bad
};

/// The probes of a run, each on a thread of its own: there are few, and none delays another.
class Probes {
 public:
  /// A sample: good or not, how long it took with all its tries, what the last try said. On the probe's own thread.
  using OnSample = std::function<void(bool good, Duration took, const std::string& said)>;

  /// Throws std::system_error when out of descriptors.
  Probes();
  ~Probes();  // as stop()
  Probes(const Probes&) = delete;
  Probes& operator=(const Probes&) = delete;

  /// Before start(). The meter outlives this.
  void add(ProbeSpec spec, ProbeMeter& meter, OnSample on_sample = {});
  /// Each asks at `at`, `at + every`, `at + 2 every` …; a turn that comes while the one before still runs is left out.
  /// Once.
  void start(Time at);
  /// Gives up what is being asked, unrecorded, kills commands, and returns when all is over: promptly.
  void stop();

 private:
  class Bell;
  struct Probe;
  std::unique_ptr<Bell> bell_;
  std::vector<std::unique_ptr<Probe>> probes_;
};

}  // namespace firedrill::drills
