// PATH, permissions, interpreters.
#include "drills/program.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace firedrill::drills {
namespace {

// 0, or the errno that executing it would give.
int executable(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return errno;
  if (!S_ISREG(file.st_mode)) return EACCES;
  return ::access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

// As a shell looks for it.
std::string found(const std::string& name, std::string& obstacle) {
  if (name.find('/') != std::string::npos) {
    if (const int error = executable(name); error != 0) obstacle = std::generic_category().message(error);
    return name;
  }
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/bin:/bin";
  obstacle = "there is no such program in PATH";
  while (!name.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string directory{end == 0 ? "." : rest.substr(0, end)};
    const std::string candidate = fmt::format("{}/{}", directory, name);
    const int error = executable(candidate);
    if (error == 0) {
      obstacle.clear();
      return candidate;
    }
    if (error == EACCES) obstacle = fmt::format("{}: {}", candidate, std::generic_category().message(error));
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  return name;
}

// A script whose interpreter is not there would be said not to be there itself.
std::string missing_interpreter(const std::string& path) {
  std::string line(256, '\0');
  std::ifstream file{path, std::ios::binary};
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(file.gcount()));
  if (!line.starts_with("#!")) return {};
  line = line.substr(2, line.find('\n') - 2);
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string::npos) return {};
  const std::string interpreter = line.substr(begin, line.find_first_of(" \t\r", begin) - begin);
  const int error = executable(interpreter);
  return error == 0 ? "" : fmt::format("its interpreter {}: {}", interpreter, std::generic_category().message(error));
}

}  // namespace

Program find_program(const std::string& name) {
  Program program;
  program.path = found(name, program.obstacle);
  if (program.obstacle.empty()) program.obstacle = missing_interpreter(program.path);
  return program;
}

}  // namespace firedrill::drills
