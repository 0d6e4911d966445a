// The files that a check reads, from the disk.
#pragma once

#include "lint/source.hpp"

namespace firedrill::cli {

/// Stands for what is piped in. It is no file: what it includes is looked for in the working directory.
constexpr const char* standard_input = "-";

class DiskFiles final : public lint::Files {
 public:
  std::optional<std::string> read(const std::string& path, std::string& why) override;
  std::vector<std::string> matches(const std::string& pattern) override;
};

/// The files of a directory that HAProxy takes (-f DIR): *.cfg, none that begins with a dot, by the bytes of their
/// names. Empty: there are none, or it is no directory.
std::vector<std::string> haproxy_files(const std::string& directory);

}  // namespace firedrill::cli
