// A load that a program makes.
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "drills/load_reading.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;
using Format = ToolSpec::Format;

bool has_mark(const std::vector<std::string>& words, std::string_view mark) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return word.find(mark) != std::string::npos; });
}

// "{uri}": what looks like one of the marks and is none. "${x}" is the shell's.
std::string unknown_mark(const std::string& word) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  for (std::size_t at = word.find('{'); at != std::string::npos; at = word.find('{', at + 1)) {
    const std::size_t end = word.find_first_not_of(letters, at + 1);
    if (end == std::string::npos || word[end] != '}' || end == at + 1 || (at > 0 && word[at - 1] == '$')) continue;
    const std::string mark = word.substr(at, end + 1 - at);
    if (mark != "{url}" && mark != "{out}") return mark;
  }
  return "";
}

Format read_format(Reader& keys, const std::vector<std::string>& words) {
  if (keys.has("reads"))
    return keys.choice<Format>("reads", {{"wrk", Format::wrk}, {"hey", Format::hey}, {"k6", Format::k6}}, Format::wrk);
  const std::string program = words.empty() ? "wrk" : words.front().substr(words.front().rfind('/') + 1);
  if (program == "hey") return Format::hey;
  if (program == "k6") return Format::k6;
  if (program != "wrk")
    keys.problem("command", "is none of wrk, hey and k6; say with reads = \"wrk\" whose output it has");
  return Format::wrk;
}

}  // namespace

void read_tool(Reader& keys, LoadSpec& load, const Reading& reading) {
  ToolSpec tool;
  tool.argv = read_argv(keys, R"(["wrk", "--latency", "{url}"])");
  tool.format = read_format(keys, tool.argv);
  tool.at = keys.duration("at", Duration::zero());
  const Duration length = reading.drill.length();
  if (reading.timing_is_sound && tool.at >= length && !keys.unusable("at"))
    keys.problem("at", fmt::format("the drill lasts {}: it would never begin", faults::show(length)));
  // As long as the drill, and time to say what it has measured.
  const Duration rest = std::max<Duration>(length - tool.at, Duration::zero()) + 5s;
  load.timeout =
      keys.duration("timeout", rest).at_least(shortest).at_most(reading.timing_is_sound ? rest : Duration::max());
  for (const std::string& word : tool.argv)
    if (const std::string mark = unknown_mark(word); !mark.empty())
      keys.problem("command", fmt::format("{} stands for nothing; there are {{url}}, which is where http leads, and "
                                          "{{out}}, a file for the result",
                                          mark));
  if (has_mark(tool.argv, "{url}") && !keys.has("http"))
    keys.problem("command", "{url} stands for http, which is not given");
  if (tool.format == Format::k6 && !tool.argv.empty() && !has_mark(tool.argv, "{out}"))
    keys.problem("command", R"(k6 writes its summary to a file: give it "--summary-export", "{out}")");
  load.tool = std::move(tool);
}

}  // namespace firedrill::drills
