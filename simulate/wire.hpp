// A connection without a network: two plugs, and bytes, FIN and RST between them, as the kernel would have them on
// loopback. They take no time themselves; to be woken by them does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "faults/bytes.hpp"
#include "simulate/agenda.hpp"

namespace firedrill::simulate {

using faults::Bytes;

/// One side of a connection; what a socket is to whoever has it. Closes as it goes.
class Plug {
 public:
  Plug() = default;
  Plug(Plug&& other) noexcept : wire_{std::move(other.wire_)}, side_{other.side_} {}
  Plug& operator=(Plug&& other) noexcept;
  Plug(const Plug&) = delete;
  Plug& operator=(const Plug&) = delete;
  ~Plug() { close(); }
  static std::pair<Plug, Plug> pair();

  /// Rung soon whenever there is something to look at: bytes, an end, room again. It outlives the plug, or the plug's
  /// being open. Rung after the agenda's wakeup.
  void watch(Alarm& bell);
  bool is_open() const { return wire_ != nullptr; }

  enum class Came : std::uint8_t { nothing, bytes, finish, broken };
  /// Bytes that have come are there in spite of an RST behind them.
  Came receive(Bytes& bytes);
  /// An RST has come, read or not.
  bool is_broken() const;

  /// How many bytes would be taken now.
  std::size_t room() const;
  /// At most room() of them. False when an RST has come. Where the other side is gone the bytes are lost, and an RST
  /// comes back.
  bool send(Bytes bytes);
  void finish();  // FIN
  void reset();   // RST
  /// As a kernel closes: FIN, or RST if there are bytes that nobody has read. What still comes is answered by an RST.
  void close();

  /// What the kernel's buffers of both sides hold between two processes that do not read.
  static constexpr std::size_t window = 2 * 1024 * 1024;

 private:
  struct Side {
    std::deque<Bytes> came;
    std::size_t bytes = 0;
    bool finished = false;  // a FIN stands behind what came
    bool broken = false;    // an RST has come
    bool closed = false;    // nobody has this plug any more
    Alarm* bell = nullptr;
    void ring() const {
      if (bell != nullptr) bell->after_wakeup();
    }
  };
  using Wire = std::array<Side, 2>;
  Side& mine() const { return (*wire_)[side_]; }
  Side& other() const { return (*wire_)[1 - side_]; }
  void leave();

  std::shared_ptr<Wire> wire_;
  std::size_t side_ = 0;
};

/// Where somebody may listen.
class Place {
 public:
  virtual ~Place() = default;
  /// Nothing: refused. A connection may be made long before anybody takes it.
  virtual std::optional<Plug> connect() = 0;
};

}  // namespace firedrill::simulate
