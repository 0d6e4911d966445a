// What the pool decides is done by callers. Where it differs from drills/socket_client.cpp, a prediction does.
#include "simulate/pool_load.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace firedrill::simulate {

/// Its connections, and which of them carries what.
class PoolLoad::Worker final : public drills::ClientPool::Hands {
 public:
  Worker(PoolLoad& load, std::size_t number) : pool{*load.spec_.keep}, load_{load}, number_{number} {}

  void open(Connection connection, Request request) override {
    if (links.size() <= connection) links.resize(connection + 1);
    if (!links[connection])
      links[connection] =
          std::make_unique<Link>(load_.agenda_, [this, connection] { load_.answered(number_, connection); });
    links[connection]->idle = false;
    load_.count_opened(load_.open());
    carry(connection, request);
  }
  void reuse(Connection connection, Request request) override {
    links[connection]->idle = false;
    carry(connection, request);
  }
  void close(Connection connection) override {
    links[connection]->idle = false;
    links[connection]->caller.call_off();
  }
  void refuse(Request request, std::string_view why) override { load_.settle(request, why); }

  /// A connection tells nobody that it was closed while nothing was on it.
  void look_after_idle() {
    for (Connection c = 0; c < links.size(); ++c) {
      if (!links[c] || !links[c]->idle || links[c]->caller.is_reusable()) continue;
      links[c]->idle = false;
      pool.lost(c);
    }
  }

  struct Link {
    Link(Agenda& agenda, std::function<void()> over) : caller{agenda, std::move(over)} {}
    Caller caller;
    Request request = 0;
    bool idle = false;
  };
  drills::ClientPool pool;
  std::vector<std::unique_ptr<Link>> links;  // by connection

 private:
  void carry(Connection connection, Request request) {
    Link& link = *links[connection];
    link.request = request;
    load_.active_.at(request).connection = connection;
    link.caller.ask(load_.place_, load_.requests_[request % load_.requests_.size()]);
  }

  PoolLoad& load_;
  std::size_t number_;
};

PoolLoad::PoolLoad(LoadParts parts) : Load{std::move(parts)} {
  for (std::size_t i = 0; i < spec_.keep->workers; ++i) workers_.push_back(std::make_unique<Worker>(*this, i));
}

PoolLoad::~PoolLoad() = default;

void PoolLoad::close_all() {
  active_.clear();
  workers_.clear();
}

std::size_t PoolLoad::open() const {
  return std::transform_reduce(workers_.begin(), workers_.end(), std::size_t{0}, std::plus<>{},
                               [](const auto& worker) { return worker->pool.open(); });
}

Time PoolLoad::wake() const {
  Time next = active_.empty() ? faults::never : active_.begin()->second.due + spec_.timeout;
  for (const auto& worker : workers_) next = std::min(next, worker->pool.wake());
  return next;
}

void PoolLoad::turn() {
  for (const auto& worker : workers_) worker->look_after_idle();
  for (; is_due(); arrivals_.pop()) {
    const Request request = next_++;
    const std::size_t number = request % workers_.size();
    active_.emplace(request, Active{next_due(), number, std::nullopt});
    workers_[number]->pool.arrive(request, agenda_.now(), *workers_[number]);
  }
  expire();
  for (const auto& worker : workers_) worker->pool.tick(agenda_.now(), *worker);
}

void PoolLoad::expire() {
  while (!active_.empty() && active_.begin()->second.due + spec_.timeout <= agenda_.now()) {
    const auto [request, active] = *active_.begin();
    Worker& worker = *workers_[active.worker];
    settle(request, "timeout");
    if (active.connection) {
      worker.links[*active.connection]->caller.call_off();
      worker.pool.over(*active.connection, false, agenda_.now(), worker);
    } else {
      worker.pool.withdraw(request);
    }
  }
}

void PoolLoad::answered(std::size_t number, Connection connection) {
  Worker& worker = *workers_[number];
  Worker::Link& link = *worker.links[connection];
  const bool reusable = link.caller.is_reusable();
  if (!reusable) link.caller.call_off();
  link.idle = reusable;
  settle(link.request, error_of(link.caller));
  worker.pool.over(connection, reusable, agenda_.now(), worker);
  arm();
}

void PoolLoad::settle(Request request, std::string_view error) {
  const auto found = active_.find(request);
  meter_.record(found->second.due, agenda_.now(), error);
  active_.erase(found);
}

}  // namespace firedrill::simulate
