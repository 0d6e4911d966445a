// Configurations of load balancers, of any bytes: read, judged by every rule, and printed in every form. Whatever they
// are, each finding lies in its text, and what is printed is JSON where it says so.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

#include "drills/toml_guard.hpp"
#include "lint/check.hpp"
#include "lint/output.hpp"
#include "tests/fuzz/targets.hpp"

namespace firedrill::fuzz {
namespace {

// There are no files but the one given, and it may include itself.
class Nothing final : public lint::Files {
 public:
  explicit Nothing(std::string text) : text_{std::move(text)} {}
  std::optional<std::string> read(const std::string& path, std::string& why) override {
    if (path == "file") return text_;
    why = "is not there";
    return std::nullopt;
  }
  std::vector<std::string> matches(const std::string& pattern) override {
    return pattern.starts_with("f") ? std::vector<std::string>{"file"} : std::vector<std::string>{};
  }

 private:
  std::string text_;
};

constexpr const char* capacities =
    "[traffic]\nrate = 210\nservice_time = \"50ms\"\n[edge]\ntimeout = \"30s\"\nkeep_alive = \"60s\"\n[app]\nworkers = "
    "40\n"
    "timeout = \"20s\"\nkeep_alive = \"5s\"\n";

Worth judge(Input input, lint::Format format) {
  Nothing files{{reinterpret_cast<const char*>(input.data()), input.size()}};  // NOLINT
  lint::Sources sources{files};
  std::string why;
  const lint::Source* source = sources.open("file", why);
  const lint::Source* capacity = sources.add("capacity.toml", capacities);
  const auto environment = [](const std::string& name) {
    return name == "A" ? std::optional<std::string>{"a b"} : std::nullopt;
  };
  // For what a running HAProxy says the same bytes are taken: a header of its table is a comment in the file.
  const auto running = format == lint::Format::haproxy ? std::optional{std::string{source->text()}} : std::nullopt;
  const lint::Outcome outcome =
      lint::check({{format, source, running}, {lint::Format::capacity, capacity, {}}}, sources, environment);

  for (const lint::Finding& finding : outcome.findings) {
    const auto seen = [&] { return std::string{finding.rule->id} + " " + finding.message; };
    require(!finding.message.empty(), "a finding says what it is", seen);
    require(finding.spot.source == source || finding.spot.source == capacity, "a finding lies in what was given", seen);
    require(finding.spot.line <= finding.spot.source->lines() || finding.spot.source->text().empty(),
            "a finding lies in the text", seen);
    require(finding.spot.column <= finding.spot.source->line(finding.spot.line).size() + 1 || finding.spot.line == 0,
            "a finding lies on its line", seen);
    require(!lint::to_text(finding).empty(), "a finding is printed", seen);
  }
  for (const std::string& text : {lint::to_json(outcome.findings), lint::to_sarif(outcome.findings, "1")}) {
    require(!nlohmann::json::parse(text, nullptr, false).is_discarded(), "what says that it is JSON is",
            [&] { return text; });
    require(!drills::not_utf8(text), "what is printed is UTF-8", [&] { return text; });
  }
  const std::string lines = lint::to_github(outcome.findings);
  require(static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')) == outcome.findings.size(),
          "an annotation is a line", [&] { return lines; });
  return Worth::keeping;
}

}  // namespace

Worth haproxy_file(Input input) { return judge(input, lint::Format::haproxy); }
Worth nginx_file(Input input) { return judge(input, lint::Format::nginx); }
Worth envoy_file(Input input) { return judge(input, lint::Format::envoy); }

}  // namespace firedrill::fuzz
