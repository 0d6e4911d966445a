// Blocks: one allocation each, the count in front of the bytes.
#include "faults/bytes.hpp"

#include <atomic>
#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace firedrill::faults {

struct Bytes::Block {
  std::size_t references;
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

Bytes Bytes::copy_of(std::string_view text) {
  Bytes bytes;
  if (text.empty()) return bytes;
  const std::size_t whole = sizeof(Block) + text.size();
  void* memory = std::malloc(whole);
  if (memory == nullptr) throw std::bad_alloc{};
  outstanding_bytes.fetch_add(whole, std::memory_order_relaxed);
  bytes.block_ = new (memory) Block{1, whole};
  char* content = static_cast<char*>(memory) + sizeof(Block);
  std::memcpy(content, text.data(), text.size());
  bytes.data_ = content;
  bytes.size_ = text.size();
  return bytes;
}

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
    std::free(block_);
  }
  block_ = nullptr;
  data_ = nullptr;
  size_ = 0;
}

}  // namespace firedrill::faults
