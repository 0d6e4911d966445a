// Plays one stream fault in virtual time and records what comes out.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "faults/plan.hpp"

namespace firedrill::faults {

inline Time at(Duration since_start) { return Time{} + since_start; }

inline LinkFacts link_facts(std::uint64_t ordinal, Seed seed = {1}, Time opened = {}) {
  return {seed, ordinal, Address::ipv4({127, 0, 0, 1}, 5000), opened, opened, {}};
}

/// What left a lane, and when. Fails the test when something follows an end or time goes back.
class Tape final : public Outlet {
 public:
  struct Entry {
    Duration at;
    std::string text;  // bytes, or "FIN" or "RST"
    bool operator==(const Entry&) const = default;
  };

  void data(Bytes bytes, Time now) override {
    note(now, std::string{bytes.view()});
    text_ += bytes.view();
  }
  void finish(Time now) override { note_end(now, "FIN"); }
  void abort(Time now) override { note_end(now, "RST"); }

  /// All bytes, joined.
  const std::string& text() const { return text_; }
  /// "FIN", "RST" or "".
  const std::string& end() const { return end_; }
  const std::vector<Entry>& entries() const { return entries_; }
  /// "10ms:ab 20ms:c 20ms:FIN"
  std::string transcript() const {
    std::string all;
    for (const Entry& e : entries_) all += (all.empty() ? "" : " ") + show(e.at) + ":" + e.text;
    return all;
  }

 private:
  void note(Time now, std::string what) {
    EXPECT_EQ(end_, "") << what << " follows an end";
    EXPECT_FALSE(what.empty());
    EXPECT_GE(now - Time{}, entries_.empty() ? Duration::zero() : entries_.back().at);
    entries_.push_back({now - Time{}, std::move(what)});
  }
  void note_end(Time now, const char* what) {
    note(now, what);
    end_ = what;
  }

  std::vector<Entry> entries_;
  std::string text_, end_;
};

/// One stream fault between a script and a Tape. Ticks come at the moments asked for.
class StreamRig {
 public:
  Tape tape;

  StreamRig(std::string_view kind, std::string_view settings, Seed seed = {1}, std::uint64_t ordinal = 1,
            Direction direction = Direction::downstream)
      : StreamRig{kind, settings, link_facts(ordinal, seed), direction} {}
  /// On a link that has lived for a while.
  StreamRig(std::string_view kind, std::string_view settings, const LinkFacts& link,
            Direction direction = Direction::downstream)
      : fault_{make_fault("f", kind, settings)},
        link_{std::make_unique<LinkFacts>(link)},
        stream_{fault_->kind->make_stream(*fault_->settings, {link.seed, fault_->name, *fault_->effects}, *link_,
                                          direction)} {
    stream_->begin(Time{}, tape);
  }

  void run_to(Duration t) {
    while (stream_->wake() <= at(t)) {
      const Time due = stream_->wake();
      stream_->tick(due, tape);
      ASSERT_GT(stream_->wake(), due) << "the next tick must lie later";
    }
  }
  /// Until it wants no more ticks.
  void run_out() {
    while (stream_->wake() != never) run_to(stream_->wake() - Time{});
  }
  /// Bytes came the other way.
  StreamRig& asked(std::uint64_t bytes = 1) {
    link_->bytes[static_cast<std::size_t>(Direction::upstream)] += bytes;
    return *this;
  }
  StreamRig& data(Duration t, std::string_view text) {
    run_to(t);
    stream_->data(Bytes::copy_of(text), at(t), tape);
    return *this;
  }
  StreamRig& finish(Duration t) {
    run_to(t);
    stream_->finish(at(t), tape);
    return *this;
  }
  StreamRig& abort(Duration t) {
    run_to(t);
    stream_->abort(at(t), tape);
    return *this;
  }
  StreamRig& update(Duration t, std::string_view settings) {
    run_to(t);
    stream_->update(*make_fault("f", fault_->kind->name, settings)->settings, at(t), tape);
    return *this;
  }
  StreamRig& release(Duration t) {
    run_to(t);
    stream_->release(at(t), tape);
    return *this;
  }

  StreamFault& stream() { return *stream_; }
  Effects& effects() { return *fault_->effects; }

 private:
  std::shared_ptr<Fault> fault_;
  std::unique_ptr<LinkFacts> link_;
  std::unique_ptr<StreamFault> stream_;
};

}  // namespace firedrill::faults
