// What passed one place of a chain, held against the contract that everything which passes obeys.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "faults/plan.hpp"
#include "tests/fuzz/targets.hpp"

namespace firedrill::fuzz {

class Passage {
 public:
  enum class End : std::uint8_t { none, finish, abort };

  void data(std::string_view bytes, faults::Time now) {
    require(!bytes.empty(), "no empty piece is handed on");
    note(now);
    text_ += bytes;
  }
  void end(End end, faults::Time now) {
    note(now);
    end_ = end;
  }
  const std::string& text() const { return text_; }
  End end() const { return end_; }
  faults::Time last() const { return last_; }

 private:
  void note(faults::Time now) {
    require(end_ == End::none, "nothing follows an end");
    require(now >= last_, "time does not go back");
    last_ = now;
  }

  std::string text_;
  End end_ = End::none;
  faults::Time last_ = faults::Time::min();
};

/// The end of the chain: what the client or the backend would be sent.
class Tape final : public faults::Outlet {
 public:
  Passage passage;
  void data(faults::Bytes bytes, faults::Time now) override { passage.data(bytes.view(), now); }
  void finish(faults::Time now) override { passage.end(Passage::End::finish, now); }
  void abort(faults::Time now) override { passage.end(Passage::End::abort, now); }
};

/// A fault that does nothing but look: one before and one behind another fault see what that one does.
std::shared_ptr<const faults::Fault> witness(std::string name, std::shared_ptr<Passage> passage);

}  // namespace firedrill::fuzz
