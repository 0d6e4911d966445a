// Idle ones first, then new ones, then the queue.
#include "drills/client_pool.hpp"

#include <algorithm>

namespace firedrill::drills {

void ClientPool::arrive(Request request, Time now, Hands& hands) {
  tick(now, hands);
  if (!idle_.empty()) {
    const bool last = spec_.reuse == KeepSpec::Reuse::lifo;
    const Connection connection = (last ? idle_.back() : idle_.front()).connection;
    last ? idle_.pop_back() : idle_.pop_front();
    return lend(connection, request, hands);
  }
  if (open_ < spec_.max) return dial(request, hands);
  if (spec_.queue && waiting_.size() >= *spec_.queue) return hands.refuse(request, "pool_full");
  waiting_.push_back({request, now});
}

void ClientPool::over(Connection connection, bool reusable, Time now, Hands& hands) {
  const bool worn = spec_.max_requests && carried_[connection] >= *spec_.max_requests;
  if (reusable && worn) hands.close(connection);
  if (!reusable || worn) gone(connection);
  tick(now, hands);  // who has waited too long is not served any more
  if (!waiting_.empty()) {
    const Request next = waiting_.front().request;
    waiting_.pop_front();
    return reusable && !worn ? lend(connection, next, hands) : dial(next, hands);
  }
  if (!reusable || worn) return;
  idle_.push_back({connection, now});
  if (!spec_.keep || idle_.size() <= *spec_.keep) return;
  const Connection oldest = idle_.front().connection;
  idle_.pop_front();
  gone(oldest);
  hands.close(oldest);
}

void ClientPool::lost(Connection connection) {
  const auto found =
      std::find_if(idle_.begin(), idle_.end(), [&](const Idle& idle) { return idle.connection == connection; });
  if (found == idle_.end()) return;
  idle_.erase(found);
  gone(connection);
}

bool ClientPool::withdraw(Request request) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const Waiting& waiting) { return waiting.request == request; });
  if (found == waiting_.end()) return false;
  waiting_.erase(found);
  return true;
}

void ClientPool::tick(Time now, Hands& hands) {
  while (spec_.queue_timeout && !waiting_.empty() && waiting_.front().since + *spec_.queue_timeout <= now) {
    const Request request = waiting_.front().request;
    waiting_.pop_front();
    hands.refuse(request, "pool_timeout");
  }
  while (spec_.idle && !idle_.empty() && idle_.front().since + *spec_.idle <= now) {
    const Connection connection = idle_.front().connection;
    idle_.pop_front();
    gone(connection);
    hands.close(connection);
  }
}

Time ClientPool::wake() const {
  Time next = faults::never;
  if (spec_.queue_timeout && !waiting_.empty()) next = waiting_.front().since + *spec_.queue_timeout;
  if (spec_.idle && !idle_.empty()) next = std::min(next, idle_.front().since + *spec_.idle);
  return next;
}

void ClientPool::dial(Request request, Hands& hands) {
  if (free_.empty()) {
    free_.push_back(static_cast<Connection>(carried_.size()));
    carried_.push_back(0);
  }
  const Connection connection = free_.back();
  free_.pop_back();
  carried_[connection] = 1;
  ++open_;
  hands.open(connection, request);
}

void ClientPool::lend(Connection connection, Request request, Hands& hands) {
  ++carried_[connection];
  hands.reuse(connection, request);
}

void ClientPool::gone(Connection connection) {
  --open_;
  free_.push_back(connection);
}

}  // namespace firedrill::drills
