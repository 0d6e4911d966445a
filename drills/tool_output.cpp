// One function for each tool.
#include "drills/tool_output.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "drills/tally.hpp"

namespace firedrill::drills {
namespace {

constexpr double longest_s = 1e6;
constexpr std::uint64_t most_requests = std::uint64_t{1} << 53U;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> lines_in(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    lines.push_back(trimmed(line));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return lines;
}

/// The number that `text` begins with, taken off it.
std::optional<double> number_off(std::string_view& text) {
  text = trimmed(text);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<std::uint64_t> count_off(std::string_view& text) {
  text = trimmed(text);
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count > most_requests) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return count;
}

std::optional<Duration> seconds_of(std::optional<double> number, double unit) {
  if (!number || *number * unit > longest_s) return std::nullopt;
  return faults::from_seconds(*number * unit);
}

void add_error(ToolFigures& figures, const std::string& kind, std::uint64_t times) {
  if (times > 0) figures.errors[kind] += times;
}

// "12.34ms", "1.02s", "850.00us", "1.50m"
std::optional<Duration> wrk_time(std::string_view text) {
  const auto number = number_off(text);
  for (const auto& [unit, seconds] : {std::pair{"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}, {"m", 60.0}, {"h", 3600.0}})
    if (text == unit) return seconds_of(number, seconds);
  return std::nullopt;
}

ToolReading read_wrk(std::string_view output) {
  ToolFigures figures;
  std::optional<std::uint64_t> answered;
  for (std::string_view line : lines_in(output)) {
    for (const auto& [mark, key] : {std::pair{"50%", "p50"}, {"75%", "p75"}, {"90%", "p90"}, {"99%", "p99"}})
      if (line.starts_with(mark))
        if (const auto time = wrk_time(line.substr(3))) figures.quantiles[key] = *time;
    std::string_view rest = line;
    if (const auto count = count_off(rest); count && rest.starts_with(" requests in ")) answered = count;
    if (std::string_view mark = "Requests/sec:"; line.starts_with(mark)) {
      rest = line.substr(mark.size());
      figures.rate = number_off(rest);
    }
    if (std::string_view mark = "Non-2xx or 3xx responses:"; line.starts_with(mark)) {
      rest = line.substr(mark.size());
      const auto count = count_off(rest);
      if (!count) return fmt::format("cannot read wrk's line \"{}\"", line);
      add_error(figures, "http_error", *count);
    }
    if (std::string_view mark = "Socket errors:"; line.starts_with(mark)) {
      rest = line.substr(mark.size());
      for (const std::string_view kind : {"connect", "read", "write", "timeout"}) {
        rest = trimmed(rest);
        if (!rest.starts_with(kind)) return fmt::format("cannot read wrk's line \"{}\"", line);
        rest.remove_prefix(kind.size());
        const auto count = count_off(rest);
        if (!count) return fmt::format("cannot read wrk's line \"{}\"", line);
        if (rest.starts_with(",")) rest.remove_prefix(1);
        // Timeouts are answers that came too late: they are among the requests. The others never had an answer.
        if (kind != "timeout") figures.requests += *count;
        add_error(figures, std::string{kind}, *count);
      }
    }
  }
  if (!answered || !figures.rate) return "there is no line \"N requests in …\" of wrk in its output";
  figures.requests += *answered;
  return figures;
}

ToolReading read_hey_rows(const std::vector<std::string_view>& lines) {
  constexpr std::size_t most_rows = 1'000'000;  // hey lists no more
  const std::string_view header = lines.front();
  ToolFigures figures;
  figures.knows_errors = false;
  Histogram latency;
  std::optional<std::size_t> status_column;
  std::size_t column = 0;
  for (std::string_view rest = header; !rest.empty(); ++column) {
    const std::string_view one = rest.substr(0, rest.find(','));
    if (one == "status-code") status_column = column;
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    std::string_view rest = lines[i];
    const auto took = seconds_of(number_off(rest), 1);
    if (!took || !rest.starts_with(',')) return fmt::format("cannot read row {} of hey's CSV: \"{}\"", i, lines[i]);
    latency.record(*took);
    ++figures.requests;
    if (!status_column) continue;
    rest = lines[i];
    for (std::size_t skip = 0; skip < *status_column; ++skip)
      rest.remove_prefix(
          std::min(rest.size(), rest.find(',') == std::string_view::npos ? rest.size() : rest.find(',') + 1));
    const auto status = count_off(rest);
    if (!status) return fmt::format("row {} of hey's CSV has no status: \"{}\"", i, lines[i]);
    if (*status >= 400) add_error(figures, fmt::format("http_{}", *status), 1);
  }
  if (figures.requests == 0) return "hey's CSV has no row";
  if (figures.requests >= most_rows) return "hey lists the first million answers only: there may have been more";
  for (const char* key : {"p50", "p90", "p95", "p99", "p999"})
    figures.quantiles[key] = latency.quantile(*share_of(key));
  return figures;
}

ToolReading read_hey(std::string_view output) {
  const auto lines = lines_in(output);
  const auto rows = std::find_if(lines.begin(), lines.end(),
                                 [](std::string_view line) { return line.starts_with("response-time,"); });
  if (rows != lines.end()) return read_hey_rows({rows, lines.end()});
  enum class Part : std::uint8_t { other, latencies, statuses, errors };
  ToolFigures figures;
  Part part = Part::other;
  for (const std::string_view line : lines) {
    std::string_view rest = line;
    if (line == "Latency distribution:") part = Part::latencies;
    if (line == "Status code distribution:") part = Part::statuses;
    if (line == "Error distribution:") part = Part::errors;
    if (std::string_view mark = "Requests/sec:"; line.starts_with(mark)) {
      rest.remove_prefix(mark.size());
      figures.rate = number_off(rest);
    }
    if (part == Part::latencies) {
      const auto percent = count_off(rest);
      if (!percent || !(rest.starts_with("% in ") || rest.starts_with("%% in "))) continue;
      rest.remove_prefix(rest.find("in ") + 3);
      if (const auto took = seconds_of(number_off(rest), 1)) figures.quantiles[fmt::format("p{}", *percent)] = *took;
    }
    if (!rest.starts_with('[') || (part != Part::statuses && part != Part::errors)) continue;
    rest.remove_prefix(1);
    const auto first = count_off(rest);
    if (!first || !rest.starts_with(']')) return fmt::format("cannot read hey's line \"{}\"", line);
    rest.remove_prefix(1);
    if (part == Part::errors) {
      figures.requests += *first;
      add_error(figures, "no_answer", *first);
      continue;
    }
    const auto answers = count_off(rest);
    if (!answers || rest != " responses") return fmt::format("cannot read hey's line \"{}\"", line);
    figures.requests += *answers;
    if (*first >= 400) add_error(figures, fmt::format("http_{}", *first), *answers);
  }
  if (figures.requests == 0) return "there is neither a status nor an error of hey in its output";
  return figures;
}

ToolReading read_k6(const std::string& output) {
  using Json = nlohmann::json;
  const Json all = Json::parse(output, nullptr, false);
  if (!all.is_object()) return "its summary is not JSON";
  const auto member = [](const Json& of, const char* key) {
    return of.is_object() && of.contains(key) ? of[key] : Json{};
  };
  const auto metric = [&](const char* key) {
    Json found = member(member(all, "metrics"), key);
    const Json values = member(found, "values");
    return values.is_object() ? values : found;
  };
  const auto number = [](const Json& of, const char* key) -> std::optional<double> {
    if (!of.is_object() || !of.contains(key) || !of[key].is_number()) return std::nullopt;
    const auto value = of[key].get<double>();
    return std::isfinite(value) && value >= 0 ? std::optional{value} : std::nullopt;
  };
  const Json requests = metric("http_reqs"), failed = metric("http_req_failed"), took = metric("http_req_duration");
  const auto count = number(requests, "count");
  if (!count || *count > static_cast<double>(most_requests)) return "its summary has no metrics.http_reqs.count";
  ToolFigures figures;
  figures.requests = static_cast<std::uint64_t>(std::llround(*count));
  figures.rate = number(requests, "rate");
  // "value" in what is exported, "rate" in what handleSummary() is given.
  auto share = number(failed, "value");
  if (!share) share = number(failed, "rate");
  figures.knows_errors = share.has_value() && *share <= 1;
  if (figures.knows_errors) add_error(figures, "failed", static_cast<std::uint64_t>(std::llround(*share * *count)));
  for (const auto& [key, quantile] : {std::pair{"med", "p50"},
                                      {"p(50)", "p50"},
                                      {"p(90)", "p90"},
                                      {"p(95)", "p95"},
                                      {"p(99)", "p99"},
                                      {"p(99.9)", "p999"}})
    if (const auto time = seconds_of(number(took, key), 1e-3)) figures.quantiles[quantile] = *time;
  return figures;
}

}  // namespace

std::uint64_t ToolFigures::failed() const {
  std::uint64_t sum = 0;
  for (const auto& [kind, times] : errors) sum += times;
  return std::min(sum, requests);  // an answer of wrk's may have come too late and have been an error besides
}

std::optional<Figure> ToolFigures::figure(std::string_view name) const {
  const Figure unknown{};
  if (name == "requests") return Figure{static_cast<double>(requests), requests};
  if (name == "rate") return rate ? Figure{*rate, requests} : unknown;
  if (name == "errors")
    return knows_errors && requests > 0
               ? Figure{static_cast<double>(failed()) / static_cast<double>(requests), requests}
               : unknown;
  if (!share_of(name)) return std::nullopt;
  const auto found = quantiles.find(name);
  return found == quantiles.end() ? unknown : Figure{faults::seconds(found->second), requests};
}

ToolReading read_tool_output(ToolSpec::Format format, const std::string& output) {
  switch (format) {
    case ToolSpec::Format::wrk:
      return read_wrk(output);
    case ToolSpec::Format::hey:
      return read_hey(output);
    case ToolSpec::Format::k6:
      return read_k6(output);
  }
  return "no such format";
}

std::string why_silent(const ToolSpec& tool, std::string_view figure) {
  const auto called_with = [&](std::string_view words) {
    return std::any_of(tool.argv.begin(), tool.argv.end(),
                       [&](const std::string& word) { return word.find(words) != std::string::npos; });
  };
  const bool csv = called_with("csv");
  if (!share_of(figure)) {
    const bool silent = tool.format == ToolSpec::Format::hey && csv && (figure == "errors" || figure == "rate");
    return silent ? fmt::format("hey's CSV has answers only: it says nothing of {}", figure) : "";
  }
  switch (tool.format) {
    case ToolSpec::Format::wrk:
      if (!called_with("--latency")) return "wrk prints percentiles with --latency only";
      return figure == "p50" || figure == "p90" || figure == "p99"
                 ? ""
                 : fmt::format("wrk prints no {}; there are p50, p90 and p99", figure);
    case ToolSpec::Format::hey:
      return csv || figure != "p999" ? "" : "hey's summary has no p999; -o csv has all answers";
    case ToolSpec::Format::k6:
      return figure == "p50" || figure == "p90" || figure == "p95" || called_with("p(99")
                 ? ""
                 : fmt::format("k6 exports no {0} unless asked: --summary-trend-stats=med,p(90),p(95),p(99),p(99.9)",
                               figure);
  }
  return "";
}

std::string_view name(ToolSpec::Format format) {
  switch (format) {
    case ToolSpec::Format::wrk:
      return "wrk";
    case ToolSpec::Format::hey:
      return "hey";
    case ToolSpec::Format::k6:
      return "k6";
  }
  return "";
}

}  // namespace firedrill::drills
