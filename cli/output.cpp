// Whoever reads the streams may leave at any time.
#include "cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "cli/commands.hpp"
#include "cli/text.hpp"

namespace firedrill::cli {
namespace {

int failure = 0;  // errno of the first write that failed; only main's thread writes

void say(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size() && failure == 0) failure = errno;
}

bool flush() {
  if (std::fflush(stdout) != 0 && failure == 0) failure = errno;
  if (failure == 0 || failure == EPIPE) return true;
  complain("standard output: " + std::generic_category().message(failure));
  return false;
}

void complain(std::string_view text) { say("firedrill: " + std::string{text} + "\n"); }

void complain(const faults::Problems& problems) {
  for (const faults::Problem& problem : problems) say(harmless(problem.line()) + "\n");
}

int nothing_was_started() {
  int code = exit_errored;
  try {
    throw;
  } catch (const faults::PlanError& error) {
    complain(error.problems);
    code = exit_bad_input;
  } catch (const std::exception& error) {
    complain(error.what());
  }
  complain("nothing was started");
  return code;
}

void warn(const faults::Problems& warnings) {
  for (const faults::Problem& warning : warnings)
    say(harmless(faults::Problem{warning.place, "warning: " + warning.text}.line()) + "\n");
}

void make_room_for_junit(const std::string& file) {
  const auto directory = std::filesystem::path{file}.parent_path();
  const std::string where = directory.empty() ? "." : directory.string();
  const auto judge = [&](const std::error_code& error) {
    if (error) throw std::runtime_error{fmt::format("--junit {}: {}: {}", file, where, error.message())};
  };
  std::error_code error;
  if (!directory.empty()) std::filesystem::create_directories(directory, error);
  judge(error);
  if (std::filesystem::is_directory(file, error))
    throw std::runtime_error{fmt::format("--junit {}: this is a directory", file)};
  if (::access(where.c_str(), W_OK) != 0) judge({errno, std::generic_category()});
}

bool write_junit(const std::string& file, const drills::Report& report) try {
  if (!file.empty()) write_file(file, drills::to_junit(report));
  return true;
} catch (const std::exception& error) {
  complain(fmt::format("--junit {}", error.what()));
  return false;
}

void write_file(const std::string& path, const std::string& content) {
  std::error_code none;
  if (!std::filesystem::exists(path, none) || std::filesystem::is_regular_file(path, none))
    return drills::write_whole(path, content);
  std::ofstream stream{path};
  if (!(stream << content << std::flush)) throw std::runtime_error{fmt::format("{}: cannot be written", path)};
}

std::string json_text(const drills::Report& report) {
  return drills::to_json(report).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace firedrill::cli
