// Conditions: names and brackets.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

constexpr std::array predefined{"TRUE",         "FALSE",          "LOCALHOST",     "HTTP",         "HTTP_1.0",
                                "HTTP_1.1",     "HTTP_2.0",       "METH_CONNECT",  "METH_DELETE",  "METH_GET",
                                "METH_HEAD",    "METH_OPTIONS",   "METH_POST",     "METH_PUT",     "METH_TRACE",
                                "HTTP_URL_ABS", "HTTP_URL_SLASH", "HTTP_URL_STAR", "HTTP_CONTENT", "REQ_CONTENT",
                                "RDP_COOKIE",   "WAIT_END"};

// An expression and what it is compared with, up to a word.
void check_acl(const Context& context, std::size_t at, std::size_t end) {
  const std::string_view text = context.word(at);
  const auto length = check_expression(context, at, text, From::condition);
  if (!length) return;
  if (*length < text.size())
    context.wrong(at, fmt::format("\"{}\" cannot stand behind \"{}\"", text.substr(*length), text.substr(0, *length)));
  else
    check_patterns(context, at + 1, end, text);
}

class Condition {
 public:
  Condition(const Context& context, std::size_t at)
      : context_{context}, acls_{context.acls}, line_{context.line}, at_{at} {}

  void check() {
    bool needs_term = true;
    if (at_ >= line_.words.size())
      context_.findings.add(no_effect, line_.spot_of(at_ - 1),
                            fmt::format("\"{}\": a condition is missing behind it", line_.word(at_ - 1)));
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
    context_.wrong(at, fmt::format("\"{}\": {}", line_.word(at), what));
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
      check_acl(context_, at_, close);
    at_ = close + 1;
    return true;
  }

  const Context& context_;
  const Acls& acls_;
  const Line& line_;
  std::size_t at_;
};

bool takes_condition(std::string_view directive) {
  constexpr std::array names{"http-request",  "http-response",  "http-after-response",
                             "tcp-request",   "tcp-response",   "use_backend",
                             "redirect",      "use-server",     "monitor",
                             "force-persist", "ignore-persist", "stick",
                             "stats",         "set-param",      "pass-header"};
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

void check_conditions(const Context& context) {
  const Line& line = context.line;
  if (line.word(0) == "acl") {
    constexpr std::string_view reserved = " or OR || ";
    if (listed(reserved, line.word(1))) context.wrong(1, fmt::format("no ACL can be called \"{}\"", line.word(1)));
    if (!is_proxy_name(line.word(1)))
      context.wrong(1, fmt::format("\"{}\" is no name: letters, digits, - _ . :", line.word(1)));
    if (line.words.size() > 2) check_acl(context, 2, line.words.size());
    return;
  }
  if (!takes_condition(line.word(0))) return;
  for (std::size_t i = 1; i < line.words.size(); ++i)
    if (line.word(i) == "if" || line.word(i) == "unless") return Condition{context, i + 1}.check();
}

}  // namespace firedrill::lint::haproxy
