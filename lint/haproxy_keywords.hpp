// Which directives HAProxy 2.6 knows, where they may stand, and how many words they take.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firedrill::lint::haproxy {

struct Line;
enum class Place : std::uint8_t;

enum class Kind : std::uint8_t { any, number, time };  // of the first argument

struct Keyword {
  std::string_view name;  // up to three words
  std::uint8_t sections;  // bits
  std::uint8_t least, most;
  Kind kind;
};
inline constexpr std::uint8_t any_number = 255;
/// Whether it has a meaning there.
bool may_stand(const Keyword& keyword, Place place);

/// Of proxies: the longest that the line begins with, and how many words its name has; null for an unknown one.
const Keyword* proxy_keyword(const Line& line, std::size_t& words);
/// Of global sections.
const Keyword* global_keyword(std::string_view name);
/// Every name, for the nearest one to what was written.
std::vector<std::string> proxy_keyword_names(std::string_view first_word);
std::vector<std::string> global_keyword_names();
/// The other sections: whether there is one of that kind, and whether a directive may stand in it.
bool is_section(std::string_view kind);
bool other_keyword(std::string_view kind, std::string_view name);

enum class Options : std::uint8_t { bind, server };
/// How many arguments the option at that word takes, as far as the line has them; 0 for an unknown one.
std::size_t arguments_of(Options table, const Line& line, std::size_t at);
bool is_option(Options table, std::string_view name);
std::vector<std::string> option_names(Options table);

/// Of "http-request" and its relatives: whether there is such an action; "set-var(…" counts as set-var.
bool is_action(std::string_view ruleset, std::string_view action);
std::vector<std::string> action_names(std::string_view ruleset);

enum class From : std::uint8_t { anywhere, request, response, logs, condition };  // condition: a name such as path_beg
/// A sample fetch or a converter.
struct Sample {
  // A letter each: s text, i number, r regex, t table, b backend, f frontend, v server, u userlist and others; what
  // stands in brackets can be left out.
  std::string_view arguments;
  std::string_view type;  // of what comes out; of a condition's, how it is matched
  From from;
};
/// Null for an unknown name.
const Sample* fetch(std::string_view name);
const Sample* converter(std::string_view name);

}  // namespace firedrill::lint::haproxy
