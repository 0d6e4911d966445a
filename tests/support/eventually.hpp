// Waiting for what other threads and peers are about to do. A deadline is where a test gives up, never what it
// measures.
#pragma once

#include <chrono>
#include <functional>

namespace firedrill::tests {

inline constexpr std::chrono::seconds deadline{30};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/// Under sanitizers everything is ten times slower: tests that move many megabytes or open many links do a share of it.
inline constexpr unsigned haste = 10;
#else
inline constexpr unsigned haste = 1;
#endif

/// Asks until `predicate` is true; false when `within` is over.
bool eventually(const std::function<bool()>& predicate, std::chrono::milliseconds within = deadline);

}  // namespace firedrill::tests
