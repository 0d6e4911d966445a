// mmap, madvise.
#include "faults/blocks.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace firedrill::faults {

void* map_large_block() {
  void* const region =
      ::mmap(nullptr, 2 * large_block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) throw std::bad_alloc{};
  char* const from = static_cast<char*>(region);
  const std::size_t before = (large_block - reinterpret_cast<std::uintptr_t>(from) % large_block) % large_block;
  char* const block = from + before;
  if (before > 0) ::munmap(from, before);
  ::munmap(block + large_block, large_block - before);
  ::madvise(block, large_block, MADV_HUGEPAGE);  // where it is refused, small pages serve
  return block;
}

void unmap_large_block(void* block) noexcept { ::munmap(block, large_block); }

}  // namespace firedrill::faults
