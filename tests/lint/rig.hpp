// Texts in place of files, and what a check finds in them.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "lint/check.hpp"

namespace firedrill::tests {

class Texts final : public lint::Files {
 public:
  Texts(std::map<std::string, std::string> files = {}) : files_{std::move(files)} {}
  std::optional<std::string> read(const std::string& path, std::string& why) override;
  std::vector<std::string> matches(const std::string& pattern) override;

 private:
  std::map<std::string, std::string> files_;
};

/// Everything that one check needs and leaves.
struct Checked {
  explicit Checked(std::map<std::string, std::string> files) : texts{std::move(files)} {}
  Texts texts;
  lint::Sources sources{texts};
  lint::Outcome outcome;

  bool has(std::string_view id) const;
  /// The first of that id: "file:line:column: message", or "" if there is none.
  std::string told(std::string_view id) const;
  /// "FD01 HA02", sorted, each once.
  std::string ids() const;
};

using Variables = std::map<std::string, std::string>;

/// Checks the files that are named, in this order; others may be included. What a file is follows from its name.
/// `running`: what the HAProxy says that its configuration is compared with, if anything.
std::unique_ptr<Checked> check_files(const std::vector<std::string>& names, std::map<std::string, std::string> files,
                                     const Variables& environment = {}, std::string_view running = {});
/// One text, with a capacity.toml if there is any.
std::unique_ptr<Checked> check_text(const std::string& name, const std::string& text, const std::string& capacity = "",
                                    const Variables& environment = {});

}  // namespace firedrill::tests
