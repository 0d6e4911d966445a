// A slow and lossy network: latency, bandwidth and loss together, as one fault with one name.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "faults/catalog.hpp"
#include "faults/chain.hpp"

namespace firedrill::faults {
namespace {

/// A part is a fault of another kind, with settings that the reading below has put together.
struct Part {
  const Kind* kind;
  std::shared_ptr<const Settings> settings;
};

struct NetworkSettings final : Settings {
  std::vector<Part> parts;  // in the order bytes pass them

  Outlook outlook() const override {
    Outlook all;
    for (const Part& part : parts) {
      const Outlook one = part.settings->outlook();
      all.shuts = std::max(all.shuts, one.shuts);
      all.worst += (all.worst.empty() ? "" : "; ") + one.worst;
    }
    return all;
  }
};

/// Reads with the kind's own reader what `keys` has under `names`, so that every message is the usual one.
void read_part(Reader& keys, const Kind& kind, std::initializer_list<std::pair<const char*, const char*>> names,
               const char* required, NetworkSettings& into) {
  Value table;
  table.place = keys.table().place;
  for (const auto& [mine, its] : names)
    if (const Value* value = keys.raw(mine)) table.put(its, *value);
  if (!keys.has(required)) {
    for (const auto& [mine, its] : names)
      if (keys.has(mine)) keys.problem(mine, std::string{"goes with "} + required);
    return;
  }
  Reader part{table, keys.subject(), keys.problems()};
  for (const auto& [mine, its] : names) part.call(its, mine);
  into.parts.push_back({&kind, kind.read(part)});
}

NetworkSettings read_network(Reader& keys) {
  NetworkSettings settings;
  read_part(keys, loss, {{"loss", "chance"}, {"rto", "rto"}}, "loss", settings);
  read_part(keys, bandwidth, {{"rate", "rate"}, {"burst", "burst"}, {"scope", "scope"}}, "rate", settings);
  read_part(keys, latency, {{"delay", "delay"}, {"jitter", "jitter"}, {"correlation", "correlation"}}, "delay",
            settings);
  if (settings.parts.empty())
    keys.problem("nothing to do; give one or more of delay, rate and loss, or a profile such as \"3g\"");
  return settings;
}

class SlowNetwork final : public StreamFault {
 public:
  SlowNetwork(const NetworkSettings& settings, const Making& making, const LinkFacts& link, Direction direction)
      : settings_{settings}, name_{making.fault}, link_{link}, chain_{direction, Chain::Discards::told} {
    // It lives as long as the fault's plan, which is longer than this.
    effects_ = std::shared_ptr<Effects>{&making.effects, [](Effects*) {}};
  }

  void begin(Time now, Outlet& next) override { adopt(now, next); }
  void data(Bytes bytes, Time now, Outlet& next) override { chain_.data(std::move(bytes), now, next); }
  void finish(Time now, Outlet& next) override { chain_.finish(now, next); }
  void abort(Time now, Outlet& next) override { chain_.abort(now, next); }
  void tick(Time now, Outlet& next) override { chain_.advance(now, next); }
  void update(const Settings& settings, Time now, Outlet& next) override {
    settings_ = static_cast<const NetworkSettings&>(settings);
    adopt(now, next);
  }
  void release(Time now, Outlet& next) override { chain_.adopt({}, link_, now, next); }

  Time wake() const override { return chain_.wake(); }
  std::size_t held() const override { return chain_.held(); }
  bool full() const override { return chain_.full(); }
  std::uint64_t discarded() const override { return chain_.discarded(); }

  static std::uint64_t fate(const NetworkSettings& settings, const Making& making, const LinkFacts& link) {
    std::uint64_t fate = 0;
    for (const Part& part : settings.parts) {
      const std::string name = part_name(making.fault, part);
      if (part.kind->fate != nullptr)
        fate = mix(fate + part.kind->fate(*part.settings, {making.seed, name, making.effects}, link));
    }
    return fate;
  }

 private:
  // Each part draws for itself.
  static std::string part_name(std::string_view fault, const Part& part) {
    return std::string{fault} + "/" + std::string{part.kind->name};
  }

  void adopt(Time now, Outlet& next) {
    std::vector<std::shared_ptr<const Fault>> faults;
    for (const Part& part : settings_.parts) {
      auto fault = std::make_shared<Fault>();
      fault->name = part_name(name_, part);
      fault->kind = part.kind;
      fault->settings = part.settings;
      fault->effects = effects_;
      faults.push_back(std::move(fault));
    }
    chain_.adopt(faults, link_, now, next);
  }

  NetworkSettings settings_;
  std::string name_;
  const LinkFacts& link_;
  std::shared_ptr<Effects> effects_;
  Chain chain_;
};

constexpr std::array<std::string_view, 5> network_examples{
    "delay=125ms rate=750kbit/s loss=1.5%",    "delay=40ms jitter=10ms",
    "rate=8Mbit/s burst=16KiB direction=both", "loss=5% rto=100ms delay=20ms",
    "rate=100KB/s scope=proxy delay=750ms",
};

}  // namespace

constinit const Kind network = stream_kind<SlowNetwork, NetworkSettings, read_network>(
    "network", "a slow and lossy network: latency, bandwidth and loss together", network_examples);

}  // namespace firedrill::faults
