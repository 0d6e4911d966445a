// Flips single bits, by chance or at certain places.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "faults/catalog.hpp"

namespace firedrill::faults {
namespace {

struct CorruptSettings final : Settings {
  double chance = 0;                   // for each byte
  std::vector<std::uint64_t> offsets;  // in each stream, ascending

  Outlook outlook() const override {
    std::vector<std::string> where;
    if (chance > 0) where.push_back("in " + show_share(chance) + " of all bytes");
    if (!offsets.empty())
      where.push_back(fmt::format("in {} byte{} of every stream", offsets.size(), offsets.size() == 1 ? "" : "s"));
    if (where.empty()) return {Shuts::nothing, {}, "no byte is altered"};
    return {Shuts::nothing, {}, fmt::format("a bit is flipped {}", fmt::join(where, " and "))};
  }
};

CorruptSettings read_corrupt(Reader& keys) {
  CorruptSettings settings;
  settings.chance = keys.share("chance", 0);
  settings.offsets = keys.counts("offsets");
  std::sort(settings.offsets.begin(), settings.offsets.end());
  if (!keys.has("chance") && !keys.has("offsets"))
    keys.problem("nothing to corrupt; give chance, such as \"0.1%\" of all bytes, or offsets, such as [0, 100]");
  return settings;
}

class Corrupt final : public StreamFault {
 public:
  Corrupt(const CorruptSettings& settings, const Making& making, const LinkFacts& link, Direction direction)
      : settings_{settings},
        draws_{making.seed, making.fault, link.ordinal, direction},
        effects_{making.effects},
        offset_{link.bytes[static_cast<std::size_t>(direction)]} {}

  // Which of the first bytes of an answer.
  static std::uint64_t fate(const CorruptSettings& settings, const Making& making, const LinkFacts& link) {
    const Draws draws{making.seed, making.fault, link.ordinal, Direction::downstream};
    std::uint64_t first = 0;
    for (std::uint64_t at = 0; at < 64; ++at)
      if (draws.chance(settings.chance, at)) first |= std::uint64_t{1} << at;
    return first;
  }

  void data(Bytes bytes, Time now, Outlet& next) override {
    std::string altered;  // a block is shared with other views: it is copied before the first flip
    std::uint64_t flips = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const std::uint64_t at = offset_ + i;
      if (!chosen(at)) continue;
      if (flips++ == 0) altered = bytes.view();
      altered[i] = static_cast<char>(altered[i] ^ (1 << (draws_.bits(at, which_bit) & 7)));
    }
    offset_ += bytes.size();
    effects_.tried.fetch_add(bytes.size(), std::memory_order_relaxed);
    if (flips == 0) return next.data(std::move(bytes), now);
    effects_.altered.fetch_add(flips, std::memory_order_relaxed);
    next.data(Bytes::copy_of(altered), now);
  }
  void update(const Settings& settings, Time, Outlet&) override {
    settings_ = static_cast<const CorruptSettings&>(settings);
  }
  void release(Time, Outlet&) override {}

 private:
  static constexpr std::uint64_t which_bit = 1;

  // By place in the stream, so that how reads were cut does not matter.
  bool chosen(std::uint64_t at) const {
    if (settings_.chance > 0 && draws_.chance(settings_.chance, at)) return true;
    return std::binary_search(settings_.offsets.begin(), settings_.offsets.end(), at);
  }

  CorruptSettings settings_;
  Draws draws_;
  Effects& effects_;
  std::uint64_t offset_;
};

constexpr std::array<std::string_view, 4> corrupt_examples{
    "chance=1%",
    "chance=0.01% direction=both",
    "chance=100%",
    "offsets=0,7,1000",
};

}  // namespace

constinit const Kind corrupt = stream_kind<Corrupt, CorruptSettings, read_corrupt>(
    "corrupt", "flips single bits", corrupt_examples, Kind::Bytes::altered);

}  // namespace firedrill::faults
