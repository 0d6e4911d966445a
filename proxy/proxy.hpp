// One proxy: its listener, its gates, and its branches on the workers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "faults/gates.hpp"
#include "proxy/branch.hpp"
#include "proxy/engine.hpp"
#include "proxy/listener.hpp"

namespace firedrill::proxy {

class Proxy final : private faults::GateOutlet {
 public:
  /// `workers` outlive the proxy.
  Proxy(ProxySpec spec, const std::vector<std::unique_ptr<Worker>>& workers, std::size_t memory_cap);
  /// The first call: no connection comes before `plan` is in force. Throws as Engine::open does.
  void listen(faults::Plan plan);
  /// close() must have returned.
  ~Proxy() = default;

  // As Engine says of them.
  void adopt(faults::Plan plan);
  Counters read();
  void close(faults::Duration grace);
  std::vector<LinkView> links();
  bool end_link(std::uint64_t link, faults::Ending how);
  std::uint16_t port() const { return listener_.port(); }

  // For the listener, on the first worker.
  void accepted(Descriptor client, const faults::Address& address);
  faults::Door door();

  // For links and branches, on their worker.
  const ProxySpec& spec() const { return spec_; }
  std::size_t memory_cap() const { return memory_cap_; }
  void depart(std::uint64_t link);
  void finished(std::uint64_t link);
  faults::Dialling dial(std::uint64_t link);
  /// Something of this proxy came to life on a worker, or is gone from memory: close() waits for zero.
  void came() { alive_.fetch_add(1); }
  void went();

 private:
  enum class Answer : std::uint8_t { none, admit, turned_away };

  void admit(std::uint64_t link, Time now) override;
  void turn_away(std::uint64_t link, faults::Ending how, faults::Cause why, Time now) override;
  Branch& branch_of(std::uint64_t link) { return *branches_[link % branches_.size()]; }
  void expire(Time now);
  void settle();
  void arm_gates();
  void gates_due();
  bool wait_until_gone(faults::Duration most);
  /// Runs `function(branch)` on every branch's worker and waits for all; false after `most`.
  template <typename Function>
  bool everywhere(Function function, faults::Duration most);

  const ProxySpec spec_;
  const std::size_t memory_cap_;
  std::vector<std::unique_ptr<Branch>> branches_;
  Listener listener_;

  std::mutex mutex_;  // guards what follows; held for arrivals, departures and plan changes, never while waiting
  faults::Gates gates_;
  std::shared_ptr<const faults::Plan> plan_;
  std::uint64_t last_ordinal_ = 0;
  std::uint64_t answering_ = 0;  // the link whose arrival is being handled
  Answer answer_ = Answer::none;
  faults::Ending answer_how_ = faults::Ending::reset;
  faults::Cause answer_why_ = faults::Cause::refused;
  faults::Door door_ = faults::Door::open;
  Time gates_armed_ = faults::never;
  bool closing_ = false;

  Timer gate_timer_;  // first worker's thread
  std::atomic<std::size_t> alive_{0};
  std::mutex gone_mutex_;
  std::condition_variable gone_;
};

}  // namespace firedrill::proxy
