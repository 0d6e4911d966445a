// Arrivals, departures, plans: everything that happens once per link or less often.
#include "proxy/proxy.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace firedrill::proxy {

using std::chrono::steady_clock;

namespace {

struct Latch {
  std::mutex mutex;
  std::condition_variable reached;
  std::size_t left;
};

std::runtime_error no_answer(const std::string& proxy) {
  return std::runtime_error{fmt::format("proxy \"{}\": a worker did not answer within 1 s", proxy)};
}

}  // namespace

Proxy::Proxy(ProxySpec spec, const std::vector<std::unique_ptr<Worker>>& workers, std::size_t memory_cap)
    : spec_{std::move(spec)},
      memory_cap_{memory_cap},
      listener_{*this, *workers.front()},
      plan_{std::make_shared<const faults::Plan>(faults::Plan{spec_.seed, {}})},
      gate_timer_{workers.front()->timers(), [this](Time) { gates_due(); }} {
  for (const auto& worker : workers) branches_.push_back(std::make_unique<Branch>(*this, *worker, spec_.seed));
}

void Proxy::listen(faults::Plan plan) {
  if (!plan.faults.empty()) adopt(std::move(plan));
  listener_.open(spec_.listen);
}

void Proxy::accepted(Descriptor client, const faults::Address& address) {
  const Time now = steady_clock::now();
  std::unique_lock lock{mutex_};
  const std::uint64_t ordinal = ++last_ordinal_;
  const faults::LinkFacts facts{spec_.seed, ordinal, address, now, now, {}};
  faults::decide(spec_.script, facts);
  answering_ = ordinal;
  answer_ = Answer::none;
  gates_.arrive(facts, now, *this);
  answering_ = 0;
  const Answer answer = answer_;
  if (answer == Answer::turned_away) {
    gates_.depart(ordinal, now, *this);
    settle();
    lock.unlock();
    Branch& here = *branches_.front();
    Cells::add(here.cells.opened, 1);
    Cells::add(here.cells.ended[static_cast<std::size_t>(end_of(answer_why_))], 1);
    if (answer_how_ == faults::Ending::reset) return reset(std::move(client));
    return here.say_farewell(Socket{here.worker(), std::move(client)}, {}, Direction::downstream);
  }
  settle();
  came();
  Branch& branch = branch_of(ordinal);
  if (branch.worker().is_this_thread()) {
    lock.unlock();
    return branch.start(std::move(client), facts, answer == Answer::admit);
  }
  // Posted under the lock: a later answer of a gate is posted under it too, and must not overtake.
  branch.worker().post([&branch, facts, answer, held = std::move(client)]() mutable {
    branch.start(std::move(held), facts, answer == Answer::admit);
  });
}

void Proxy::admit(std::uint64_t link, Time) {
  if (link == answering_) {
    answer_ = Answer::admit;
    return;
  }
  Branch& branch = branch_of(link);
  branch.worker().post([&branch, link] { branch.admit(link); });
}

void Proxy::turn_away(std::uint64_t link, faults::Ending how, faults::Cause why, Time) {
  if (link == answering_) {
    answer_ = Answer::turned_away;
    answer_how_ = how;
    answer_why_ = why;
    return;
  }
  Branch& branch = branch_of(link);
  branch.worker().post([&branch, link, how, why] { branch.turn_away(link, how, why); });
}

void Proxy::depart(std::uint64_t link) {
  const std::lock_guard lock{mutex_};
  gates_.depart(link, steady_clock::now(), *this);
  settle();
}

void Proxy::finished(std::uint64_t link) {
  const std::lock_guard lock{mutex_};
  gates_.finished(link, steady_clock::now(), *this);
  settle();
}

faults::Dialling Proxy::dial(std::uint64_t link) {
  const std::lock_guard lock{mutex_};
  if (gates_.empty()) return {};
  // A worker may notice an expiry before the gates' timer does, and asks once only.
  const Time now = steady_clock::now();
  expire(now);
  return gates_.dial(link, now);
}

// Under the lock.
void Proxy::expire(Time now) {
  if (plan_->next_expiry() > now) return;
  plan_ = std::make_shared<const faults::Plan>(plan_->without_expired(now));
  gates_.adopt(*plan_, now, *this);
}

faults::Door Proxy::door() {
  const std::lock_guard lock{mutex_};
  return door_;
}

// After every change to the gates, under the lock: the door and the timer follow them.
void Proxy::settle() {
  if (closing_) return;
  if (const faults::Door door = gates_.door(); door != door_) {
    door_ = door;
    branches_.front()->worker().post([this] { listener_.door_changed(); });
  }
  const Time wake = std::min(gates_.wake(), gates_.empty() ? faults::never : plan_->next_expiry());
  if (wake < gates_armed_) {
    gates_armed_ = wake;
    branches_.front()->worker().post([this] { arm_gates(); });
  }
}

void Proxy::arm_gates() {
  Time wake;
  {
    const std::lock_guard lock{mutex_};
    if (closing_) return;
    wake = gates_armed_;
  }
  gate_timer_.set(wake);
}

void Proxy::gates_due() {
  const std::lock_guard lock{mutex_};
  if (closing_) return;
  const Time now = steady_clock::now();
  gates_.advance(now, *this);
  expire(now);
  gates_armed_ = faults::never;
  settle();
}

void Proxy::adopt(faults::Plan plan) {
  plan.seed = spec_.seed;
  auto shared = std::make_shared<const faults::Plan>(std::move(plan));
  {
    const std::lock_guard lock{mutex_};
    const Time now = steady_clock::now();
    plan_ = std::make_shared<const faults::Plan>(shared->without_expired(now));
    gates_.adopt(*plan_, now, *this);
    settle();
  }
  if (!everywhere([shared](Branch& branch) { branch.adopt(shared); }, std::chrono::seconds{1}))
    throw no_answer(spec_.name);
}

Counters Proxy::read() {
  Counters sum;
  for (const auto& branch : branches_) branch->cells.add_to(sum);
  sum.accept_pauses = listener_.pauses();
  sum.deaf = listener_.is_deaf();
  const std::lock_guard lock{mutex_};
  sum.pools = gates_.occupancy(steady_clock::now());
  sum.faults_in_force = std::max<std::uint64_t>(sum.faults_in_force, plan_->faults.size());
  return sum;
}

void Proxy::close(faults::Duration grace) {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  constexpr auto patience = std::chrono::seconds{10};
  everywhere(
      [this](Branch& branch) {
        if (&branch != branches_.front().get()) return;
        listener_.close();
        gate_timer_.cancel();
      },
      patience);
  try {
    adopt(faults::Plan{});
  } catch (const std::runtime_error& error) {
    spdlog::error("{}", error.what());
  }
  wait_until_gone(grace);
  everywhere([](Branch& branch) { branch.drain(); }, patience);
  wait_until_gone(patience);
  everywhere([](Branch&) {}, patience);  // whatever was posted before has run
}

std::vector<LinkView> Proxy::links() {
  struct Gathered {
    std::mutex mutex;
    std::vector<LinkView> links;
  };
  const auto all = std::make_shared<Gathered>();  // a worker that answers too late must find it still there
  const auto gather = [all](Branch& branch) {
    std::vector<LinkView> some = branch.links();
    const std::lock_guard lock{all->mutex};
    all->links.insert(all->links.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  };
  if (!everywhere(gather, std::chrono::seconds{1})) throw no_answer(spec_.name);
  std::sort(all->links.begin(), all->links.end(),
            [](const LinkView& a, const LinkView& b) { return a.ordinal < b.ordinal; });
  return std::move(all->links);
}

bool Proxy::end_link(std::uint64_t link, faults::Ending how) {
  const auto found = std::make_shared<std::atomic<bool>>(false);
  const auto end = [found, link, how](Branch& branch) {
    if (branch.end_link(link, how)) *found = true;
  };
  if (!everywhere(end, std::chrono::seconds{1})) throw no_answer(spec_.name);
  return *found;
}

void Proxy::went() {
  if (alive_.fetch_sub(1) != 1) return;
  const std::lock_guard lock{gone_mutex_};
  gone_.notify_all();
}

bool Proxy::wait_until_gone(faults::Duration most) {
  std::unique_lock lock{gone_mutex_};
  return gone_.wait_for(lock, most, [this] { return alive_.load() == 0; });
}

template <typename Function>
bool Proxy::everywhere(Function function, faults::Duration most) {
  auto latch = std::make_shared<Latch>();
  latch->left = branches_.size();
  for (const auto& each : branches_) {
    Branch& branch = *each;
    branch.worker().post([&branch, function, latch] {
      function(branch);
      const std::lock_guard lock{latch->mutex};
      if (--latch->left == 0) latch->reached.notify_all();
    });
  }
  std::unique_lock lock{latch->mutex};
  return latch->reached.wait_for(lock, most, [&] { return latch->left == 0; });
}

}  // namespace firedrill::proxy
