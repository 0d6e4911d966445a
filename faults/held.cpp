// The queue.
#include "faults/held.hpp"

#include <algorithm>
#include <utility>

namespace firedrill::faults {

void Held::push(Bytes bytes, Time due) {
  bytes_ += bytes.size();
  items_.push_back({std::move(bytes), due});
}

// What has left is cleared away once it is half of all, so that each item is moved once at most on average; memory is
// given back when nothing is held.
Bytes Held::pop() {
  Bytes bytes = std::move(items_[first_++].bytes);
  bytes_ -= bytes.size();
  if (empty()) {
    std::vector<Item>{}.swap(items_);
    first_ = 0;
  } else if (first_ >= 16 && first_ * 2 >= items_.size()) {
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  return bytes;
}

void Held::pass_until(Time now, Outlet& next) {
  while (!empty() && items_[first_].due <= now) next.data(pop(), now);
  if (empty() && end_.due <= now) pass_end(now, next);
}

void Held::pass_all(Time now, Outlet& next) {
  while (!empty()) next.data(pop(), now);
  pass_end(now, next);
}

std::size_t Held::drop() {
  std::vector<Item>{}.swap(items_);
  first_ = 0;
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
