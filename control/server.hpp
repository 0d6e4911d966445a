// An HTTP/1.1 server that nobody can hold up: bounded in size, time and number, each request handled on a thread of a
// small pool.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "control/http.hpp"
#include "proxy/endpoint.hpp"

namespace firedrill::control {

struct ServerLimits {
  std::size_t head = 16 * 1024;    // bytes of request line and headers; more is 431
  std::size_t body = 1024 * 1024;  // bytes; more is 413
  /// At once, and an eighth of the process's descriptors at most. The longest idle one gives way, then one whose
  /// request is not complete, then one that is fed; when all are being served, the new one: 503.
  std::size_t connections = 512;
  std::chrono::milliseconds read{15'000};   // from a request's first byte to its last; then 408
  std::chrono::milliseconds write{30'000};  // of an answer
  std::chrono::milliseconds idle{60'000};   // between two requests
  unsigned threads = 64;                    // that handle requests, and most of the time wait for the workers
};

class Server {
 public:
  /// May be called by several threads at once. What it throws is answered with 500.
  using Handler = std::function<Response(const Request&)>;

  /// Listens and serves. `listen` must be numeric. Throws std::system_error that names the address.
  Server(const proxy::Endpoint& listen, Handler handler, ServerLimits limits = {});
  /// Closes every connection; a request that is being handled is waited for.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace firedrill::control
