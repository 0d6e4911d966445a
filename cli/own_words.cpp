// Running them, and finding places in what they print.
#include "cli/own_words.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <regex>
#include <stdexcept>

#include <fmt/format.h>

#include "drills/child.hpp"
#include "drills/program.hpp"

namespace firedrill::cli {
namespace {

constexpr std::chrono::seconds longest_answer{30};
constexpr std::size_t most_words = 256 * 1024;

// System programs are not in everybody's PATH.
std::string found(const std::string& name) {
  for (const std::string& candidate : {name, "/usr/sbin/" + name, "/usr/local/sbin/" + name})
    if (const drills::Program program = drills::find_program(candidate); program.obstacle.empty()) return program.path;
  throw std::runtime_error{fmt::format("--ask: there is no {} in PATH", name)};
}

// "[ALERT]    (4711) : config : parsing [a.cfg:3] : unknown keyword 'x' in 'global' section"
std::optional<Refusal> haproxy_line(const std::string& line) {
  static const std::regex alert{R"(^\[ALERT\] +\(\d+\) : (?:config : )?(?:parsing \[([^\]]+):(\d+)\] ?: )*(.*)$)"};
  static const std::regex sum{R"(^(Error\(s\) found in|Fatal errors found in))"};
  std::smatch parts;
  if (!std::regex_match(line, parts, alert)) return std::nullopt;
  const std::string text = parts[3];
  if (std::regex_search(text, sum)) return std::nullopt;
  return Refusal{parts[1], parts[2].matched ? static_cast<std::uint32_t>(std::stoul(parts[2])) : 0, text};
}

// "nginx: [emerg] unknown directive "x" in /etc/nginx/nginx.conf:3", "2023/05/10 08:00:00 [emerg] 47#47: cannot load …"
std::optional<Refusal> nginx_line(const std::string& line) {
  static const std::regex emergency{R"(^(?:nginx:|\S+ \S+) \[emerg\] (?:\d+#\d+: )?(.*?)(?: in (\S+):(\d+))?$)"};
  std::smatch parts;
  if (!std::regex_match(line, parts, emergency)) return std::nullopt;
  return Refusal{parts[2], parts[3].matched ? static_cast<std::uint32_t>(std::stoul(parts[3])) : 0, parts[1]};
}

// What it says without its notices and warnings, which are no reasons, and what they go on with ("   | …").
std::string reasons_in(std::string_view said) {
  std::string all;
  while (!said.empty()) {
    const std::size_t end = std::min(said.find('\n'), said.size());
    const std::string_view line = said.substr(0, end);
    said.remove_prefix(std::min(end + 1, said.size()));
    const bool beside = line.starts_with("[NOTICE]") || line.starts_with("[WARNING]") || line.starts_with("   | ") ||
                        line == "Warnings were found.";
    if (!beside && !line.empty()) all += (all.empty() ? "" : "; ") + std::string{line};
  }
  return all;
}

}  // namespace

std::string_view program_of(lint::Format format) {
  if (format == lint::Format::haproxy) return "HAProxy";
  if (format == lint::Format::nginx) return "nginx";
  return "";
}

std::vector<Refusal> refusals_of(lint::Format format, const std::string& file) {
  const bool haproxy = format == lint::Format::haproxy;
  const std::string program = found(haproxy ? "haproxy" : "nginx");
  const std::string whole = std::filesystem::absolute(file).string();  // nginx looks from where it is installed
  const std::vector<std::string> argv = haproxy ? std::vector<std::string>{program, "-c", "-f", file}
                                                : std::vector<std::string>{program, "-t", "-e", "stderr", "-c", whole};
  const drills::Ran ran = drills::run_child(argv, {}, longest_answer, -1, most_words);
  if (ran.end != drills::Ran::End::itself)
    throw std::runtime_error{
        fmt::format("--ask: {}: {}", program, ran.problem.empty() ? "has not ended within 30 seconds" : ran.problem)};
  if (WIFEXITED(ran.status) && WEXITSTATUS(ran.status) == 0) return {};
  std::vector<Refusal> refusals;
  for (std::size_t from = 0; from < ran.said.size();) {
    const std::size_t end = std::min(ran.said.find('\n', from), ran.said.size());
    const std::string line = ran.said.substr(from, end - from);
    from = end + 1;
    auto refusal = haproxy ? haproxy_line(line) : nginx_line(line);
    if (!refusal) continue;
    if (refusal->file.empty() || refusal->file == whole) refusal->file = file;
    refusals.push_back(*std::move(refusal));
  }
  // It has refused, whatever its words were.
  if (refusals.empty()) {
    std::string reasons = reasons_in(ran.said);
    refusals.push_back({file, 0, reasons.empty() ? "it says no word" : std::move(reasons)});
  }
  return refusals;
}

}  // namespace firedrill::cli
