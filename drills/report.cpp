// Figures that several reports share, and the files they go to.
#include "drills/report.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "drills/report_words.hpp"

namespace firedrill::drills {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw std::runtime_error{fmt::format("cannot write {}: {}", path.string(), std::strerror(errno))};
}

bool put(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return ::fsync(file) == 0;
}

}  // namespace

MaybeNumber PhaseReport::error_ratio() const {
  if (requests.count == 0) return std::nullopt;
  return static_cast<double>(requests.failed()) / static_cast<double>(requests.count);
}

MaybeNumber PhaseReport::quantile_ms(double q) const {
  if (requests.latency.count() == 0) return std::nullopt;
  return faults::milliseconds(requests.latency.quantile(q));
}

MaybeCount ProxyReport::connect_errors() const {
  if (!measured) return std::nullopt;
  std::uint64_t sum = 0;
  for (const char* reason : {"connect_refused", "connect_timeout", "unresolved"})
    if (const auto found = ended.find(reason); found != ended.end()) sum += found->second;
  return sum;
}

std::string not_reproducible() {
  return "The same seed with the same traffic repeats every seeded decision (the digest and the counts agree). What "
         "depends on time does not repeat: "
         "queue outcomes, latencies and error ratios agree only statistically.";
}

std::string command_to_repeat(const Report& report) {
  if (report.file.empty()) return "";
  std::string command = fmt::format("firedrill {} {}",
                                    report.command     ? "exec"
                                    : report.predicted ? "simulate"
                                                       : "run",
                                    quoted(report.file));
  if (report.seed) command += fmt::format(" --seed {}", *report.seed);
  for (const std::string& setting : report.overrides) command += " --set " + quoted(setting);
  if (report.no_faults) command += " --no-faults";
  if (report.command) command += " -- " + command_line(*report.command);
  return command;
}

void write_whole(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::path draft = path;
  draft += fmt::format(".{}.tmp", ::getpid());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) fail(path);
  const bool written = put(file, content);
  const int error = errno;
  const bool closed = ::close(file) == 0;
  if (written && closed && ::rename(draft.c_str(), path.c_str()) == 0) return;
  if (!written) errno = error;
  const int why = errno;
  ::unlink(draft.c_str());
  errno = why;
  fail(path);
}

void write_reports(const std::filesystem::path& directory, const Report& report) {
  const auto json = to_json(report).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  write_whole(directory / "report.json", json + "\n");
  write_whole(directory / "report.md", to_markdown(report));
  write_whole(directory / "junit.xml", to_junit(report));
}

}  // namespace firedrill::drills
