// Where chunks come from: views on a large block, as a reader makes them, so that hardly anything is copied.
#pragma once

#include <string>

#include "faults/bytes.hpp"

namespace firedrill::bench {

class Chunks {
 public:
  faults::Bytes next() {
    if (rest_.empty()) rest_ = faults::Bytes::copy_of(text_);
    return rest_.take_front(size);
  }

 private:
  static constexpr std::size_t size = 64;
  std::string text_ = std::string(64 * 1024, 'x');
  faults::Bytes rest_;
};

}  // namespace firedrill::bench
