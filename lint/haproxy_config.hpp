// A HAProxy configuration as HAProxy sees it: sections, what they inherit, servers with what default-server gives them.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/haproxy_words.hpp"

namespace firedrill::lint::haproxy {

using Time = std::chrono::microseconds;

/// "5s", "30" (milliseconds), "100us"; nothing when HAProxy takes it for no time.
std::optional<Time> parse_time(std::string_view text);
/// As HAProxy reads most numbers: what follows the digits is not looked at.
std::int64_t lax_number(std::string_view text);

enum class Place : std::uint8_t { none, global, defaults, frontend, backend, listen, other };

struct Line {
  std::vector<Word> words;  // not empty; without "no" and "default"
  bool negated = false;     // "no option …"
  Spot spot() const { return words.front().spot; }
  /// The word at that place, or "".
  std::string_view word(std::size_t i) const { return i < words.size() ? std::string_view{words[i].text} : ""; }
  Spot spot_of(std::size_t i) const { return i < words.size() ? words[i].spot : spot(); }
};

struct Section {
  Place place = Place::none;
  std::string kind, name;
  std::vector<Word> header;
  std::vector<Line> lines;
  const Section* from = nullptr;  // the defaults it takes
  std::size_t lacks = 0;          // the word of its header that names defaults which are not there; 0: none does

  Spot spot() const { return header.front().spot; }
  bool is_proxy() const { return place == Place::frontend || place == Place::backend || place == Place::listen; }
  bool faces_clients() const { return place == Place::frontend || place == Place::listen; }
  bool faces_servers() const { return place == Place::backend || place == Place::listen; }
  /// `backend "api"`.
  std::string shown() const;
  /// Which lines begin with this word, in order. A section may have a hundred thousand, and each may ask.
  const std::vector<std::size_t>& lines_with(std::string_view word) const;

 private:
  mutable std::map<std::string, std::vector<std::size_t>, std::less<>> by_word_;
  mutable std::size_t sorted_ = 0;  // lines that are in it
};

/// A line, and whether it was inherited.
struct Setting {
  const Line* line = nullptr;
  const Section* where = nullptr;
  explicit operator bool() const { return line != nullptr; }
  std::string_view value(std::size_t i = 0) const { return line->word(words + i); }
  Spot spot(std::size_t i = 0) const { return line->spot_of(words + i); }
  std::size_t words = 0;  // that it was looked up by
};

/// The last line of a section that begins with these words, or else of the defaults it takes.
Setting find(const Section& section, std::initializer_list<std::string_view> words);
/// Whether "option NAME" is on.
bool has_option(const Section& section, std::string_view name);
/// " (from defaults at line 12)" when the setting is not the section's own.
std::string inherited(const Setting& setting, const Section& section);
/// Nothing when it is not set, or is no time; zero stands for infinite.
std::optional<Time> time_of(const Section& section, std::string_view timeout);
std::string shown(Time time);
bool is_http(const Section& section);

struct Option {
  std::string_view name;
  const Line* line = nullptr;
  std::size_t at = 0;     // of its name on the line
  std::size_t takes = 0;  // arguments
  std::string_view value() const { return takes > 0 ? line->word(at + 1) : ""; }
  Spot spot() const { return line->spot_of(takes > 0 ? at + 1 : at); }
};

struct Server {
  const Line* line = nullptr;
  std::string name, address;
  std::int64_t count = 1;       // of a server-template
  std::vector<Option> options;  // in order, those of default-server first
  /// The last of that name; "no-check" takes "check" away.
  const Option* option(std::string_view called) const;
  std::int64_t number(std::string_view called) const;  // 0 when it is not set
  /// In maintenance from the start.
  bool is_off() const { return option("disabled") != nullptr && option("enabled") == nullptr; }
  std::int64_t weight() const { return option("weight") == nullptr ? 1 : number("weight"); }
  bool is_backup() const { return option("backup") != nullptr; }
};

// A file may have a hundred thousand sections: what a configuration is asked for each of them is worked out once.
struct Index {
  std::map<std::string_view, const Section*> front, back;
  std::map<const Section*, std::vector<const Section*>> frontends;
  std::vector<const Section*> globals;
  std::vector<const Section*> dynamic;  // frontends whose use_backend takes a name from the request
};

class Config {
 public:
  std::deque<Section> sections;   // complete before anything is asked
  const Section* global() const;  // the first one; null when there is none
  const Section* named(std::string_view name, bool faces_servers) const;
  /// The last "WORD …" of all global sections.
  const Line* global_line(std::string_view word) const;
  /// The frontends that lead to a backend by name.
  const std::vector<const Section*>& frontends_of(const Section& backend) const;
  /// The same, or, where no name leads to it, those that take names from the request.
  const std::vector<const Section*>& frontends_that_may_reach(const Section& backend) const;
  /// Whether a use_backend takes its name from the request.
  bool is_dynamic() const;

 private:
  const Index& index() const;
  mutable std::optional<Index> index_;
};

std::vector<Server> servers_of(const Section& section);
/// " (from default-server at line 12)" when the server line itself does not have the option.
std::string inherited(const Option& option, const Server& server);

/// The backends that a frontend leads to by name, itself if it is a listen.
std::vector<const Section*> backends_of(const Config& config, const Section& frontend);

/// Reads files as one configuration: defaults and variables go on from one to the next, sections and conditions do not.
Config read_config(const std::vector<const Source*>& sources, const Lookup& environment, Findings& findings);
/// What there is no more of than a part where other files must have the rest: "there is no frontend and no listen".
/// Empty: it may be all.
std::string missing_from(const Config& config);

}  // namespace firedrill::lint::haproxy
