// A piece of a byte stream: a move-only view on a shared block, so that cutting it copies nothing.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace firedrill::faults {

/// Reference counts are not atomic: a block and every view on it belong to one thread.
class Bytes {
 public:
  Bytes() = default;
  Bytes(Bytes&& other) noexcept;
  Bytes& operator=(Bytes&& other) noexcept;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() { drop(); }

  /// A new block of exactly the size of `text`. Throws std::bad_alloc only.
  static Bytes copy_of(std::string_view text);
  /// A new block of about large_block, yet to be written: see Space. Throws std::bad_alloc only.
  static Bytes blank();

  /// Cuts the first `n` bytes off and returns them; both parts share the block. `n` may not exceed size().
  Bytes take_front(std::size_t n);
  /// Forgets the first `n` bytes.
  void drop_front(std::size_t n);

  const char* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data_, size_}; }

  /// Memory of all blocks alive in this process, in bytes. Any thread.
  static std::size_t outstanding();

 private:
  struct Block;
  static Bytes in(void* memory, std::size_t whole, bool is_large);
  void drop() noexcept;

  Block* block_ = nullptr;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Room in a large block, used up from its front: what is read straight into it need not be copied. One thread's, as
/// the bytes that are taken from it.
class Space {
 public:
  /// No room at all.
  Space() = default;
  static Space make() { return Space{Bytes::blank()}; }

  char* data() { return const_cast<char*>(rest_.data()); }  // of which nobody has a view yet
  std::size_t size() const { return rest_.size(); }
  /// The first `n` bytes, once they have been written.
  Bytes take(std::size_t n) { return rest_.take_front(n); }

 private:
  explicit Space(Bytes rest) : rest_{std::move(rest)} {}

  Bytes rest_;
};

}  // namespace firedrill::faults
