// Looking links up, handing plans on, expiry.
#include "proxy/branch.hpp"

#include <utility>

#include "proxy/proxy.hpp"

namespace firedrill::proxy {

using std::chrono::steady_clock;

Branch::Branch(Proxy& proxy, Worker& worker, faults::Seed seed)
    : proxy_{proxy},
      worker_{worker},
      plan_{std::make_shared<const faults::Plan>(faults::Plan{seed, {}})},
      expiry_{worker.timers(), [this](Time) { adopt(plan_); }} {}

void Branch::start(Descriptor client, const faults::LinkFacts& facts, bool admitted) {
  Cells::add(cells.opened, 1);
  auto& link = links_[facts.ordinal] = std::make_unique<Link>(*this, std::move(client), facts);
  link->start(*plan_, admitted);
}

void Branch::admit(std::uint64_t link) {
  if (const auto found = links_.find(link); found != links_.end()) found->second->admit();
}

void Branch::turn_away(std::uint64_t link, faults::Ending how, faults::Cause why) {
  if (const auto found = links_.find(link); found != links_.end()) found->second->turn_away(how, why);
}

void Branch::adopt(const std::shared_ptr<const faults::Plan>& plan) {
  const Time now = steady_clock::now();
  plan_ = counted_here(plan->next_expiry() > now ? *plan : plan->without_expired(now));
  for (const auto& [ordinal, link] : links_)
    if (link->adopt(*plan_)) to_go_on_.push_back(ordinal);
  if (!to_go_on_.empty() && !std::exchange(going_on_, true)) go_on();
  cells.faults_in_force.store(plan_->faults.size(), std::memory_order_relaxed);
  arm_expiry();
}

// The same faults, under reference counts of this worker's own: thousands of links take a fault up at the same moment,
// on every worker, and would wait for each other at the count. A fault that stays keeps the one that it has.
std::shared_ptr<const faults::Plan> Branch::counted_here(const faults::Plan& plan) const {
  faults::Plan here{plan.seed, {}};
  here.faults.reserve(plan.faults.size());
  for (const auto& fault : plan.faults) {
    const auto& known = plan_->faults;
    const std::size_t there =
        faults::find_onward(known, here.faults.size(), [&](const auto& one) { return one == fault; });
    if (there != known.size()) {
      here.faults.push_back(known[there]);
      continue;
    }
    const auto owner = std::make_shared<const std::shared_ptr<const faults::Fault>>(fault);
    here.faults.emplace_back(owner, fault.get());
  }
  return std::make_shared<const faults::Plan>(std::move(here));
}

// Some at a time: what else the worker is asked meanwhile does not wait for thousands of links.
void Branch::go_on() {
  constexpr int most = 1000;
  worker_.post([this] {
    for (int i = 0; i < most && !to_go_on_.empty(); ++i) {
      const auto found = links_.find(to_go_on_.front());
      to_go_on_.pop_front();
      if (found != links_.end()) found->second->go_on();
    }
    going_on_ = !to_go_on_.empty();
    if (going_on_) go_on();
  });
}

// Every worker has its own timer, so that a fault ends in time whatever has become of whoever set it.
void Branch::arm_expiry() { expiry_.set(plan_->next_expiry()); }

void Branch::drain() {
  expiry_.cancel();
  to_go_on_.clear();
  for (const auto& [ordinal, link] : links_) link->drain();
  for (Farewell& farewell : farewells_) farewell.cut_short();
}

std::vector<LinkView> Branch::links() const {
  std::vector<LinkView> all;
  const Time now = steady_clock::now();
  for (const auto& [ordinal, link] : links_)
    if (auto view = link->view(now)) all.push_back(*std::move(view));
  return all;
}

bool Branch::end_link(std::uint64_t link, faults::Ending how) {
  const auto found = links_.find(link);
  return found != links_.end() && found->second->end_by_hand(how);
}

void Branch::say_farewell(Socket socket, std::deque<faults::Bytes> rest, Direction direction) {
  proxy_.came();
  const auto place = farewells_.emplace(farewells_.end(), std::move(socket), std::move(rest), cells, direction);
  place->start([this, place] {
    farewells_.erase(place);
    proxy_.went();
  });
}

void Branch::bury(std::uint64_t link) {
  // Later, not now: whoever called may still be using the link.
  worker_.post([this, link] {
    links_.erase(link);
    proxy_.went();
  });
}

}  // namespace firedrill::proxy
