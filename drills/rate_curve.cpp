// Areas under straight lines.
#include "drills/rate_curve.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "faults/units.hpp"

namespace firedrill::drills {
namespace {

// Of the part of a piece that ends so many seconds after it began.
double area(const RateCurve::Piece& piece, double seconds) {
  if (piece.first == piece.last) return piece.first * seconds;
  const double slope = (piece.last - piece.first) / faults::seconds(piece.lasts);
  return piece.first * seconds + slope * seconds * seconds / 2;
}

}  // namespace

RateCurve::RateCurve(const LoadSpec& load) {
  double rate = load.rate;
  for (const RateStage& stage : load.stages) {
    const bool moves = stage.what == RateStage::What::ramp;
    const double there = stage.what == RateStage::What::hold ? rate : stage.rate;
    if (stage.lasts > Duration::zero()) add(stage.lasts, moves ? rate : there, there);
    if (moves) rate = there;
  }
  add(Duration::max(), rate, rate);
}

void RateCurve::add(Duration lasts, double first, double last) {
  Piece piece{Duration::zero(), lasts, first, last, 0};
  if (!pieces_.empty()) {
    const Piece& earlier = pieces_.back();
    piece.from = earlier.from + earlier.lasts;
    piece.before = earlier.before + area(earlier, faults::seconds(earlier.lasts));
  }
  pieces_.push_back(piece);
}

double RateCurve::due_before(Duration moment) const {
  const auto behind = std::upper_bound(pieces_.begin(), pieces_.end(), moment,
                                       [](Duration m, const Piece& piece) { return m < piece.from; });
  const Piece& piece = behind == pieces_.begin() ? pieces_.front() : *(behind - 1);
  return piece.before + area(piece, faults::seconds(std::max(moment - piece.from, Duration::zero())));
}

std::optional<double> RateCurve::reaches(double count) const {
  // The last piece that begins with no more than that: behind all in which nothing is due.
  const auto behind = std::upper_bound(pieces_.begin(), pieces_.end(), count,
                                       [](double n, const Piece& piece) { return n < piece.before; });
  const Piece& piece = behind == pieces_.begin() ? pieces_.front() : *(behind - 1);
  const double from = faults::seconds(piece.from), n = std::max(count - piece.before, 0.0);
  if (piece.first == piece.last) return piece.first > 0 ? std::optional{from + n / piece.first} : std::nullopt;
  const double slope = (piece.last - piece.first) / faults::seconds(piece.lasts);
  // The root that does not lose its digits where the slope is small.
  const double root = std::sqrt(std::max(piece.first * piece.first + 2 * slope * n, 0.0));
  const double since = n > 0 ? 2 * n / (piece.first + root) : 0;
  return from + std::min(since, faults::seconds(piece.lasts));
}

double RateCurve::peak() const {
  double most = 0;
  for (const Piece& piece : pieces_) most = std::max({most, piece.first, piece.last});
  return most;
}

std::string show(const RateStage& stage) {
  switch (stage.what) {
    case RateStage::What::ramp:
      return fmt::format("to {:.6g}{}", stage.rate,
                         stage.lasts > Duration::zero() ? " over " + faults::show(stage.lasts) : "");
    case RateStage::What::hold:
      return "hold " + faults::show(stage.lasts);
    case RateStage::What::spike:
      return fmt::format("spike to {:.6g} for {}", stage.rate, faults::show(stage.lasts));
  }
  return {};
}

Duration length_of(const std::vector<RateStage>& stages) {
  Duration sum{};
  for (const RateStage& stage : stages) sum += stage.lasts;
  return sum;
}

}  // namespace firedrill::drills
