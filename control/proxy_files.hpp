// The proxies that files ask for.
#pragma once

#include <string>
#include <vector>

#include "control/registry.hpp"

namespace firedrill::control {

/// One thread.
class ProxyFiles {
 public:
  /// Files with [[proxy]] blocks; of a directory every *.toml.
  explicit ProxyFiles(std::vector<std::string> paths) : paths_{std::move(paths)} {}

  /// Has `registry` follow the files: opens what is new in them, changes what is different, removes what a file asked
  /// for before and none does now. Proxies made by hand are left alone. Throws faults::PlanError for what is wrong in
  /// them, std::runtime_error (Refusal among them) for what cannot be listened on; then nothing has changed.
  void apply(Registry& registry);

 private:
  std::vector<NewProxy> read() const;

  const std::vector<std::string> paths_;
  std::vector<NewProxy> applied_;
};

}  // namespace firedrill::control
