// A piece of a byte stream: a move-only view on a shared block, so that cutting it copies nothing.
#pragma once

#include <cstddef>
#include <string_view>

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
  void drop() noexcept;

  Block* block_ = nullptr;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace firedrill::faults
