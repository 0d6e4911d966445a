// Stick-tables: their keys, their size, and what they store.
#include <fmt/format.h>

#include <algorithm>

#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

class StickTable {
 public:
  StickTable(const Context& context, std::size_t first) : context_{context}, line_{context.line}, first_{first} {}

  void check() {
    bool size = false, typed = false;
    for (std::size_t at = first_; at < line_.words.size();) {
      const std::string_view word = line_.word(at);
      size = size || word == "size";
      typed = typed || word == "type";
      if (word == "nopurge") {
        ++at;
        continue;
      }
      if (!listed(" type size expire store peers srvkey recv-only write-to ", word))
        return wrong(at, fmt::format("{} has no \"{}\"", line_.word(0), word));
      if (word == "peers" && line_.word(0) == "table") return wrong(at, "a table of a peers section takes no peers");
      if (line_.word(at + 1).empty())
        return wrong(at, fmt::format("{} {}: an argument is missing", line_.word(0), word));
      if (word == "expire" && !parse_time(line_.word(at + 1)))
        wrong(at + 1, fmt::format("\"{}\" is no time", line_.word(at + 1)));
      constexpr std::string_view types = " ip ipv6 integer string binary ";
      if (word == "type" && !listed(types, line_.word(at + 1)))
        wrong(at + 1, fmt::format("\"{}\" is no type of keys", line_.word(at + 1)));
      if (word == "size" && !is_size(line_.word(at + 1)))
        wrong(at + 1, fmt::format("\"{}\" is no size, such as 100k", line_.word(at + 1)));
      if (word == "store") store(at + 1);
      if (word == "type" && line_.word(at + 2) == "len" && lax_number(line_.word(at + 3)) < 1)
        wrong(at + 3, fmt::format("len takes a number from 1, not \"{}\"", line_.word(at + 3)));
      const bool length = word == "type" && line_.word(at + 2) == "len";
      at += length ? 4 : 2;
    }
    if (!size) wrong(0, fmt::format("{} takes a size", line_.word(0)));
    if (!typed)
      wrong(0, fmt::format("{} takes a type of keys: type ip, ipv6, integer, string or binary", line_.word(0)));
  }

 private:
  void wrong(std::size_t at, const std::string& what) { context_.wrong(at, what); }

  void store(std::size_t at) {
    constexpr std::string_view kinds =
        " gpc gpc_rate gpc0 gpc0_rate gpc1 gpc1_rate gpt gpt0 conn_cnt conn_cur conn_rate sess_cnt sess_rate "
        "http_req_cnt http_req_rate http_err_cnt http_err_rate http_fail_cnt http_fail_rate bytes_in_cnt bytes_in_rate "
        "bytes_out_cnt bytes_out_rate server_id server_key ";
    std::string_view rest = line_.word(at);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of(",("), rest.size());
      if (!listed(kinds, rest.substr(0, end)))
        return wrong(at, fmt::format("stick-table stores no \"{}\"", rest.substr(0, end)));
      const std::string_view kind = rest.substr(0, end);
      const bool counted = kind == "gpc" || kind == "gpt" || kind == "gpc_rate";
      if (kind.ends_with("_rate") || counted) period(at, kind, rest.substr(end));
      const std::size_t closed = rest.substr(end).starts_with('(') ? rest.find(')', end) : end;
      const std::size_t comma = closed == std::string_view::npos ? closed : rest.find(',', closed);
      rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
    }
  }

  // "(10s)", "(3)", "(3,10s)"
  void period(std::size_t at, std::string_view kind, std::string_view rest) {
    if (!rest.starts_with('(') || rest.find(')') == std::string_view::npos)
      return wrong(at,
                   fmt::format("{} takes an argument, such as {}", kind, kind.ends_with("_rate") ? "(10s)" : "(3)"));
    std::string_view inside = rest.substr(1, rest.find(')') - 1);
    const std::int64_t many = lax_number(inside);
    if (listed(" gpc gpt gpc_rate ", kind) && (many < 1 || many > 100))
      wrong(at, fmt::format("{} takes from 1 to 100 counters, not \"{}\"", kind, inside.substr(0, inside.find(','))));
    if (const std::size_t comma = inside.find(','); comma != std::string_view::npos) inside.remove_prefix(comma + 1);
    if (kind.ends_with("_rate") && !parse_time(inside)) wrong(at, fmt::format("{}: \"{}\" is no time", kind, inside));
  }

  static bool is_size(std::string_view text) {
    if (!text.empty() && std::string_view{"kKmMgG"}.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
    return is_whole_number(text) && lax_number(text) > 0;
  }

  const Context& context_;
  const Line& line_;
  std::size_t first_;
};

}  // namespace

void check_stick_table(const Context& context, std::size_t first) { StickTable{context, first}.check(); }

}  // namespace firedrill::lint::haproxy
