// The lane's decisions.
#include "proxy/lane.hpp"

#include <utility>

namespace firedrill::proxy {

Lane::Step Lane::next() const {
  Step step;
  const std::size_t limit = sink_pending_ ? ahead_limit : queue_limit;
  const bool room = chain_ || sink_pending_ ? queued_ < limit && !(chain_ && chain_->full()) : queue_.empty();
  // A lane that holds nothing may always take one more read, so that the cap starves nobody.
  step.read = !source_ended_ && end_ == Carry::nothing && room && (held() == 0 || Bytes::outstanding() < memory_cap_);
  if (!queue_.empty()) step.write = queue_.front().view();
  if (!carried_) step.end = end_;
  return step;
}

void Lane::arrived(Bytes bytes, Time now) {
  in_ += bytes.size();
  if (chain_) return chain_->data(std::move(bytes), now, *this);
  data(std::move(bytes), now);
}

void Lane::put_back(Bytes bytes) {
  if (sink_gone_) return;
  queued_ += bytes.size();
  queue_.push_back(std::move(bytes));
}

void Lane::arrived_finish(Time now) {
  source_ended_ = true;
  chain_ ? chain_->finish(now, *this) : finish(now);
}

void Lane::arrived_abort(Time now) {
  source_ended_ = source_aborted_ = true;
  chain_ ? chain_->abort(now, *this) : abort(now);
}

// Past all faults.
void Lane::release(Time now) {
  if (!chain_) return;
  chain_->adopt({}, {}, now, *this);
  closes_ = closes_ || chain_->closes();
  discarded_ += chain_->discarded();
  chain_.reset();
}

void Lane::close(Time now) {
  release(now);
  finish(now);
}

void Lane::wrote(std::size_t bytes) {
  out_ += bytes;
  queued_ -= bytes;
  queue_.front().drop_front(bytes);
  if (!queue_.front().empty()) return;
  queue_.pop_front();
  // An empty deque keeps half a KiB; an idle link should not.
  if (queue_.empty()) std::deque<Bytes>{}.swap(queue_);
}

void Lane::sink_gone() {
  sink_gone_ = true;
  queue_.clear();
  queued_ = 0;
}

void Lane::adopt(const std::vector<std::shared_ptr<const faults::Fault>>& faults, const faults::LinkFacts& link,
                 Time now) {
  if (!chain_) {
    if (faults.empty()) return;
    chain_ = std::make_unique<faults::Chain>(direction_);
  }
  chain_->adopt(faults, link, now, *this);
  spoiled_ = spoiled_ || chain_->spoiled();
  if (!chain_->empty()) return;
  closes_ = closes_ || chain_->closes();
  discarded_ += chain_->discarded();
  chain_.reset();
}

void Lane::tick(Time now) {
  if (chain_) chain_->advance(now, *this);
}

std::deque<Bytes> Lane::take_rest(Time now) {
  release(now);
  for (const Bytes& bytes : queue_) out_ += bytes.size();
  queued_ = 0;
  return std::exchange(queue_, {});
}

void Lane::data(Bytes bytes, Time) {
  if (sink_gone_ || end_ != Carry::nothing) return;
  queued_ += bytes.size();
  queue_.push_back(std::move(bytes));
}

void Lane::finish(Time) {
  if (end_ == Carry::nothing) end_ = Carry::finish;
}

void Lane::abort(Time) {
  if (end_ == Carry::nothing) end_ = Carry::abort;
}

}  // namespace firedrill::proxy
