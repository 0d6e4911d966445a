// A simulated proxy: its door, its gates, its links. What proxy::Proxy does with threads, here in virtual time.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "faults/gates.hpp"
#include "proxy/counters.hpp"
#include "proxy/engine.hpp"
#include "simulate/farewell.hpp"
#include "simulate/link.hpp"
#include "simulate/wire.hpp"

namespace firedrill::simulate {

class Proxy final : public Place, private faults::GateOutlet {
 public:
  /// `upstream` outlives the proxy's links.
  Proxy(Agenda& agenda, proxy::ProxySpec spec, Place& upstream);
  ~Proxy() override;

  std::optional<Plug> connect() override;
  void adopt(faults::Plan plan);
  proxy::Counters read();
  /// Takes nobody any more, and heals.
  void stop_listening();
  /// Ends every link at once.
  void drain();
  bool is_empty() const { return links_.empty() && farewells_.empty(); }

  // For its links.
  Agenda& agenda() { return agenda_; }
  const proxy::ProxySpec& spec() const { return spec_; }
  Place& upstream() { return upstream_; }
  faults::Dialling dial(std::uint64_t link);
  void depart(std::uint64_t link);
  void finished(std::uint64_t link);
  void say_farewell(Plug plug, std::deque<Bytes> rest, faults::Direction direction);

  proxy::Counters counted;  // but `open`, pools and faults in force

 private:
  struct Answer {
    std::uint64_t link = 0;
    std::optional<faults::Ending> turned_away{};  // none: admitted
    faults::Cause why{};
  };

  void admit(std::uint64_t link, Time now) override;
  void turn_away(std::uint64_t link, faults::Ending how, faults::Cause why, Time now) override;
  void forget_backlog();
  void accept();
  void accepted(Plug client);
  void settle();
  void hand_out_answers();
  void expire();
  void gates_due();
  void bury();

  Agenda& agenda_;
  const proxy::ProxySpec spec_;
  Place& upstream_;
  faults::Gates gates_;
  faults::Plan plan_;
  faults::Door door_ = faults::Door::open;
  bool listening_ = true;
  std::deque<Plug> backlog_;
  std::uint64_t last_ordinal_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<Link>> links_;
  std::list<Farewell> farewells_;
  std::deque<Answer> answers_;
  std::vector<std::uint64_t> dead_;
  Alarm accept_, answer_, gate_timer_, bury_;
};

}  // namespace firedrill::simulate
