// Polling.
#include "tests/support/eventually.hpp"

#include <thread>

namespace firedrill::tests {

bool eventually(const std::function<bool()>& predicate, std::chrono::milliseconds within) {
  const auto give_up = std::chrono::steady_clock::now() + within;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

}  // namespace firedrill::tests
