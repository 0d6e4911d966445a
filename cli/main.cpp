// firedrill: dispatches to the subcommands, and the last place where anything is caught.
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "cli/command_line.hpp"
#include "cli/toxiproxy_cli.hpp"

namespace {

using namespace firedrill::cli;

int carry_out(const Wish& wish) {
  struct Doer {
    int operator()(const Answer& answer) const {
      std::fputs(answer.out.c_str(), stdout);
      std::fputs(answer.error.c_str(), stderr);
      return answer.exit_code;
    }
    int operator()(const RunArguments& arguments) const { return run(arguments); }
    int operator()(const ExecArguments& arguments) const { return exec(arguments); }
    int operator()(const ServeArguments& arguments) const { return serve(arguments); }
    int operator()(const CheckArguments& arguments) const { return check(arguments); }
    int operator()(const SimulateArguments& arguments) const { return simulate(arguments); }
    int operator()(const ReportArguments& arguments) const { return report(arguments); }
    int operator()(const DaemonArguments& arguments) const { return ask_daemon(arguments); }
  };
  return std::visit(Doer{}, wish);
}

}  // namespace

int main(int argc, char** argv) {
  // A reader of our output that leaves must not end a run in the middle.
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c)
  try {
    // Standard output belongs to what was asked for.
    spdlog::set_default_logger(spdlog::stderr_logger_mt("firedrill"));
    spdlog::set_pattern("firedrill: %l: %v");
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    // In an image that has it under that name, or as a symbolic link.
    const std::string name = argc > 0 ? std::filesystem::path{argv[0]}.filename().string() : "";
    if (name == "toxiproxy-cli") return toxiproxy_cli(words);
    return carry_out(name == "toxiproxy-server" ? parse_toxiproxy_server(words) : parse_command_line(words));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "firedrill: %s\n", error.what());
    return exit_errored;
  }
}
