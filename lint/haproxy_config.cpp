// Questions about a configuration that was read.
#include "lint/haproxy_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "faults/units.hpp"
#include "lint/haproxy_keywords.hpp"

namespace firedrill::lint::haproxy {

std::optional<Time> parse_time(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || text.starts_with('-')) return std::nullopt;
  // It does not look at what follows the unit: "20sec" is 20 seconds.
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const std::int64_t scale = unit.empty() || unit.starts_with("ms") ? 1000
                             : unit.starts_with("us")               ? 1
                             : unit.starts_with('s')                ? 1'000'000
                             : unit.starts_with('m')                ? 60'000'000
                             : unit.starts_with('h')                ? 3'600'000'000
                             : unit.starts_with('d')                ? 86'400'000'000
                                                                    : 0;
  // HAProxy counts milliseconds in 31 bits.
  if (scale == 0 || number > std::int64_t{2'147'483'647} * 1000 / scale) return std::nullopt;
  return Time{number * scale};
}

std::int64_t lax_number(std::string_view text) {
  std::int64_t number = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

const std::vector<std::size_t>& Section::lines_with(std::string_view word) const {
  static const std::vector<std::size_t> none;
  while (sorted_ < lines.size()) {
    const std::string_view first = lines[sorted_].word(0);
    const auto it = by_word_.find(first);
    (it == by_word_.end() ? by_word_[std::string{first}] : it->second).push_back(sorted_++);
  }
  const auto it = by_word_.find(word);
  return it == by_word_.end() ? none : it->second;
}

std::string Section::shown() const { return name.empty() ? kind : fmt::format("{} \"{}\"", kind, name); }

Setting find(const Section& section, std::initializer_list<std::string_view> words) {
  for (const Section* at = &section; at != nullptr; at = at->from) {
    const std::vector<std::size_t>& candidates = at->lines_with(*words.begin());
    for (std::size_t left = candidates.size(); left > 0; --left) {
      const Line& line = at->lines[candidates[left - 1]];
      std::size_t i = 0;
      const bool same =
          std::all_of(words.begin(), words.end(), [&](std::string_view word) { return line.word(i++) == word; });
      if (same) return {&line, at, words.size()};
    }
  }
  return {};
}

bool has_option(const Section& section, std::string_view name) {
  const Setting setting = find(section, {"option", name});
  return setting && !setting.line->negated;
}

std::string inherited(const Setting& setting, const Section& section) {
  if (!setting || setting.where == &section) return "";
  return fmt::format(" (from {} at {})", setting.where->shown(), line_of(setting.line->spot(), section.spot()));
}

std::optional<Time> time_of(const Section& section, std::string_view timeout) {
  const Setting setting = find(section, {"timeout", timeout});
  return setting ? parse_time(setting.value()) : std::nullopt;
}

std::string shown(Time time) { return faults::show(std::chrono::duration_cast<faults::Duration>(time)); }

bool is_http(const Section& section) {
  const Setting mode = find(section, {"mode"});
  return mode && mode.value() == "http";
}

const Option* Server::option(std::string_view called) const {
  const std::string no = "no-" + std::string{called};
  const auto last = std::find_if(options.rbegin(), options.rend(),
                                 [&](const Option& one) { return one.name == called || one.name == no; });
  return last != options.rend() && last->name == called ? &*last : nullptr;
}

std::int64_t Server::number(std::string_view called) const {
  const Option* one = option(called);
  return one == nullptr ? 0 : lax_number(one->value());
}

const Section* Config::global() const { return index().globals.empty() ? nullptr : index().globals.front(); }

const Line* Config::global_line(std::string_view word) const {
  const Line* last = nullptr;
  for (const Section* global : index().globals)
    if (const auto& lines = global->lines_with(word); !lines.empty()) last = &global->lines[lines.back()];
  return last;
}

const Index& Config::index() const {
  if (index_) return *index_;
  index_.emplace();
  for (const Section& section : sections) {
    if (section.place == Place::global) index_->globals.push_back(&section);
    if (!section.is_proxy()) continue;
    if (section.faces_clients()) index_->front.try_emplace(section.name, &section);
    if (section.faces_servers()) index_->back.try_emplace(section.name, &section);
  }
  for (const Section& section : sections) {
    if (!section.is_proxy() || !section.faces_clients()) continue;
    for (const Section* backend : backends_of(*this, section)) index_->frontends[backend].push_back(&section);
    if (std::any_of(section.lines.begin(), section.lines.end(), [](const Line& line) {
          return line.word(0) == "use_backend" && line.word(1).find('%') != std::string_view::npos;
        }))
      index_->dynamic.push_back(&section);
  }
  return *index_;
}

const Section* Config::named(std::string_view name, bool faces_servers) const {
  const auto& names = faces_servers ? index().back : index().front;
  const auto it = names.find(name);
  return it == names.end() ? nullptr : it->second;
}

const std::vector<const Section*>& Config::frontends_of(const Section& backend) const {
  static const std::vector<const Section*> none;
  const auto it = index().frontends.find(&backend);
  return it == index().frontends.end() ? none : it->second;
}

const std::vector<const Section*>& Config::frontends_that_may_reach(const Section& backend) const {
  const auto& by_name = frontends_of(backend);
  return by_name.empty() ? index().dynamic : by_name;
}

bool Config::is_dynamic() const { return !index().dynamic.empty(); }

namespace {

void add_options(Server& server, const Line& line, std::size_t first) {
  for (std::size_t i = first; i < line.words.size();) {
    const std::size_t takes = arguments_of(Options::server, line, i);
    server.options.push_back({line.words[i].text, &line, i, takes});
    i += takes + 1;
  }
}

void collect_defaults(const Section* section, Server& pattern) {
  if (section == nullptr) return;
  collect_defaults(section->from, pattern);
  for (const Line& line : section->lines)
    if (line.word(0) == "default-server") add_options(pattern, line, 1);
}

std::int64_t count_of(std::string_view range) {
  const std::size_t dash = range.find('-');
  const std::int64_t first = lax_number(range.substr(0, dash));
  if (dash == std::string_view::npos) return first;
  return std::max<std::int64_t>(0, lax_number(range.substr(dash + 1)) - first + 1);
}

}  // namespace

std::vector<Server> servers_of(const Section& section) {
  std::vector<Server> list;
  if (!section.faces_servers()) return list;
  Server pattern;
  collect_defaults(section.from, pattern);
  for (const Line& line : section.lines) {
    if (line.word(0) == "default-server") add_options(pattern, line, 1);
    const bool templated = line.word(0) == "server-template";
    if ((line.word(0) != "server" && !templated) || line.words.size() < (templated ? 4U : 3U)) continue;
    Server server = pattern;
    server.line = &line;
    server.name = line.word(1);
    server.address = line.word(templated ? 3 : 2);
    if (templated) server.count = count_of(line.word(2));
    add_options(server, line, templated ? 4 : 3);
    list.push_back(std::move(server));
  }
  return list;
}

std::string inherited(const Option& option, const Server& server) {
  if (option.line == server.line) return "";
  return fmt::format(" (from default-server at {})", line_of(option.line->spot(), server.line->spot()));
}

std::string missing_from(const Config& config) {
  bool fronts = false, backs = false, leads = false, others = false;
  for (const Section& section : config.sections) {
    fronts = fronts || section.faces_clients();
    backs = backs || section.faces_servers();
    others = others || section.kind == "peers" || section.kind == "log-forward";
    if (!section.is_proxy() || !section.faces_clients()) continue;
    const Setting fallback = find(section, {"default_backend"});
    leads = leads || (fallback && fallback.value().find('%') == std::string_view::npos);
    for (const Line& line : section.lines)
      leads = leads || (line.word(0) == "use_backend" && line.word(1).find('%') == std::string_view::npos);
  }
  if (!fronts && !others && !config.sections.empty()) return "there is no frontend and no listen";
  return leads && !backs ? "its frontends lead to backends, and there is none" : "";
}

std::vector<const Section*> backends_of(const Config& config, const Section& frontend) {
  std::vector<const Section*> list;
  std::set<const Section*> seen;
  const auto add = [&](std::string_view name) {
    const Section* backend = config.named(name, true);
    if (backend != nullptr && seen.insert(backend).second) list.push_back(backend);
  };
  for (const Line& line : frontend.lines)
    if (line.word(0) == "use_backend") add(line.word(1));
  if (const Setting fallback = find(frontend, {"default_backend"})) add(fallback.value());
  if (frontend.place == Place::listen && seen.insert(&frontend).second) list.push_back(&frontend);
  return list;
}

}  // namespace firedrill::lint::haproxy
