// The queue.
#include "faults/held.hpp"

#include <algorithm>

#include <utility>

namespace firedrill::faults {

void Held::push(Bytes bytes, Time due) {
  bytes_ += bytes.size();
  items_.push_back({std::move(bytes), due});
}

void Held::pass_until(Time now, Outlet& next) {
  while (!items_.empty() && items_.front().due <= now) {
    Item item = std::move(items_.front());
    items_.pop_front();
    bytes_ -= item.bytes.size();
    next.data(std::move(item.bytes), now);
  }
  if (items_.empty() && end_.due <= now) pass_end(now, next);
}

void Held::pass_all(Time now, Outlet& next) {
  for (Item& item : std::exchange(items_, {})) next.data(std::move(item.bytes), now);
  bytes_ = 0;
  pass_end(now, next);
}

std::size_t Held::drop() {
  items_.clear();
  end_ = {};
  return std::exchange(bytes_, 0);
}

void Held::pass_end(Time now, Outlet& next) {
  const End end = std::exchange(end_, {});
  if (end.kind == End::Kind::finish) next.finish(now);
  if (end.kind == End::Kind::abort) next.abort(now);
}

void Holding::finish(Time now, Outlet& next) {
  held_.push_finish(std::max(due_, now));
  held_.pass_until(now, next);
}

void Holding::abort(Time now, Outlet& next) {
  dropped_ += held_.drop();
  next.abort(now);
}

}  // namespace firedrill::faults
