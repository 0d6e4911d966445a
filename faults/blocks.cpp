// mmap, madvise, and a list of spare blocks for each thread.
#include "faults/blocks.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <new>
#include <utility>

namespace firedrill::faults {
namespace {

constexpr std::size_t most_spare = 32;

struct Spare {
  Spare* next;
};

// Nothing to destroy: a thread that ends has given all back, and then there is no spare block.
struct LargeBlocks {
  std::size_t in_use = 0, spares = 0;
  Spare* first = nullptr;
};
thread_local constinit LargeBlocks here;

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

}  // namespace

void* take_large_block() {
  if (here.first == nullptr) {
    void* const block = map_large_block();
    ++here.in_use;
    return block;
  }
  ++here.in_use;
  --here.spares;
  return std::exchange(here.first, here.first->next);
}

void give_back_large_block(void* block) noexcept {
  --here.in_use;
  ++here.spares;
  here.first = new (block) Spare{here.first};
  while (here.spares > here.in_use || here.spares > most_spare) {
    --here.spares;
    ::munmap(std::exchange(here.first, here.first->next), large_block);
  }
}

}  // namespace firedrill::faults
