// Holds back the beginning of every answer: a backend that thinks before it speaks.
#include <algorithm>
#include <array>
#include <optional>

#include "faults/catalog.hpp"
#include "faults/distribution.hpp"
#include "faults/held.hpp"

namespace firedrill::faults {
namespace {

struct FirstByteSettings final : Settings {
  Distribution delay;

  Outlook outlook() const override { return {Shuts::nothing, {}, "every answer begins late by " + delay.in_words()}; }
};

FirstByteSettings read_first_byte(Reader& keys) {
  FirstByteSettings settings;
  settings.delay = read_distribution(keys, "delay");
  return settings;
}

// An answer begins with the first byte after one of the other direction.
class FirstByte final : public Holding {
 public:
  FirstByte(const FirstByteSettings& settings, const Making& making, const LinkFacts& link, Direction direction)
      : settings_{settings},
        draws_{making.seed, making.fault, link.ordinal, direction},
        effects_{making.effects},
        asked_{link.bytes[1 - static_cast<std::size_t>(direction)]},
        offset_{link.bytes[static_cast<std::size_t>(direction)]} {
    if (offset_ > 0) answered_ = asked_;  // in the middle of an answer, perhaps: it is left alone
  }

  static std::uint64_t fate(const FirstByteSettings& settings, const Making& making, const LinkFacts& link) {
    return first_in_each_lane(settings.delay, making, link);
  }

  void data(Bytes bytes, Time now, Outlet& next) override {
    due_ = std::max(due_, now);
    if (answered_ != asked_) {
      answered_ = asked_;
      const Duration delay = settings_.delay.quantile(draws_.unit(offset_));
      effects_.delay.record(delay);
      due_ = std::max(due_, now + delay);
    }
    offset_ += bytes.size();
    held_.push(std::move(bytes), due_);
    held_.pass_until(now, next);
  }
  void update(const Settings& settings, Time, Outlet&) override {
    settings_ = static_cast<const FirstByteSettings&>(settings);
  }

 private:
  FirstByteSettings settings_;
  Draws draws_;
  Effects& effects_;
  const std::uint64_t& asked_;  // bytes of the other direction, as they move on
  std::optional<std::uint64_t> answered_;
  std::uint64_t offset_;
};

constexpr std::array<std::string_view, 3> first_byte_examples{
    "delay=300ms",
    "delay=50ms jitter=20ms",
    "delay=100ms distribution=lognormal sigma=0.8 direction=both",
};

}  // namespace

constinit const Kind first_byte = stream_kind<FirstByte, FirstByteSettings, read_first_byte>(
    "first_byte", "holds back the beginning of every answer", first_byte_examples);

}  // namespace firedrill::faults
