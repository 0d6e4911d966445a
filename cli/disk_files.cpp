// No more than a configuration can have is read, whatever the file is.
#include "cli/disk_files.hpp"

#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace firedrill::cli {

std::optional<std::string> DiskFiles::read(const std::string& path, std::string& why) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) {
    why = "is a directory";
    return std::nullopt;
  }
  errno = 0;
  std::ifstream stream{path == standard_input ? "/dev/stdin" : path, std::ios::binary};
  if (!stream) {
    why = std::generic_category().message(errno == 0 ? EIO : errno);
    return std::nullopt;
  }
  std::string text;
  char block[65536];
  while (text.size() <= lint::Sources::most_bytes && (stream.read(block, sizeof block), stream.gcount() > 0))
    text.append(block, static_cast<std::size_t>(stream.gcount()));
  return text;
}

std::vector<std::string> DiskFiles::matches(const std::string& pattern) {
  std::vector<std::string> paths;
  glob_t found{};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  return paths;
}

std::vector<std::string> haproxy_files(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code failed;
  std::filesystem::directory_iterator entries{directory, failed};
  for (; !failed && entries != std::filesystem::directory_iterator{}; entries.increment(failed)) {
    const std::string name = entries->path().filename().string();
    std::error_code none;
    const auto kind = entries->status(none).type();
    // A link that leads nowhere keeps HAProxy from starting: it is one of them, and cannot be opened.
    if (kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::not_found) continue;
    if (name.ends_with(".cfg") && name.front() != '.')
      paths.push_back(directory + (directory.ends_with('/') ? "" : "/") + name);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace firedrill::cli
