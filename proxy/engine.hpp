// The data plane as the rest of the house sees it: proxies that open, take plans, are read, and close.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "faults/plan.hpp"
#include "proxy/counters.hpp"
#include "proxy/endpoint.hpp"
#include "proxy/link_view.hpp"

namespace firedrill::proxy {

struct ProxySpec {
  std::string name;
  Endpoint listen;
  Endpoint upstream;
  faults::Duration connect_timeout = std::chrono::seconds{5};
  faults::Duration half_open_limit =
      std::chrono::minutes{5};  // how long a link may live with one side done and the other silent
  faults::Seed seed;
  /// Faults that a run will bring. For each link the draw of each fault's scope is counted at accept, whether or not
  /// the fault is in force just then, so that digests do not depend on timing.
  std::vector<std::shared_ptr<const faults::Fault>> script;
};

/// Owns the worker threads. Every function may be called from any thread but a worker's, and by one thread at a time
/// per proxy; none waits for a link, a peer or a disk.
class Engine {
 public:
  struct Options {
    unsigned workers = 0;                           // 0: one per core, at most 8
    std::size_t memory_cap = 1024UL * 1024 * 1024;  // bytes that queues of all lanes may hold together
  };

  explicit Engine(Options options);
  Engine() : Engine(Options{}) {}
  /// Ends every link at once.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Listens, with `plan` in force before the first connection. Throws std::system_error whose what() names proxy and
  /// address (EADDRINUSE …), or as adopt() does; nothing is left behind then.
  void open(ProxySpec spec, faults::Plan plan = {});
  /// Throws std::system_error as open() would when nobody can listen there at this moment. Not for Unix sockets.
  static void judge_listen(const Endpoint& listen);
  /// The port listened on (given or, for 0, chosen); 0 for a Unix socket.
  std::uint16_t port(std::string_view proxy) const;
  /// Puts a plan in force. Returns when every worker has adopted it: no link, new or old, escapes it after that. Throws
  /// std::runtime_error after 1 s without an answer from a worker.
  void adopt(std::string_view proxy, faults::Plan plan);
  /// Those that are not over, by ordinal. Throws as adopt() does.
  std::vector<LinkView> links(std::string_view proxy);
  /// Both sides get a FIN behind what is due to them, or an RST. False when there is no such link. Throws as adopt()
  /// does.
  bool end_link(std::string_view proxy, std::uint64_t link, faults::Ending how);
  /// Never waits for workers.
  Counters read(std::string_view proxy);
  /// Heals, stops listening, lets links finish for `grace`, ends the rest. Returns the last counters.
  Counters close(std::string_view proxy, faults::Duration grace);
  /// Has every worker say how long a call to it waited for its turn; never waits itself.
  void measure_lag();
  /// Of all calls so far: how late this machine does what is due.
  faults::Histogram lag() const;
  /// Links this process can hold by its descriptor limit, which it raises as far as it may.
  static std::size_t room();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace firedrill::proxy
