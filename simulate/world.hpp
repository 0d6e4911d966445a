// Everything a simulated run has opened: backends, proxies, loads and probes, all on one agenda.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drills/venue.hpp"
#include "simulate/backend.hpp"
#include "simulate/load.hpp"
#include "simulate/places.hpp"
#include "simulate/probe.hpp"
#include "simulate/proxy.hpp"

namespace firedrill::simulate {

class World final : public drills::Scene, private drills::Host {
 public:
  /// The arguments outlive it.
  World(Agenda& agenda, const drills::Drill& drill, std::uint64_t seed, const drills::Force& force,
        drills::Measures& measures, const drills::OnSample& on_sample);

  void begin(Time start, Duration length) override;
  void stop_asking() override;
  std::size_t wait_for_answers(Time deadline) override;
  std::size_t running_tools() const override { return 0; }
  std::optional<drills::LoadConnections> connections(const std::string& load) const override;
  void hang_up() override;
  drills::Host& host() override { return *this; }
  const std::vector<std::string>& proxy_addresses() const override { return proxy_names_; }
  const std::vector<std::string>& upstreams() const override { return upstream_names_; }
  const std::vector<std::string>& backend_addresses() const override { return backend_names_; }

 private:
  proxy::Endpoint open(const proxy::ProxySpec& spec) override;
  void adopt(const std::string& proxy, faults::Plan plan) override;
  proxy::Counters read(const std::string& proxy) override;
  proxy::Counters close(const std::string& proxy, Duration grace) override;
  void measure_lag() override {}
  faults::Histogram lag() const override { return {}; }

  void open_proxies(const drills::Force& force);
  void open_load(const drills::LoadSpec& spec, drills::LoadMeter& meter);
  void open_probe(const std::string& name, const drills::Source& source, Duration every, Duration timeout,
                  std::uint64_t retries, drills::ProbeMeter& meter, const drills::OnSample& on_sample);
  Place* place_of(const Reached& reached);

  Agenda& agenda_;
  const drills::Drill& drill_;
  const std::uint64_t seed_;
  std::vector<std::string> proxy_names_, upstream_names_, backend_names_;
  std::map<std::string, std::unique_ptr<Backend>> backends_;
  std::map<std::string, std::unique_ptr<Proxy>> proxies_;
  std::map<std::string, std::unique_ptr<Load>> loads_;
  std::vector<std::unique_ptr<Probe>> probes_;
};

}  // namespace firedrill::simulate
