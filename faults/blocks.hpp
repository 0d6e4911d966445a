// Memory in large blocks, for bulk that stays for a while.
#pragma once

#include <cstddef>

namespace firedrill::faults {

/// A large block is of this size and aligned to it, so that the kernel may make it one page: what waits for 200 ms has
/// left the caches, and finding small pages again takes half the time of copying them (docs/performance.md).
inline constexpr std::size_t large_block = 2 * 1024 * 1024;

/// Not cleared. Throws std::bad_alloc. Each thread keeps some of what it gave back: no more than it has in use, and
/// none once that is nothing.
void* take_large_block();
/// By the thread that took it.
void give_back_large_block(void* block) noexcept;

}  // namespace firedrill::faults
