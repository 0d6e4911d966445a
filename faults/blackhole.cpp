// Throws bytes away, as if the far end had gone without a word.
#include <array>

#include "faults/catalog.hpp"

namespace firedrill::faults {
namespace {

struct BlackholeSettings final : Settings {
  Outlook outlook() const override { return {Shuts::bytes, {}, "whatever is sent is lost"}; }
};

BlackholeSettings read(Reader&) { return {}; }

class Blackhole final : public StreamFault {
 public:
  Blackhole(const BlackholeSettings&, const Making&, const LinkFacts&, Direction) {}

  void data(Bytes bytes, Time, Outlet&) override { discarded_ += bytes.size(); }
  void finish(Time, Outlet&) override { finished_ = true; }
  void update(const Settings&, Time, Outlet&) override {}
  // A stream that lost bytes must not end as if it were whole; one that lost none was only held.
  void release(Time now, Outlet& next) override {
    if (finished_ && discarded_ == 0) next.finish(now);
  }

  std::uint64_t discarded() const override { return discarded_; }

 private:
  std::uint64_t discarded_ = 0;
  bool finished_ = false;
};

constexpr std::array<std::string_view, 2> examples{"", "direction=both percent=50%"};

}  // namespace

constinit const Kind blackhole = stream_kind<Blackhole, BlackholeSettings, read>(
    "blackhole", "throws everything away; healed links are reset", examples, Kind::Bytes::lost);

}  // namespace firedrill::faults
