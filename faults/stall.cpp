// Holds everything back, the end included, until healed.
#include <array>

#include "faults/catalog.hpp"
#include "faults/held.hpp"

namespace firedrill::faults {
namespace {

struct StallSettings final : Settings {
  Outlook outlook() const override { return {Shuts::bytes, {}, "nothing passes until it is healed"}; }
};

StallSettings read_stall(Reader&) { return {}; }

class Stall final : public StreamFault {
 public:
  Stall(const StallSettings&, const Making&, const LinkFacts&, Direction) {}

  void data(Bytes bytes, Time, Outlet&) override { held_.push(std::move(bytes), never); }
  void finish(Time, Outlet&) override { held_.push_finish(never); }
  // Nobody waits for what a dead peer sent: the RST overtakes it, so that the link does not linger.
  void abort(Time now, Outlet& next) override {
    dropped_ += held_.drop();
    next.abort(now);
  }
  void update(const Settings&, Time, Outlet&) override {}
  void release(Time now, Outlet& next) override { held_.pass_all(now, next); }

  std::size_t held() const override { return held_.bytes(); }
  std::uint64_t discarded() const override { return dropped_; }

 private:
  Held held_;
  std::uint64_t dropped_ = 0;
};

constexpr std::array<std::string_view, 2> stall_examples{"", "direction=both connections=existing"};

}  // namespace

constinit const Kind stall =
    stream_kind<Stall, StallSettings, read_stall>("stall", "holds everything back until healed", stall_examples);

}  // namespace firedrill::faults
