// The proxies that files ask for.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "control/registry.hpp"
#include "control/toxiproxy.hpp"

namespace firedrill::control {

/// Any thread; one reads at a time.
class ProxyFiles {
 public:
  /// Drill files, of which only the [[proxy]] blocks are read, and Toxiproxy's *.json; of a directory every file of
  /// these two kinds.
  ProxyFiles(std::vector<std::string> paths, const ToxiproxyOptions& options)
      : paths_{std::move(paths)}, options_{options} {}

  /// Has `registry` follow the files: opens what is new in them or not there, changes what they have changed, removes
  /// what a file asked for before and none does now. Proxies made by hand are left alone, and so is what was done by
  /// hand to those whose file says the same as before, and the faults of proxies that are open.
  /// Throws faults::PlanError for what is wrong in the files, std::runtime_error (Refusal among them) for what cannot
  /// be listened on; then nothing has changed.
  void apply(Registry& registry);

 private:
  using Openings = std::vector<Opening>;

  Openings read() const;
  Openings read_json(const std::string& file) const;
  static Openings read_toml(const std::string& file);

  const std::vector<std::string> paths_;
  const ToxiproxyOptions options_;
  std::mutex reading_;
  Openings applied_;  // guarded by reading_
};

}  // namespace firedrill::control
