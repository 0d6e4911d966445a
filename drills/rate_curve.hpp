// How many requests per second a load makes at each moment. Pure: a run and a simulation draw the same arrivals from
// it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drills/load_spec.hpp"

namespace firedrill::drills {

class RateCurve {
 public:
  explicit RateCurve(const LoadSpec& load);

  /// A part in which the rate moves evenly from one value to another, or stays.
  struct Piece {
    Duration from{}, lasts{};
    double first = 0, last = 0;
    double before = 0;  // requests due before it
  };
  /// In order; the last one has no end (Duration::max()), and its rate stays.
  const std::vector<Piece>& pieces() const { return pieces_; }

  /// How many are due in [0, moment): the area under the curve.
  double due_before(Duration moment) const;
  /// When the area under the curve reaches `count`, in seconds; nothing when it never does.
  std::optional<double> reaches(double count) const;
  double peak() const;

 private:
  void add(Duration lasts, double first, double last);

  std::vector<Piece> pieces_;
};

/// "to 200 over 10s", "hold 20s", "spike to 800 for 2s".
std::string show(const RateStage& stage);
/// How long the stages take together.
Duration length_of(const std::vector<RateStage>& stages);

}  // namespace firedrill::drills
