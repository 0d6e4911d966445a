// What HAProxy would refuse to start with, as far as it can be seen from the file alone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/haproxy_config.hpp"
#include "lint/haproxy_keywords.hpp"
#include "lint/listed.hpp"
#include "lint/regex.hpp"

namespace firedrill::lint::haproxy {

/// The ACLs of a section, each with the line it is there from.
class Acls {
 public:
  explicit Acls(const Section& section);
  bool known(std::string_view name, std::uint32_t line) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, std::uint32_t, std::less<>> lines_;
};
/// Where a part is checked the rest may have any name, and none can be said to be missing.
enum class Extent : std::uint8_t { whole, part };
/// What the sections of a file are called, and which of them have a stick-table.
class KnownNames {
 public:
  KnownNames(const Config& config, Extent extent);
  bool is_part() const { return part_; }
  const Section* backend(std::string_view name) const;
  const Section* frontend(std::string_view name) const;
  bool has(std::string_view kind, std::string_view name) const;
  bool has_group(std::string_view userlist, std::string_view group) const;
  bool has_table(std::string_view name) const { return part_ || tables_.find(name) != tables_.end(); }
  /// "ip"; empty for one that is not there.
  std::string_view type_of_table(std::string_view name) const;
  std::vector<std::string> backends() const;
  /// Whether Lua may add fetches, converters, actions and services.
  bool has_scripts() const;
  /// The last "WORD …" of all global sections.
  const Line* global(std::string_view word) const;

 private:
  std::map<std::string, const Line*, std::less<>> globals_;
  std::map<std::string, const Section*, std::less<>> back_, front_;
  std::map<std::string, std::string, std::less<>> tables_;  // with the types of their keys
  std::set<std::string, std::less<>> sections_, groups_;    // a group is "userlist/group"
  bool part_;
};
bool has_server(const Section& backend, std::string_view name);

/// A line under check.
struct Context {
  const Section& section;
  const Acls& acls;
  const KnownNames& names;
  const Line& line;
  Findings& findings;
  std::string_view word(std::size_t at) const { return line.word(at); }
  void wrong(std::size_t at, const std::string& what) const;
};
/// Whether there is no more argument: the line ends, or its condition begins.
inline bool is_end(std::string_view word) { return word.empty() || word == "if" || word == "unless"; }
bool is_whole_number(std::string_view text);

/// Conditions and ACLs of a line.
void check_conditions(const Context& context);
/// "fetch(arguments),converter(arguments),…" at the beginning of a text. How long it is; nothing when it is wrong,
/// which was told then. Of requests and of responses, what only the other has is refused.
std::optional<std::size_t> check_expression(const Context& context, std::size_t at, std::string_view text, From from);
/// The type of what such an expression that is right gives.
std::string_view type_of_expression(std::string_view text);
/// An expression as an argument, with converters in the words behind it: the word after it. Nothing: as above.
std::optional<std::size_t> check_expression_at(const Context& context, std::size_t at, From from);
/// A word that is an expression and nothing else.
void check_whole_expression(const Context& context, std::size_t at, From from);
/// What is wrong with the arguments of a fetch or a converter of that name; empty when nothing is.
std::string sample_mistake(std::string_view name, std::string_view kinds, const std::vector<std::string_view>& given);
/// A format as those of logs: %variable, %{flags}variable, %[expression].
void check_format(const Context& context, std::size_t at, From from);
void check_regex(const Context& context, std::size_t at);
/// "txn.name"; nothing told if it is one.
void check_variable(const Context& context, std::size_t at, std::string_view name);
/// "txn.name" or "txn.name,ifset", with the conditions that set-var takes.
void check_set_variable(const Context& context, std::size_t at, std::string_view text);
/// What is no address with a mask, and no name either; names are resolved on the machine, and are not judged.
bool is_impossible_address(std::string_view text);
bool is_impossible_host(std::string_view host);
enum class Mask : std::uint8_t { four, six };
bool is_mask(std::string_view text, Mask kind);
/// Without its port; empty for a socket in the file system and its like.
std::string_view host_of(std::string_view address);
/// The patterns of an ACL behind its expression, up to a word.
void check_patterns(const Context& context, std::size_t first, std::size_t end, std::string_view expression);

/// What single directives take, word by word.
void check_arguments(const Context& context);
/// From that word on.
void check_stick_table(const Context& context, std::size_t first);
void check_log(const Context& context);
/// Of errorfile and its like.
inline constexpr std::string_view statuses_of_errors =
    " 200 400 401 403 404 405 407 408 410 413 425 429 500 501 502 503 504 ";
/// What the answer of an error, a refusal or a return is made of.
void check_reply(const Context& context, std::size_t first, std::string_view name, From from);
/// "http-request ACTION …" and its relatives.
void check_action(const Context& context, std::string_view ruleset, std::size_t at);
/// "http-check …" and "tcp-check …".
void check_probe(const Context& context);
/// A time, or a number within bounds, or one of a few words, as the tables have it.
void check_value(const Context& context, std::size_t at, Kind kind, std::string_view name);
/// A line of a section that is neither global nor a proxy's.
void check_other_line(const Context& context);
/// Such a section as a whole.
void check_other_section(const Section& section, Findings& findings);
/// The servers of a proxy, with what default-server gives them.
void check_servers(const Section& section, const KnownNames& names, Findings& findings);
enum class Ports : std::uint8_t { of_server, of_listener, needed, optional };
/// "10.0.0.1:80"; addresses that need the machine are not judged.
void check_address(const Context& context, std::size_t at, std::string_view address, Ports ports);
void check_options(const Context& context, std::size_t first, Options table);
void check_bind(const Context& context);
void check_server(const Context& context);
bool is_proxy_name(std::string_view name);

/// Line by line: unknown and misplaced directives, options, actions, arguments of the wrong kind or number.
void check_lines(const Config& config, const KnownNames& names, Findings& findings);
/// What sections say of each other: backends, tables, names that are taken, listeners.
void check_references(const Config& config, const KnownNames& names, Findings& findings);
/// What the lines of a proxy say of each other.
void check_consistency(const Config& config, const KnownNames& names, Findings& findings);

}  // namespace firedrill::lint::haproxy
