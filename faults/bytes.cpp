// Blocks: one allocation each, the count in front of the bytes.
#include "faults/bytes.hpp"

#include <atomic>
#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "faults/blocks.hpp"

namespace firedrill::faults {

struct Bytes::Block {
  std::uint32_t references;
  bool is_large;
  std::size_t size;  // of the whole allocation
};

namespace {
std::atomic<std::size_t> outstanding_bytes{0};
}

Bytes::Bytes(Bytes&& other) noexcept
    : block_{std::exchange(other.block_, nullptr)},
      data_{std::exchange(other.data_, nullptr)},
      size_{std::exchange(other.size_, 0)} {}

Bytes& Bytes::operator=(Bytes&& other) noexcept {
  if (this != &other) {
    drop();
    block_ = std::exchange(other.block_, nullptr);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Bytes Bytes::in(void* memory, std::size_t whole, bool is_large) {
  outstanding_bytes.fetch_add(whole, std::memory_order_relaxed);
  Bytes bytes;
  bytes.block_ = new (memory) Block{1, is_large, whole};
  bytes.data_ = static_cast<char*>(memory) + sizeof(Block);
  bytes.size_ = whole - sizeof(Block);
  return bytes;
}

Bytes Bytes::copy_of(std::string_view text) {
  if (text.empty()) return {};
  const std::size_t whole = sizeof(Block) + text.size();
  void* const memory = std::malloc(whole);
  if (memory == nullptr) throw std::bad_alloc{};
  std::memcpy(static_cast<char*>(memory) + sizeof(Block), text.data(), text.size());
  return in(memory, whole, false);
}

Bytes Bytes::blank() { return in(map_large_block(), large_block, true); }

Bytes Bytes::take_front(std::size_t n) {
  assert(n <= size_);
  Bytes front;
  if (n == 0) return front;
  front.block_ = block_;
  front.data_ = data_;
  front.size_ = n;
  ++block_->references;
  drop_front(n);
  return front;
}

void Bytes::drop_front(std::size_t n) {
  assert(n <= size_);
  data_ += n;
  size_ -= n;
  if (size_ == 0) drop();
}

std::size_t Bytes::outstanding() { return outstanding_bytes.load(std::memory_order_relaxed); }

void Bytes::drop() noexcept {
  if (block_ != nullptr && --block_->references == 0) {
    outstanding_bytes.fetch_sub(block_->size, std::memory_order_relaxed);
    block_->is_large ? unmap_large_block(block_) : std::free(block_);
  }
  block_ = nullptr;
  data_ = nullptr;
  size_ = 0;
}

}  // namespace firedrill::faults
