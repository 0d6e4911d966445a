// Memory in large blocks, for bulk that stays for a while.
#pragma once

#include <cstddef>

namespace firedrill::faults {

/// A large block is of this size and aligned to it, so that the kernel may make it one page: what waits for 200 ms has
/// left the caches, and finding small pages again takes half the time of copying them (docs/performance.md).
inline constexpr std::size_t large_block = 2 * 1024 * 1024;

/// Cleared. Throws std::bad_alloc.
void* map_large_block();
void unmap_large_block(void* block) noexcept;

}  // namespace firedrill::faults
