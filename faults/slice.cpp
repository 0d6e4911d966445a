// Cuts the stream into pieces, with a pause between them if wanted.
#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "faults/catalog.hpp"

namespace firedrill::faults {
namespace {

struct SliceSettings final : Settings {
  std::uint64_t size = 1, variation = 0;
  Duration gap{};

  Outlook outlook() const override {
    std::string worst = "bytes come in pieces of " + show_size(size);
    if (variation > 0) worst += fmt::format(" give or take {}", show_size(variation));
    if (gap > Duration::zero())
      worst +=
          fmt::format(", {} apart: {} on each link", show(gap), show_rate(static_cast<double>(size) / seconds(gap)));
    return {Shuts::nothing, {}, worst};
  }
};

SliceSettings read_slice(Reader& keys) {
  SliceSettings settings;
  const auto size = keys.maybe_size("size");
  if (!size) keys.problem("size is missing; give the size of a piece, such as \"64B\" or \"4KiB\"");
  if (size == 0) keys.problem("size", "must be at least 1B");
  settings.size = std::max<std::uint64_t>(size.value_or(1), 1);
  settings.variation = keys.size("variation", 0);
  if (size && settings.variation >= settings.size)
    keys.problem("variation", "must be less than size (" + show_size(settings.size) + ")");
  settings.variation = std::min(settings.variation, settings.size - 1);
  settings.gap = keys.duration("gap", Duration::zero());
  return settings;
}

class Slice final : public StreamFault {
 public:
  Slice(const SliceSettings& settings, const Making& making, const LinkFacts& link, Direction direction)
      : settings_{settings},
        draws_{making.seed, making.fault, link.ordinal, direction},
        effects_{making.effects},
        offset_{link.bytes[static_cast<std::size_t>(direction)]} {}

  static std::uint64_t fate(const SliceSettings& settings, const Making& making, const LinkFacts& link) {
    std::uint64_t fate = 0;
    for (const Direction lane : {Direction::upstream, Direction::downstream})
      fate = mix(fate + piece(settings, {making.seed, making.fault, link.ordinal, lane}, 0));
    return fate;
  }

  void data(Bytes bytes, Time now, Outlet& next) override {
    held_ += bytes.size();
    chunks_.push_back({std::move(bytes), now});
    pass(now, next);
  }
  void finish(Time now, Outlet& next) override { end(&Outlet::finish, now, next); }
  void abort(Time now, Outlet& next) override { end(&Outlet::abort, now, next); }
  void tick(Time now, Outlet& next) override { pass(now, next); }
  void update(const Settings& settings, Time now, Outlet& next) override {
    settings_ = static_cast<const SliceSettings&>(settings);
    left_ = std::min(left_, settings_.size + settings_.variation);
    pass(now, next);
  }
  void release(Time now, Outlet& next) override {
    for (Chunk& chunk : std::exchange(chunks_, {})) {
      effects_.delay.record(now - chunk.arrived);
      next.data(std::move(chunk.bytes), now);
    }
    held_ = 0;
    pass(now, next);
  }

  Time wake() const override { return chunks_.empty() ? never : pause_from_ + settings_.gap; }
  std::size_t held() const override { return held_; }

 private:
  struct Chunk {
    Bytes bytes;
    Time arrived;
  };

  // Drawn by the offset of a piece's first byte: where the cuts lie does not depend on how reads were cut.
  static std::uint64_t piece(const SliceSettings& settings, const Draws& draws, std::uint64_t offset) {
    const std::uint64_t choices = 2 * settings.variation + 1;
    const auto drawn = static_cast<std::uint64_t>(draws.unit(offset) * static_cast<double>(choices));
    return settings.size - settings.variation + std::min(drawn, choices - 1);
  }

  // What has come of a piece leaves at once: a piece is never waited for. Only a complete one is followed by the gap.
  void pass(Time now, Outlet& next) {
    while (!chunks_.empty()) {
      if (left_ == 0) {
        if (now < pause_from_ + settings_.gap) return;
        left_ = piece(settings_, draws_, offset_);
      }
      Chunk& chunk = chunks_.front();
      const std::size_t n = std::min<std::uint64_t>(left_, chunk.bytes.size());
      Bytes bytes = chunk.bytes.take_front(n);
      effects_.delay.record(now - chunk.arrived);
      if (chunk.bytes.empty()) chunks_.pop_front();
      held_ -= n;
      offset_ += n;
      left_ -= n;
      if (left_ == 0) pause_from_ = now;
      next.data(std::move(bytes), now);
    }
    if (end_ != nullptr) (next.*std::exchange(end_, nullptr))(now);
  }

  void end(void (Outlet::*how)(Time), Time now, Outlet& next) {
    end_ = how;
    pass(now, next);
  }

  SliceSettings settings_;
  Draws draws_;
  Effects& effects_;
  std::uint64_t offset_;
  std::uint64_t left_ = 0;         // of the piece begun
  Time pause_from_ = Time::min();  // when the last complete piece left
  std::deque<Chunk> chunks_;
  std::size_t held_ = 0;
  void (Outlet::*end_)(Time) = nullptr;
};

constexpr std::array<std::string_view, 5> slice_examples{
    "size=64B",
    "size=1B",
    "size=1KiB variation=512B",
    "size=100B gap=10ms",
    "size=500B variation=499B gap=3ms direction=both",
};

}  // namespace

constinit const Kind slice = stream_kind<Slice, SliceSettings, read_slice>(
    "slice", "cuts the stream into pieces, with a pause between them if wanted", slice_examples);

}  // namespace firedrill::faults
