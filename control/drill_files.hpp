// The drills among the files that a daemon was given, by name.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drills/drill.hpp"

namespace firedrill::control {

/// Files anew at every call: what was mended is used. Any thread.
class DrillFiles {
 public:
  /// As for ProxyFiles; files with nothing but proxies are no drills.
  explicit DrillFiles(std::vector<std::string> paths) : paths_{std::move(paths)} {}

  struct Listed {
    std::string name, file;
    std::optional<drills::Drill> drill;  // none: it is wrong
    faults::Problems problems;
  };
  std::vector<Listed> list() const;
  /// Throws Refusal(404), faults::PlanError.
  drills::Drill read(const std::string& name, const std::vector<drills::Override>& overrides = {}) const;

 private:
  const std::vector<std::string> paths_;
};

/// The files that a path stands for: itself, or those of a directory that may hold proxies or drills.
std::vector<std::string> files_of(const std::string& path);

}  // namespace firedrill::control
