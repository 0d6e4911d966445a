// Every meeting of the documentation at once: a proxy and a client for each, in front of one server.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "documented.hpp"
#include "proxy/engine.hpp"
#include "tests/support/child_process.hpp"

namespace firedrill::tests {

class Rehearsal {
 public:
  /// A proxy for each meeting, without its fault, in front of what listens on that port.
  Rehearsal(const Documented& documented, std::uint16_t server);
  Rehearsal(const Rehearsal&) = delete;
  Rehearsal& operator=(const Rehearsal&) = delete;
  ~Rehearsal();

  /// The client of each meeting: told the meeting's number, where its proxy listens, and the meeting.
  void start(const std::function<Command(std::size_t, std::uint16_t, const Meeting&)>& client);
  void put_faults();
  /// Waits for every client to end, or to stand still where that is documented; heals; and holds what all of them met
  /// and what their links ended for against the documentation.
  void expect_documented(View view, Speaker speaker);

 private:
  using Clock = std::chrono::steady_clock;

  struct Scene {
    const Meeting* meeting;
    std::string name;
    std::uint16_t port = 0;
    std::unique_ptr<ChildProcess> client;
    std::uint64_t moved = ~std::uint64_t{0};  // bytes and links when last seen
    Clock::time_point moved_at{};
  };

  void adopt(const Scene& scene, const faults::Plan& plan);
  bool stands_still(Scene& scene);
  void expect_ends(const Scene& scene, const std::string& word);

  const Documented& documented_;
  proxy::Engine engine_{{.workers = 2}};
  std::vector<Scene> scenes_;
};

}  // namespace firedrill::tests
