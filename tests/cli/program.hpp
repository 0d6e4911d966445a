// The program itself as a child process: its streams, its exit code, and what it leaves in a directory.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.hpp"

namespace firedrill::tests {

struct Finished {
  int exit_code = -1;  // -1: ended by a signal, or killed because it took too long
  std::string out, error;
};

/// Where a program runs: its working directory, with the files that a test puts there and the run leaves.
class Desk : public TemporaryDirectory {
 public:
  std::string read(const std::string& file) const;
  /// report.json of a run that was told --report DIRECTORY.
  nlohmann::ordered_json report(const std::string& directory) const;
};

class Program {
 public:
  enum class Streams { pipes, terminal };
  /// `environment`: NAME=VALUE, in place of those of that name. `name`: a link to the program at the desk, whose name
  /// it is to be started under.
  Program(const Desk& desk, std::vector<std::string> arguments, std::vector<std::string> environment = {},
          Streams streams = Streams::pipes, unsigned short columns = 80, unsigned short rows = 30,
          const std::string& name = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int signal) const;
  /// Waits until standard output (or the terminal) holds `text`; false when the program ended without.
  bool said(const std::string& text);
  /// Standard output as far as it has been read.
  const std::string& so_far() const { return finished_.out; }
  /// Closes the pipe of its standard output.
  void stop_reading();
  /// Waits until it has ended.
  Finished finish();

 private:
  bool read_some();

  pid_t pid_ = -1;
  int out_ = -1, error_ = -1;
  Finished finished_;
};

inline Finished firedrill(const Desk& desk, std::vector<std::string> arguments,
                          std::vector<std::string> environment = {}) {
  return Program{desk, std::move(arguments), std::move(environment)}.finish();
}

/// A symbolic link to the program at the desk.
void link_program(const Desk& desk, const std::string& name);
inline Finished under_name(const std::string& name, const Desk& desk, std::vector<std::string> arguments,
                           std::vector<std::string> environment = {}) {
  return Program{desk, std::move(arguments), std::move(environment), Program::Streams::pipes, 80, 30, name}.finish();
}

/// A drill of a second and a half that passes: latency on a proxy before an embedded backend. `settings` are lines
/// for [drill].
std::string small_drill(const std::string& settings = "duration = \"1500ms\"");

/// One of those that ship.
std::string library(const std::string& name);

}  // namespace firedrill::tests
