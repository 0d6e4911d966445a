// The fixture.
#include "tests/support/loopback.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace firedrill::tests {

Loopback::Loopback() : engine{{.workers = 2}} {
  if (std::getenv("FIREDRILL_SLICED") == nullptr) return;
  auto slice = faults::make_fault("weather of the suite", "slice", "size=700B variation=699B direction=both");
  weather_ = std::move(slice);
}

void Loopback::TearDown() {
  client.close();
  server.close();
  backend.stop();  // resets whom it never accepted
  if (!opened_) return;
  heal();
  EXPECT_TRUE(eventually([this] { return counters().open == 0; })) << "links outlive their peers";
  if (!HasFatalFailure()) expect_balance();
  close();
}

void Loopback::close(faults::Duration grace) {
  engine.close(name, grace);
  opened_ = false;
  plan_.faults.clear();
  effects_.clear();
}

void Loopback::open() {
  if (!opened_) open(spec());
}

void Loopback::open(proxy::ProxySpec spec) {
  front_ = spec.listen;
  engine.open(std::move(spec));
  opened_ = true;
  if (!front_.is_unix()) front_.port = engine.port(name);
  if (!plan_.faults.empty() || weather_) adopt();
}

proxy::ProxySpec Loopback::spec() const {
  proxy::ProxySpec spec;
  spec.name = name;
  spec.listen = local(0);
  spec.upstream = backend.endpoint();
  spec.connect_timeout = deadline;
  spec.seed = {20230510};
  return spec;
}

proxy::Endpoint Loopback::front() const { return front_; }

void Loopback::link() {
  client = connect();
  server = backend.accept();
}

Peer Loopback::connect() {
  open();
  return Peer::connect(front_);
}

std::shared_ptr<faults::Fault> Loopback::put(std::string fault, std::string_view kind, std::string_view settings) {
  auto made = faults::make_fault(std::move(fault), kind, settings);
  put(made);
  return made;
}

void Loopback::put(std::shared_ptr<faults::Fault> fault) {
  if (!fault->effects) fault->effects = std::make_shared<faults::Effects>();
  const auto same =
      std::find_if(plan_.faults.begin(), plan_.faults.end(), [&](const auto& old) { return old->name == fault->name; });
  if (same == plan_.faults.end()) {
    if (fault->since == faults::Time{}) fault->since = std::chrono::steady_clock::now();
    effects_.push_back(fault->effects);
    plan_.faults.push_back(std::move(fault));
  } else {
    fault->since = (*same)->since;
    fault->effects = (*same)->effects;
    *same = std::move(fault);
  }
  if (opened_) adopt();
}

void Loopback::heal(std::string_view fault) {
  std::erase_if(plan_.faults, [&](const auto& one) { return one->name == fault; });
  adopt();
}

void Loopback::heal() {
  plan_.faults.clear();
  adopt();
}

// A machine that is busy with other things may keep a worker from answering within the second it has: asked again, it
// only has to be alive.
void Loopback::adopt() {
  faults::Plan plan = plan_;
  if (weather_) plan.faults.insert(plan.faults.begin(), weather_);
  std::string why;
  const auto adopted = [&] {
    try {
      engine.adopt(name, plan);
      return true;
    } catch (const std::runtime_error& slow) {
      why = slow.what();
      return false;
    }
  };
  if (!eventually(adopted)) ADD_FAILURE() << why;
}

bool Loopback::eventually_ended(proxy::End why, std::uint64_t times) {
  const bool ended = eventually([&] { return ends(why) >= times; });
  if (ended) return ends(why) == times;
  const proxy::Counters all = counters();
  for (std::size_t i = 0; i < proxy::end_count; ++i)
    if (all.ended[i] > 0) ADD_FAILURE() << all.ended[i] << " ended as " << proxy::name(static_cast<proxy::End>(i));
  return false;
}

void Loopback::expect_balance() {
  std::uint64_t discarded = 0;
  for (const auto& effects : effects_) discarded += effects->discarded.load();
  const auto balanced = [&] {
    const proxy::Counters all = counters();
    return all.bytes_in[0] + all.bytes_in[1] == all.bytes_out[0] + all.bytes_out[1] + all.undelivered + discarded;
  };
  // What an ended link still sends or drops is counted as that happens.
  eventually(balanced, std::chrono::seconds{5});
  const proxy::Counters all = counters();
  EXPECT_EQ(all.bytes_in[0] + all.bytes_in[1], all.bytes_out[0] + all.bytes_out[1] + all.undelivered + discarded)
      << "in " << all.bytes_in[0] << " + " << all.bytes_in[1] << ", out " << all.bytes_out[0] << " + "
      << all.bytes_out[1] << ", undelivered " << all.undelivered << ", discarded " << discarded;
  EXPECT_EQ(std::accumulate(all.ended.begin(), all.ended.end(), std::uint64_t{0}), all.accepted);
}

}  // namespace firedrill::tests
