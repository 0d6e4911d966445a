// Who carries a run's proxies: an engine of its own, or a daemon that may have them open already.
#pragma once

#include <string>

#include "proxy/engine.hpp"

namespace firedrill::drills {

/// As proxy::Engine, and with its rules.
class Host {
 public:
  virtual ~Host() = default;

  /// Opens the proxy, or takes it over as it stands; returns where it listens. Throws std::runtime_error
  /// (std::system_error among them) when that cannot be.
  virtual proxy::Endpoint open(const proxy::ProxySpec& spec) = 0;
  /// The run's faults on that proxy; others that it may have are left alone.
  virtual void adopt(const std::string& proxy, faults::Plan plan) = 0;
  virtual proxy::Counters read(const std::string& proxy) = 0;
  /// Gives it back. `open` of what is returned counts the links that were the run's to end.
  virtual proxy::Counters close(const std::string& proxy, faults::Duration grace) = 0;
  virtual void measure_lag() = 0;
  virtual faults::Histogram lag() const = 0;
};

/// For a run in a process of its own.
class OwnEngine final : public Host {
 public:
  explicit OwnEngine(unsigned workers) : engine_{proxy::Engine::Options{.workers = workers}} {}

  proxy::Endpoint open(const proxy::ProxySpec& spec) override {
    engine_.open(spec);
    proxy::Endpoint at = spec.listen;
    if (!at.is_unix()) at.port = engine_.port(spec.name);
    return at;
  }
  void adopt(const std::string& proxy, faults::Plan plan) override { engine_.adopt(proxy, std::move(plan)); }
  proxy::Counters read(const std::string& proxy) override { return engine_.read(proxy); }
  proxy::Counters close(const std::string& proxy, faults::Duration grace) override {
    return engine_.close(proxy, grace);
  }
  void measure_lag() override { engine_.measure_lag(); }
  faults::Histogram lag() const override { return engine_.lag(); }

 private:
  proxy::Engine engine_;
};

}  // namespace firedrill::drills
