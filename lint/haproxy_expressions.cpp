// Sample expressions: names, how many arguments, and what they refer to.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

bool is_of_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view{"-_.:+"}.find(c) != std::string_view::npos;
}

std::string_view name_at(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_of_name);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// Up to the parenthesis that closes "(…": quotes protect what is between them.
std::size_t closing(std::string_view text) {
  char quote = 0;
  std::size_t close = 1;
  for (; close < text.size() && (quote != 0 || text[close] != ')'); ++close) {
    if (text[close] == '\\' && quote != '\'')
      ++close;
    else if (quote == 0 && (text[close] == '"' || text[close] == '\''))
      quote = text[close];
    else if (text[close] == quote)
      quote = 0;
  }
  return close;
}

// Between commas; empty when there is a quote or an escape, which are left to HAProxy.
std::vector<std::string_view> split_arguments(std::string_view text) {
  std::vector<std::string_view> parts;
  if (text.find_first_of("\"'\\") != std::string_view::npos) return parts;
  for (;;) {
    const std::size_t comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

class SampleExpression {
 public:
  SampleExpression(const Context& context, std::size_t at, std::string_view text, From from)
      : context_{context}, at_{at}, text_{text}, from_{from} {}

  std::optional<std::size_t> check() {
    const std::size_t all = text_.size();
    if (!part(fetch(name_at(text_)), "sample fetch")) return std::nullopt;
    while (text_.starts_with(',')) {
      text_.remove_prefix(1);
      if (name_at(text_).empty()) continue;
      if (!part(converter(name_at(text_)), "converter")) return std::nullopt;
    }
    return all - text_.size();
  }

 private:
  bool wrong(const std::string& what) {
    context_.wrong(at_, what);
    return false;
  }

  bool part(const Sample* sample, std::string_view kind) {
    name_ = name_at(text_);
    const bool scripted = name_.starts_with("lua.") && context_.names.has_scripts();
    if (sample == nullptr && !scripted)
      return wrong(fmt::format("HAProxy has no {} \"{}\"", kind, name_.empty() ? text_ : name_));
    if (sample != nullptr && !may_stand(*sample)) return false;
    text_.remove_prefix(name_.size());
    if (!text_.starts_with('(')) return sample == nullptr || count(*sample, {});
    const std::size_t close = closing(text_);
    if (close >= text_.size()) return wrong(fmt::format("the arguments of {} are not closed", name_));
    const std::string_view inside = text_.substr(1, close - 1);
    text_.remove_prefix(close + 1);
    if (sample == nullptr || inside.find_first_of("\"'\\") != std::string_view::npos) return true;
    // "str()" has an argument: an empty one.
    if (inside.empty() && sample->arguments.find_first_of("tbfv") == std::string_view::npos) return true;
    const auto given = inside.empty() ? std::vector<std::string_view>{} : split_arguments(inside);
    if (name_ == "var" && !inside.empty()) check_variable(context_, at_, inside);
    return count(*sample, given) && types(*sample, given);
  }

  bool may_stand(const Sample& sample) {
    if (from_ == From::condition) return true;
    if (sample.from == From::condition) return wrong(fmt::format("{} can stand in conditions only", name_));
    if (from_ == From::logs && sample.from == From::request)
      return wrong(fmt::format("{} is of requests, which are gone when the log is written", name_));
    if ((from_ == From::request && sample.from == From::response) ||
        (from_ == From::response && sample.from == From::request))
      return wrong(fmt::format("{} is of {}, which are not there at this point", name_,
                               from_ == From::request ? "responses" : "requests"));
    return true;
  }

  // A table or a proxy that is not named is the section's own.
  bool count(const Sample& sample, const std::vector<std::string_view>& given) {
    std::size_t most = 0, least = 0;
    bool optional = false;
    for (const char c : sample.arguments) {
      optional = optional || c == '[';
      if (c == '[' || c == ']') continue;
      ++most;
      if (!optional && std::string_view{"tbfv"}.find(c) == std::string_view::npos) least = most;
    }
    if (given.size() > most)
      return wrong(most == 0 ? fmt::format("{} takes no arguments", name_)
                             : fmt::format("{} takes {} argument{}", name_, most, most == 1 ? "" : "s"));
    // A text that is missing is an empty one.
    const bool empty_text = given.empty() && sample.arguments.starts_with('s');
    if (given.size() < least && !empty_text) return wrong(fmt::format("{}: an argument is missing", name_));
    const std::size_t named = given.empty() ? 0 : given.size();
    return named >= most || optional || own(sample.arguments.back());
  }

  bool own(char kind) {
    const Section& section = context_.section;
    if (!section.is_proxy()) return true;
    if (kind == 't' && !context_.names.has_table(section.name))
      return wrong(fmt::format("{}: {} has no stick-table", name_, section.shown()));
    if (kind == 'b' && !section.faces_servers())
      return wrong(fmt::format("{}: {} is no backend", name_, section.shown()));
    return kind != 'f' || section.faces_clients() ||
           wrong(fmt::format("{}: {} is no frontend", name_, section.shown()));
  }

  bool types(const Sample& sample, const std::vector<std::string_view>& given) {
    std::size_t i = 0;
    for (const char kind : sample.arguments) {
      if (kind == '[' || kind == ']') continue;
      if (i >= given.size()) break;
      const std::string_view one = given[i++];
      if (!one.empty() && !type(kind, one)) return false;
    }
    const std::string mistake = sample_mistake(name_, sample.arguments, given);
    return mistake.empty() || wrong(mistake);
  }

  bool type(char kind, std::string_view one) {
    const KnownNames& names = context_.names;
    if (kind == 'i' && !is_whole_number(one)) return wrong(fmt::format("{} takes a number, not \"{}\"", name_, one));
    if (kind == 'b' && names.backend(one) == nullptr && !names.is_part())
      return wrong(fmt::format("{}: there is no backend \"{}\"", name_, one));
    if (kind == 'f' && names.frontend(one) == nullptr && !names.is_part())
      return wrong(fmt::format("{}: there is no frontend \"{}\"", name_, one));
    if (kind == 't' && !names.has_table(one))
      return wrong(fmt::format("{}: there is no stick-table in \"{}\"", name_, one));
    if (kind == 'u' && !names.has("userlist", one))
      return wrong(fmt::format("{}: there is no userlist \"{}\"", name_, one));
    if (kind == 'v') return server(one);
    if (kind == 'r')
      if (const std::string_view mistake = regex_mistake(one); !mistake.empty())
        return wrong(fmt::format("\"{}\" is no regular expression: {}", one, mistake));
    return true;
  }

  bool server(std::string_view one) {
    const std::size_t slash = one.find('/');
    const Section* where =
        slash == std::string_view::npos ? &context_.section : context_.names.backend(one.substr(0, slash));
    const std::string_view name = slash == std::string_view::npos ? one : one.substr(slash + 1);
    if (where == nullptr && context_.names.is_part()) return true;
    return (where != nullptr && has_server(*where, name)) ||
           wrong(fmt::format("{}: there is no server \"{}\"", name_, one));
  }

  const Context& context_;
  std::size_t at_;
  std::string_view text_, name_;
  From from_;
};

}  // namespace

std::optional<std::size_t> check_expression(const Context& context, std::size_t at, std::string_view text, From from) {
  return SampleExpression{context, at, text, from}.check();
}

std::optional<std::size_t> check_expression_at(const Context& context, std::size_t at, From from) {
  if (context.word(at).empty()) {
    context.wrong(at, "an expression is missing here");
    return std::nullopt;
  }
  const std::string_view text = context.word(at);
  const auto length = check_expression(context, at, text, from);
  if (!length) return std::nullopt;
  if (*length < text.size()) {
    context.wrong(at, fmt::format("\"{}\" cannot stand behind \"{}\"", text.substr(*length), text.substr(0, *length)));
    return std::nullopt;
  }
  for (++at; at < context.line.words.size(); ++at) {
    std::string_view more = context.word(at);
    while (more.starts_with(',')) more.remove_prefix(1);
    if (converter(name_at(more)) == nullptr) break;
  }
  return at;
}

void check_whole_expression(const Context& context, std::size_t at, From from) {
  const std::string_view text = context.word(at);
  const auto length = check_expression(context, at, text, from);
  if (length && *length < text.size())
    context.wrong(at, fmt::format("\"{}\" cannot stand behind \"{}\"", text.substr(*length), text.substr(0, *length)));
}

std::string_view type_of_expression(std::string_view text) {
  const Sample* sample = fetch(name_at(text));
  std::string_view type = sample == nullptr ? "any" : sample->type;
  for (;;) {
    text.remove_prefix(name_at(text).size());
    if (text.starts_with('(')) text.remove_prefix(std::min(closing(text) + 1, text.size()));
    while (text.starts_with(',')) text.remove_prefix(1);
    if (text.empty()) return type;
    const std::string_view kept = name_at(text);
    sample = converter(kept);
    if (sample == nullptr) return "any";
    if (listed(" debug set-var unset-var ", kept)) continue;
    type = sample->type;
  }
}

}  // namespace firedrill::lint::haproxy
