// By the directives at the top, and where the table has them: a context that all of them may stand in.
#include "lint/nginx_fragments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "lint/ground_rules.hpp"
#include "lint/nginx_directives.hpp"

namespace firedrill::lint::nginx {
namespace {

constexpr unsigned anywhere = 0xffff;

struct Statement {
  std::size_t words = 0;
  std::string name;
  Spot spot;
};

// Where it may stand; anywhere for what nobody knows.
unsigned contexts_of(const Statement& statement, bool block) {
  const std::size_t arguments = std::min<std::size_t>(statement.words - 1, 10);
  unsigned exact = 0, by_name = 0;
  for (const Known* row : directives_named(statement.name)) {
    by_name |= row->contexts;
    if (row->block == block && (row->arguments & (1U << arguments)) != 0) exact |= row->contexts;
  }
  return exact != 0 ? exact : by_name != 0 ? by_name : anywhere;
}

class Tops {
 public:
  void top(const Statement& one, bool block) {
    const unsigned contexts = contexts_of(one, block);
    if (contexts == anywhere) return;
    if (shared_ == anywhere) first_ = one.spot;
    shared_ &= contexts;
    for (const std::string_view name : {"server", "upstream", "map"}) site_ = site_ || (block && one.name == name);
  }
  void in_a_server(const Statement& one, bool block) {
    const unsigned contexts = contexts_of(one, block);
    stream_ = stream_ || ((contexts & in_stream_server) != 0 && (contexts & in_server) == 0);
  }

  Context ground(Findings& findings) const {
    constexpr std::pair<Context, std::string_view> places[] = {
        {in_http, "http"},           {in_server, "a server"},
        {in_location, "a location"}, {in_upstream, "an upstream"},
        {in_stream, "stream"},       {in_stream_server, "a server of stream"},
    };
    // What fits nowhere as a whole is taken for a site in which something is misplaced.
    unsigned shared = shared_ == 0 && site_ ? unsigned{in_http} : shared_;
    if ((shared & in_main) != 0) return in_main;
    if (stream_ && (shared & in_stream) != 0) shared = in_stream;
    for (const auto& [context, shown] : places) {
      if ((shared & context) == 0) continue;
      findings.add(only_a_part, first_,
                   fmt::format("this is no whole configuration; it was checked as if it were included in {}", shown));
      return context;
    }
    return in_main;
  }

 private:
  unsigned shared_ = anywhere;
  bool site_ = false, stream_ = false;
  Spot first_;
};

}  // namespace

Context ground_of(Tokens tokens, Findings& findings) {
  Tops tops;
  Statement next;
  std::string outer;
  std::size_t depth = 0;
  for (Token token = tokens.next(); token.mark != Mark::end; token = tokens.next()) {
    if (token.mark == Mark::word) {
      if (next.words++ == 0) std::tie(next.name, next.spot) = std::pair{token.word.text, token.word.spot};
      continue;
    }
    const bool block = token.mark == Mark::open;
    if (next.words > 0 && depth == 0) {
      for (const std::string_view whole : {"http", "events", "stream", "mail"})
        if (next.name == whole) return in_main;
      tops.top(next, block);
      outer = next.name;
    } else if (next.words > 0 && depth == 1 && outer == "server") {
      tops.in_a_server(next, block);
    }
    if (block) ++depth;
    if (token.mark == Mark::close && depth > 0) --depth;
    next = {};
  }
  return tops.ground(findings);
}

}  // namespace firedrill::lint::nginx
