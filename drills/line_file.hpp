// A file that grows by whole lines: an error in the middle of one never glues the next line to its half.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace firedrill::drills {

/// Append-only, for one thread.
class LineFile {
 public:
  /// Throws std::runtime_error when the file cannot be opened or already holds something: two runs never share a
  /// journal.
  explicit LineFile(std::filesystem::path path);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  /// Writes `lines`, each ending in '\n', at once. Returns how many of them did not reach the file. Never throws on a
  /// write error.
  std::size_t append(std::string_view lines);
  /// Puts everything on the disk and closes the file; once.
  void close();

  const std::filesystem::path& path() const { return path_; }
  /// What went wrong first.
  const std::optional<std::string>& failure() const { return failure_; }

 private:
  std::size_t put(std::string_view bytes);
  void failed(std::string_view doing, int error);

  std::filesystem::path path_;
  int file_ = -1;
  std::size_t size_ = 0;
  std::string owed_;  // the rest of a half line that could not be cut off: to be written before anything else
  std::optional<std::string> failure_;
};

}  // namespace firedrill::drills
