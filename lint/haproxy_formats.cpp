// Formats as those of logs, and variables.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

constexpr std::string_view variables_of_logs =
    " o B CC CS H HM HP HPO HQ HU HV ID ST T Ta Tc Td Tl Th Ti Tq TR Tr Ts Tt Tu Tw U ac b bc bi bp bq ci cp f fc fi "
    "fp "
    "ft lc hr hrl hs hsl ms pid r rc rt s sc si sp sq sslc sslv t tr trg trl ts tsc ";

bool is_letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

constexpr std::string_view of_http = " CC CS HM HP HPO HQ HU HV Ta Ti Tq TR Tr r tr trg trl ";

class Format {
 public:
  Format(const Context& context, std::size_t at, From from)
      : context_{context}, at_{at}, text_{context.word(at)}, from_{from} {}

  void check() {
    for (std::size_t percent = text_.find('%'); percent != std::string_view::npos; percent = text_.find('%')) {
      text_.remove_prefix(percent + 1);
      if (!item()) return;
    }
  }

 private:
  bool wrong(const std::string& what) {
    context_.wrong(at_, what);
    return false;
  }

  bool item() {
    bool flags = false;
    if (text_.starts_with('{')) {
      const std::size_t close = text_.find('}');
      if (close == std::string_view::npos) return wrong("%{ is not closed");
      text_.remove_prefix(close + 1);
      flags = true;
    }
    if (text_.empty()) return wrong("the format ends behind a %; %% is the character");
    if (text_.starts_with('[')) return expression();
    const auto end = std::find_if_not(text_.begin(), text_.end(), is_letter_or_digit);
    const std::string_view name = text_.substr(0, static_cast<std::size_t>(end - text_.begin()));
    if (name.empty() && flags) return wrong("%{…} takes a variable or an expression behind it");
    if (!name.empty() && !listed(variables_of_logs, name))
      return wrong(fmt::format("formats have no variable %{}; %% is the character", name));
    const bool told_at_the_end = from_ == From::logs || context_.word(0) == "unique-id-format";
    if (told_at_the_end && listed(of_http, name) && !is_http(context_.section))
      return wrong(fmt::format("%{} is of requests, and {} is not in mode http", name, context_.section.shown()));
    if (name.empty() && (text_.front() == ' ' || text_.front() == '\t'))
      return wrong("a % alone cannot stand in a format; %% is the character");
    text_.remove_prefix(name.empty() && text_.starts_with('%') ? 1 : name.size());
    return true;
  }

  bool expression() {
    text_.remove_prefix(1);
    const auto length = check_expression(context_, at_, text_, from_);
    if (!length) return false;
    text_.remove_prefix(*length);
    if (!text_.starts_with(']')) return wrong("%[ is not closed");
    text_.remove_prefix(1);
    return true;
  }

  const Context& context_;
  std::size_t at_;
  std::string_view text_;
  From from_;
};

}  // namespace

void check_format(const Context& context, std::size_t at, From from) { Format{context, at, from}.check(); }

void check_regex(const Context& context, std::size_t at) {
  if (const std::string_view mistake = regex_mistake(context.word(at)); !mistake.empty())
    context.wrong(at, fmt::format("\"{}\" is no regular expression: {}", context.word(at), mistake));
}

void check_variable(const Context& context, std::size_t at, std::string_view name) {
  const std::size_t dot = name.find('.');
  const bool good =
      dot != std::string_view::npos && dot + 1 < name.size() &&
      listed(" proc sess txn req res check ", name.substr(0, dot)) &&
      std::all_of(name.begin(), name.end(), [](char c) { return is_letter_or_digit(c) || c == '_' || c == '.'; });
  if (!good)
    context.wrong(at, fmt::format("\"{}\" is no variable: proc, sess, txn, req, res or check, a dot, and a name of "
                                  "letters, digits, _ and dots",
                                  name));
}

void check_set_variable(const Context& context, std::size_t at, std::string_view text) {
  constexpr std::string_view conditions = " ifexists ifnotexists ifempty ifnotempty ifset ifnotset ifgt iflt ";
  std::size_t comma = std::min(text.find(','), text.size());
  check_variable(context, at, text.substr(0, comma));
  while (comma < text.size()) {
    text.remove_prefix(comma + 1);
    comma = std::min(text.find(','), text.size());
    const std::string_view one = text.substr(0, comma);
    if (!one.empty() && !listed(conditions, one))
      context.wrong(at, fmt::format("set-var has no condition \"{}\", but:{}", one, conditions));
  }
}

}  // namespace firedrill::lint::haproxy
