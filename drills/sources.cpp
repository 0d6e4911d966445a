// What a check or a safety line looks at, and which figures that has.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "drills/figures.hpp"
#include "drills/reading.hpp"

namespace firedrill::drills {
namespace {

constexpr std::array<std::string_view, 5> source_keys{"load", "proxy", "http", "tcp", "command"};

std::optional<Source> read_measured(Reader& keys, std::string_view key, const std::vector<std::string>& known) {
  const std::string name = keys.text(key);
  if (const Value* value = keys.raw(key); value->text() == nullptr) return std::nullopt;
  if (const std::string wrong = no_such(key, name, known); !wrong.empty()) keys.problem(key, wrong);
  return key == "load" ? Source{LoadSource{name}} : Source{ProxySource{name}};
}

CommandProbe read_command(Reader& keys) {
  CommandProbe probe;
  probe.argv = read_argv(keys, R"(["pg_isready", "-q"])");
  probe.exit_code = static_cast<int>(keys.count("exit_code", 0).at_most(255).value());
  return probe;
}

// `key` makes sense with another source only.
void only_with(std::string_view owner, std::string_view key, Reader& keys) {
  if (keys.raw(key) != nullptr) keys.problem(key, fmt::format("goes with {} only", owner));
}

}  // namespace

std::vector<std::string> read_argv(Reader& keys, std::string_view example) {
  const Value* value = keys.raw("command");
  const Value::List* list = value->list();
  const auto is_word = [](const Value& word) {
    return word.text() != nullptr && word.text()->find('\0') == std::string::npos;
  };
  if (list == nullptr || list->empty() || !std::all_of(list->begin(), list->end(), is_word) ||
      list->front().text()->empty()) {
    keys.problem(
        "command",
        fmt::format("must be a list of texts, the program first, such as {}; no shell is in between", example));
    return {};
  }
  std::vector<std::string> words;
  for (const Value& word : *list) words.push_back(*word.text());
  return words;
}

std::optional<Source> read_source(Reader& keys, const Drill& drill) {
  std::vector<std::string_view> given;
  for (const std::string_view key : source_keys)
    if (keys.raw(key) != nullptr) given.push_back(key);
  const bool prometheus = keys.raw("prometheus") != nullptr;
  if (prometheus) keys.problem("prometheus", "not available yet; give load, proxy, http, tcp or command");
  if (given.size() > 1) keys.problem(given[1], fmt::format("{} is given too; a source is one of the two", given[0]));
  if (given.empty() && !prometheus) keys.problem("nothing to look at; give one of load, proxy, http, tcp or command");
  if (given.size() != 1) return std::nullopt;

  const std::string_view key = given.front();
  std::optional<Source> source;
  if (key == "load") source = read_measured(keys, key, names_of(drill.loads));
  if (key == "proxy") source = read_measured(keys, key, names_of(drill.proxies));
  if (key == "http") {
    HttpProbe probe{read_http_target(keys, "http", drill)};
    probe.status = static_cast<std::uint16_t>(keys.count("status", 200).at_least(200).at_most(599).value());
    source = std::move(probe);
  }
  if (key == "tcp") source = TcpProbe{read_tcp_target(keys, "tcp", drill)};
  if (key == "command") source = read_command(keys);
  if (key != "http") only_with("http", "status", keys);
  if (key != "command") only_with("command", "exit_code", keys);
  return source;
}

std::vector<Expectation> read_figures(Reader& keys, const Source& source, const std::vector<std::string_view>& others) {
  std::vector<Expectation> all;
  std::vector<std::string> known;
  for (const FigureName& figure : figures_of(source)) known.emplace_back(figure.name);
  const std::string_view what = std::holds_alternative<LoadSource>(source)    ? "load"
                                : std::holds_alternative<ProxySource>(source) ? "proxy"
                                                                              : "probe";
  for (const faults::Member& member : *keys.table().table()) {  // as written: what its author put first comes first
    const auto figures = figures_of(source);
    const auto figure =
        std::find_if(figures.begin(), figures.end(), [&](const FigureName& f) { return f.name == member.key; });
    if (figure != figures.end()) {
      if (auto expectation = read_expectation(keys, figure->name, figure->unit)) all.push_back(std::move(*expectation));
      continue;
    }
    if (std::find(others.begin(), others.end(), member.key) != others.end()) continue;
    std::vector<std::string> near_to = known;
    near_to.insert(near_to.end(), others.begin(), others.end());
    const std::string near = faults::nearest(member.key, near_to);
    keys.problems().push_back(
        {member.place, fmt::format("{}: a {} has no figure \"{}\"; {}", keys.subject(), what, member.key,
                                   near.empty() ? fmt::format("there are {}", fmt::join(known, ", "))
                                                : fmt::format("did you mean \"{}\"?", near))});
  }
  return all;
}

}  // namespace firedrill::drills
