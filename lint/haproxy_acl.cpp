// Conditions and the expressions in them: names and brackets, not what patterns mean.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"
#include "lint/haproxy_keywords.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

constexpr std::array predefined{"TRUE",         "FALSE",          "LOCALHOST",     "HTTP",         "HTTP_1.0",
                                "HTTP_1.1",     "HTTP_2.0",       "METH_CONNECT",  "METH_DELETE",  "METH_GET",
                                "METH_HEAD",    "METH_OPTIONS",   "METH_POST",     "METH_PUT",     "METH_TRACE",
                                "HTTP_URL_ABS", "HTTP_URL_SLASH", "HTTP_URL_STAR", "HTTP_CONTENT", "REQ_CONTENT",
                                "RDP_COOKIE",   "WAIT_END"};

// "fetch(arguments),converter(arguments),…": each name is known, each parenthesis closed.
void check_expression(const Line& line, std::size_t at, std::string_view text, Findings& findings) {
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("(,"), text.size());
    const std::string name{text.substr(0, end)};
    if (!(first ? is_fetch(name) : is_converter(name) || name.empty())) {
      findings.add(refused, line.spot_of(at),
                   fmt::format("HAProxy has no {} \"{}\"", first ? "sample fetch" : "converter", name));
      return;
    }
    text.remove_prefix(end);
    if (text.starts_with('(')) {
      // Quotes protect what is between them; the first closing parenthesis outside ends the arguments.
      char quote = 0;
      std::size_t close = 1;
      for (; close < text.size() && (quote != 0 || text[close] != ')'); ++close) {
        if (text[close] == '\\')
          ++close;
        else if (quote == 0 && (text[close] == '"' || text[close] == '\''))
          quote = text[close];
        else if (text[close] == quote)
          quote = 0;
      }
      if (close >= text.size()) {
        findings.add(refused, line.spot_of(at), fmt::format("the arguments of {} are not closed", name));
        return;
      }
      text.remove_prefix(close + 1);
      if (!text.empty() && text.front() != ',') {
        findings.add(refused, line.spot_of(at), fmt::format("\"{}\" cannot stand behind {}(…)", text, name));
        return;
      }
    }
    if (text.starts_with(',')) text.remove_prefix(1);
    first = false;
  }
}

class Condition {
 public:
  Condition(const Acls& acls, const Line& line, std::size_t at, Findings& findings)
      : acls_{acls}, line_{line}, at_{at}, findings_{findings} {}

  void check() {
    bool needs_term = true;
    if (at_ >= line_.words.size()) wrong(at_ - 1, "a condition is missing behind it");
    while (at_ < line_.words.size()) {
      std::string_view word = line_.word(at_);
      if (word == "||" || word == "or" || word == "OR") {
        if (needs_term) return wrong(at_, "there is no condition before it");
        needs_term = true;
        ++at_;
        continue;
      }
      while (word.starts_with('!')) word.remove_prefix(1);
      if (word == "{") {
        if (!inline_acl()) return;
      } else if (!word.empty()) {
        name(word);
        ++at_;
      } else {
        ++at_;
        continue;  // a "!" by itself
      }
      needs_term = false;
    }
  }

 private:
  void wrong(std::size_t at, std::string_view what) {
    findings_.add(refused, line_.spot_of(at), fmt::format("\"{}\": {}", line_.word(at), what));
  }
  void name(std::string_view word) {
    if (std::find(predefined.begin(), predefined.end(), word) != predefined.end()) return;
    if (acls_.known(word, line_.spot().line)) return;
    const std::string near = faults::nearest(word, acls_.names());
    wrong(at_,
          "there is no ACL of that name above this line" + (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
  }
  bool inline_acl() {
    const std::size_t begin = at_++;
    const std::size_t close = [&] {
      std::size_t i = at_;
      while (i < line_.words.size() && line_.word(i) != "}") ++i;
      return i;
    }();
    if (close >= line_.words.size()) {
      wrong(begin, "the brace is not closed");
      return false;
    }
    if (close == at_)
      wrong(begin, "there is nothing between the braces");
    else
      check_expression(line_, at_, line_.word(at_), findings_);
    at_ = close + 1;
    return true;
  }

  const Acls& acls_;
  const Line& line_;
  std::size_t at_;
  Findings& findings_;
};

bool takes_condition(std::string_view directive) {
  constexpr std::array names{"http-request",  "http-response",  "http-after-response",
                             "tcp-request",   "tcp-response",   "use_backend",
                             "redirect",      "use-server",     "monitor",
                             "force-persist", "ignore-persist", "stick",
                             "stats"};
  return std::find(names.begin(), names.end(), directive) != names.end();
}

}  // namespace

Acls::Acls(const Section& section) {
  for (const Line& line : section.lines)
    if (line.word(0) == "acl" && line.words.size() > 1) lines_.try_emplace(line.words[1].text, line.spot().line);
}

bool Acls::known(std::string_view name, std::uint32_t line) const {
  const auto it = lines_.find(name);
  return it != lines_.end() && it->second < line;
}

std::vector<std::string> Acls::names() const {
  std::vector<std::string> all;
  for (const auto& [name, line] : lines_) all.push_back(name);
  return all;
}

void check_conditions(const Acls& acls, const Line& line, Findings& findings) {
  if (line.word(0) == "acl") {
    if (line.words.size() > 2) check_expression(line, 2, line.word(2), findings);
    return;
  }
  if (!takes_condition(line.word(0))) return;
  for (std::size_t i = 1; i < line.words.size(); ++i)
    if (line.word(i) == "if" || line.word(i) == "unless") return Condition{acls, line, i + 1, findings}.check();
}

}  // namespace firedrill::lint::haproxy
