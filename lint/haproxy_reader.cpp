// From lines to sections: variables, conditions, who takes which defaults.
#include <fmt/format.h>

#include <map>
#include <set>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"
#include "lint/haproxy_conditions.hpp"
#include "lint/haproxy_config.hpp"
#include "lint/haproxy_keywords.hpp"
#include "lint/listed.hpp"

namespace firedrill::lint::haproxy {
namespace {

constexpr std::size_t most_words = 64;  // HAProxy's own limit

class Reading {
 public:
  Reading(const std::vector<const Source*>& sources, const Lookup& environment, Findings& findings)
      : sources_{sources}, environment_{environment}, findings_{findings} {}

  Config read() {
    for (const Source* source : sources_) {
      source_ = source;
      if (is_text()) read_file();
    }
    return std::move(config_);
  }

 private:
  void read_file() {
    in_section_ = false;
    conditions_.emplace(lookup_);
    for (line_ = 1; line_ <= source_->lines() && !findings_.full(); ++line_) read_line();
    conditions_->finish(findings_);
    if (!source_->text().empty() && source_->text().back() != '\n')
      findings_.add(unreadable, {source_, source_->lines(), 1},
                    "the last line has no line break; HAProxy takes it for cut off");
  }

  bool is_text() {
    const std::string_view text = source_->text();
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
      findings_.add(unreadable, {source_, 1, 1}, "this is UTF-16, by its byte order mark, and HAProxy reads bytes",
                    "Save it as UTF-8 without a byte order mark (BOM).");
      return false;
    }
    if (text.starts_with(byte_order_mark))
      findings_.add(refused, {source_, 1, 1},
                    "the file begins with a byte order mark (BOM), which HAProxy takes for a part of its first word",
                    "Save it as UTF-8 without a byte order mark.");
    const std::size_t zero = text.find('\0');
    if (zero == std::string_view::npos) return true;
    const auto at = source_->at(zero);
    findings_.add(unreadable, {source_, at.line, at.column}, "this is no text: there is a zero byte");
    return false;
  }

  std::optional<std::string> variable(const std::string& name) const {
    if (name == ".FILE") return source_->name();
    if (name == ".LINE") return std::to_string(line_);
    if (name == ".SECTION") {
      if (!in_section_) return "";
      const Section& section = config_.sections.back();
      return section.name.empty() ? section.kind : section.name;
    }
    if (const auto it = set_.find(name); it != set_.end()) return it->second;
    if (name.starts_with("HAPROXY_")) {
      if (name == "HAPROXY_CFGFILES") return all_names();
      if (name == "HAPROXY_LOCALPEER" || name == "HAPROXY_STARTUP_VERSION") return "";
    }
    return environment_(name);
  }

  std::string all_names() const {
    std::string all;
    for (const Source* source : sources_) all += (all.empty() ? "" : ";") + source->name();
    return all;
  }

  void read_line() {
    Line line;
    line.words = read_words({source_, line_, 1}, lookup_, findings_);
    if (line.words.empty()) return;
    if (line.words.size() > most_words) {
      findings_.add(refused, line.spot_of(most_words),
                    fmt::format("HAProxy takes {} words on a line at most", most_words));
      line.words.resize(most_words);
    }
    if (conditions_->take(line.words, findings_)) return;
    const std::string& first = line.words[0].text;
    if (is_section(first)) return begin(std::move(line));
    if (first == "no" || first == "default") strip(line, first == "no");
    if (line.words.empty()) return;
    if (!in_section_) {
      findings_.add(unknown_directive, line.spot(), fmt::format("\"{}\" stands in no section", line.words[0].text));
      return;
    }
    Section& section = config_.sections.back();
    if (section.place == Place::global) set_variables(line);
    section.lines.push_back(std::move(line));
  }

  // "no" and "default" in front of a directive.
  void strip(Line& line, bool no) {
    const Spot spot = line.spot();
    line.words.erase(line.words.begin());
    line.negated = no;
    if (line.words.empty()) {
      findings_.add(refused, spot, "a directive is missing here");
      return;
    }
    const std::string_view first = line.words[0].text;
    if (no &&
        listed(" option log busy-polling set-dumpable strict-limits numa-cpu-mapping insecure-fork-wanted ", first))
      return;
    // 2.6.12 has "default" in its words, and takes it for next to nothing.
    if (!no && (first == "log" || first == "numa-cpu-mapping" || (first == "option" && line.word(1) == "redispatch")))
      return;
    if (!no)
      return findings_.add(
          refused, spot,
          fmt::format("HAProxy takes no \"default\" before \"{}\"", first == "option" ? line.word(1) : first));
    findings_.add(refused, spot, fmt::format("\"{}\" cannot be negated", line.words[0].text));
  }

  void set_variables(const Line& line) {
    const std::string name{line.word(1)};
    if (line.word(0) == "setenv" || (line.word(0) == "presetenv" && !variable(name))) {
      std::string value;
      for (std::size_t i = 2; i < line.words.size(); ++i) value += (i > 2 ? " " : "") + line.words[i].text;
      set_[name] = value;
    }
    if (line.word(0) == "unsetenv")
      for (std::size_t i = 1; i < line.words.size(); ++i) set_[line.words[i].text] = std::nullopt;
  }

  void begin(Line line) {
    Section section;
    section.kind = line.word(0);
    section.place = section.kind == "global"     ? Place::global
                    : section.kind == "defaults" ? Place::defaults
                    : section.kind == "frontend" ? Place::frontend
                    : section.kind == "backend"  ? Place::backend
                    : section.kind == "listen"   ? Place::listen
                                                 : Place::other;
    section.header = std::move(line.words);
    std::size_t next = 1;
    const auto word = [&](std::size_t i) {
      return i < section.header.size() ? std::string_view{section.header[i].text} : "";
    };
    const bool takes_defaults = section.place == Place::defaults || section.is_proxy();
    if (section.place != Place::global && !word(1).empty() &&
        !(section.place == Place::defaults && word(1) == "from" && section.header.size() == 3)) {
      section.name = word(1);
      next = 2;
    }
    if (section.name.empty() && section.place != Place::global && section.place != Place::defaults)
      findings_.add(refused, section.spot(), fmt::format("a {} section takes a name", section.kind));
    if (takes_defaults && word(next) == "from") {
      take_defaults(section, next + 1);
      next += 2;
    } else if (section.is_proxy()) {
      section.from = defaults_;
    }
    if (section.header.size() > next && section.place != Place::other)
      findings_.add(section.is_proxy() ? refused : no_effect, section.header[next].spot,
                    fmt::format("\"{}\" is too much here", section.header[next].text));
    config_.sections.push_back(std::move(section));
    in_section_ = true;
    const Section& kept = config_.sections.back();
    if (kept.place != Place::defaults) return;
    defaults_ = &kept;
    if (!kept.name.empty()) named_.emplace(kept.name, &kept);
  }

  void take_defaults(Section& section, std::size_t at) {
    const std::string name = at < section.header.size() ? section.header[at].text : "";
    std::size_t matches = 0;
    for (auto [at_name, end] = named_.equal_range(name); at_name != end; ++at_name) {
      section.from = at_name->second;
      ++matches;
    }
    const Spot spot = section.header[std::min(at, section.header.size() - 1)].spot;
    if (name.empty()) findings_.add(no_effect, spot, "the name of a defaults section is missing");
    if (matches == 0 && !name.empty()) section.lacks = at;
    if (matches > 1) findings_.add(refused, spot, fmt::format("{} defaults sections are named \"{}\"", matches, name));
  }

  const std::vector<const Source*>& sources_;
  const Source* source_ = nullptr;  // of them, the one that is read
  const Lookup& environment_;
  Findings& findings_;
  std::uint32_t line_ = 0;
  bool in_section_ = false;
  Config config_;
  const Section* defaults_ = nullptr;  // the last one
  std::multimap<std::string, const Section*> named_;
  std::map<std::string, std::optional<std::string>> set_;
  Lookup lookup_ = [this](const std::string& name) { return variable(name); };
  std::optional<Conditions> conditions_;
};

}  // namespace

Config read_config(const std::vector<const Source*>& sources, const Lookup& environment, Findings& findings) {
  return Reading{sources, environment, findings}.read();
}

}  // namespace firedrill::lint::haproxy
