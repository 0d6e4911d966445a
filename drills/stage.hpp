// Everything a run opens: the data plane, embedded backends, loads and probes, each on its own threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include "drills/backend.hpp"
#include "drills/force.hpp"
#include "drills/host.hpp"
#include "drills/load.hpp"
#include "drills/measures.hpp"
#include "drills/probe.hpp"
#include "drills/tools.hpp"
#include "drills/venue.hpp"

namespace firedrill::drills {

class Stage final : public Scene {
 public:
  /// Opens backends first, then proxies. Throws std::runtime_error (std::system_error among them) that says what could
  /// not be opened; all is closed again then. The arguments outlive the stage. Without a `host` proxies get an engine
  /// of their own.
  Stage(const Drill& drill, std::uint64_t seed, unsigned workers, const Force& force, Measures& measures,
        const OnSample& on_sample, Host* host = nullptr);
  ~Stage() override;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  void begin(faults::Time start, Duration length) override;
  void stop_asking() override;
  std::size_t wait_for_answers(faults::Time deadline) override;
  std::size_t running_tools() const override { return tools_->wait({}); }
  std::optional<LoadConnections> connections(const std::string& load) const override;
  void hang_up() override;

  Host& host() override { return *host_; }
  const std::vector<std::string>& proxy_addresses() const override { return proxy_addresses_; }
  const std::vector<std::string>& upstreams() const override { return upstreams_; }
  const std::vector<std::string>& backend_addresses() const override { return backend_addresses_; }

 private:
  void open_proxies(const Force& force);
  void add_load(const LoadSpec& spec, Measures& measures);
  void add_probe(const CheckSpec& check, ProbeMeter& meter, const OnSample& on_sample);
  /// Names become addresses.
  std::string resolved(const Target& target) const;
  std::string url_of(const Target& target) const;

  const Drill& drill_;
  const std::uint64_t seed_;
  std::vector<std::string> proxy_addresses_, upstreams_, backend_addresses_;
  asio::io_context backend_context_{1};
  std::vector<std::unique_ptr<Backend>> backends_;
  std::thread backend_thread_;
  std::unique_ptr<Host> own_;
  Host* host_;
  std::vector<std::string> open_;  // proxies to give back if the rest cannot be opened
  std::unique_ptr<Loads> loads_;
  std::vector<std::string> load_names_;  // in the order they were added
  std::unique_ptr<Tools> tools_;
  std::unique_ptr<Probes> probes_;
};

}  // namespace firedrill::drills
