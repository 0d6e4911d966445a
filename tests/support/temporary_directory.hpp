// A directory that is gone when the test is over.
#pragma once

#include <filesystem>
#include <string>

namespace firedrill::tests {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(const std::string& file) const { return (path_ / file).string(); }
  /// Writes `text` into `file` and returns its path.
  std::string write(const std::string& file, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace firedrill::tests
