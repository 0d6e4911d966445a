// The embedded HTTP backend: so many requests at a time, each taking so long. What a drill's proxies stand in front of
// when nothing else is installed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <asio/io_context.hpp>

#include "drills/drill.hpp"
#include "faults/draws.hpp"

namespace firedrill::drills {

/// HTTP/1.1 with keep-alive and pipelining, on the thread that runs the io_context.
///
/// A request that waits for its turn is dropped when its client leaves. FIN counts as leaving, for HTTP has no
/// half-closed requests that wait. One in service keeps its slot until its time is over, as with a worker that does not
/// look up; to a client that has only finished sending it is still answered.
class Backend {
 public:
  static constexpr Duration usual_idle_limit = std::chrono::minutes{1};

  /// Listens at once. Throws std::system_error whose what() names the backend and the address. A connection on which
  /// nothing moves for `idle_limit` while no request is waiting or in service is closed.
  Backend(asio::io_context& context, const BackendSpec& spec, faults::Seed seed,
          Duration idle_limit = usual_idle_limit);
  ~Backend();  // as stop()
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  /// As given, with the port that was chosen for 0.
  const proxy::Endpoint& endpoint() const;
  std::uint16_t port() const { return endpoint().port; }

  struct Figures {
    std::uint64_t connections = 0;  // accepted
    std::uint64_t served = 0;       // answered with the drill's status
    std::uint64_t gone = 0;         // left before their answer, waiting or in service
    std::uint64_t bad = 0;          // malformed requests
    std::uint64_t in_service = 0, in_service_max = 0;
    std::uint64_t waiting = 0, waiting_max = 0;
    std::uint64_t accept_pauses = 0;  // times accepting stopped for want of descriptors
  };
  /// From any thread.
  Figures figures() const;
  /// Stops listening and drops every connection, on the context's thread; may be called from any. The context runs out
  /// of work after it.
  void stop();

 private:
  class House;
  std::shared_ptr<House> house_;  // handlers keep it until the context is done with them
};

}  // namespace firedrill::drills
