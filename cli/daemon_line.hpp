// The commands that drive a running daemon, as the command line has them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/daemon_commands.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace firedrill::cli {

/// A command below `parent`, with its help page.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& summary, const std::string& footer);

/// Outlives the parsing: the options write here.
class DaemonLine {
 public:
  explicit DaemonLine(CLI::App& program);
  DaemonLine(const DaemonLine&) = delete;
  DaemonLine& operator=(const DaemonLine&) = delete;

  /// What was asked for, if it was one of these. Once the line has been parsed.
  std::optional<DaemonArguments> wish() const;

 private:
  enum class Shows : std::uint8_t { answer, list };
  CLI::App& leaf(CLI::App& parent, const std::string& name, const std::string& summary, const std::string& footer,
                 std::function<DaemonRequest()> request, Shows shows = Shows::answer);
  void add_proxy_commands(CLI::App& program);
  void add_fault_commands(CLI::App& program);
  void add_other_commands(CLI::App& program);
  void add_run_commands(CLI::App& program);
  void add_run_orders(CLI::App& group);
  CLI::App& run_leaf(CLI::App& group, const std::string& name, const std::string& summary,
                     std::function<RunRequest()> request);
  void add_settings(CLI::App& app, const std::string& otherwise);

  DaemonArguments arguments_;
  std::function<DaemonRequest()> request_;  // of the command that was used
  std::string proxy_, fault_;
  AddProxy add_proxy_;
  AddFault add_fault_;
  StartRun start_;
  std::string run_, by_, format_ = "markdown";
  std::vector<std::string> settings_, reason_;
  std::string ttl_;
  bool release_ = false, once_ = false;
};

}  // namespace firedrill::cli
