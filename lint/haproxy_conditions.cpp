// A small parser for conditions: || over && over !, parentheses, predicates (configuration.txt of 2.6, section 2.4).
#include "lint/haproxy_conditions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "lint/ground_rules.hpp"

namespace firedrill::lint::haproxy {
namespace {

// What "haproxy -vv" of Debian 12 lists with a plus.
constexpr std::array features{"ACCEPT4",     "BACKTRACE",   "CPU_AFFINITY", "CRYPT_H",      "DL",        "EPOLL",
                              "GETADDRINFO", "LIBCRYPT",    "LINUX_SPLICE", "LINUX_TPROXY", "LUA",       "NETFILTER",
                              "NS",          "OPENSSL",     "OT",           "PCRE2",        "PCRE2_JIT", "POLL",
                              "PRCTL",       "PROMEX",      "RT",           "SLZ",          "SYSTEMD",   "TFO",
                              "THREAD",      "THREAD_DUMP", "TPROXY"};
constexpr std::array<int, 3> own_version{2, 6, 12};

std::array<int, 3> version_of(std::string_view text) {
  std::array<int, 3> parts{};
  for (int& part : parts) {
    part = std::atoi(std::string{text.substr(0, text.find('.'))}.c_str());
    const std::size_t dot = text.find('.');
    text = dot == std::string_view::npos ? "" : text.substr(dot + 1);
  }
  return parts;
}

class Expression {
 public:
  Expression(std::string_view text, const Lookup& variable) : text_{text}, variable_{variable} {}

  bool whole() {
    blanks();
    if (rest().empty()) return false;  // nothing is false
    const bool value = any();
    blanks();
    if (!rest().empty()) fail(fmt::format("\"{}\" is not understood", rest()));
    return value;
  }
  const std::string& problem() const { return problem_; }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool take(std::string_view token) {
    blanks();
    if (!rest().starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  void fail(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
    at_ = text_.size();
  }

  bool any() {
    bool value = all();
    while (problem_.empty() && take("||")) value = all() || value;
    return value;
  }
  bool all() {
    bool value = one();
    while (problem_.empty() && take("&&")) value = one() && value;
    return value;
  }
  bool one() {
    bool negated = false;
    while (take("!")) negated = !negated;
    if (take("(")) {
      if (++depth_ > 100) {
        fail("parentheses nest deeper than 100");
        return false;
      }
      const bool value = any();
      if (problem_.empty() && !take(")")) fail("a parenthesis is not closed");
      --depth_;
      return value != negated;
    }
    return term() != negated;
  }

  bool term() {
    blanks();
    std::size_t end = at_;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) != 0 || text_[end] == '_'))
      ++end;
    const std::string word{text_.substr(at_, end - at_)};
    if (!word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c); })) {
      at_ = end;
      return std::any_of(word.begin(), word.end(), [](char c) { return c != '0'; });
    }
    if (word.empty() || end >= text_.size() || text_[end] != '(') {
      fail(fmt::format("\"{}\" is no condition; it takes a number or a predicate such as defined(NAME)", rest()));
      return false;
    }
    const std::size_t close = text_.find(')', end);
    if (close == std::string_view::npos) {
      fail(fmt::format("{}( is not closed", word));
      return false;
    }
    const std::string_view arguments = text_.substr(end + 1, close - end - 1);
    at_ = close + 1;
    return predicate(word, arguments);
  }

  bool predicate(const std::string& name, std::string_view arguments) {
    const std::size_t comma = arguments.find(',');
    const std::string_view first = arguments.substr(0, comma);
    const std::string_view second = comma == std::string_view::npos ? "" : arguments.substr(comma + 1);
    const auto is = [](std::string_view feature) { return [feature](std::string_view one) { return one == feature; }; };
    if (name == "defined") return variable_(std::string{first}).has_value();
    if (name == "feature") return std::any_of(features.begin(), features.end(), is(first));
    if (name == "streq") return first == second;
    if (name == "strneq") return first != second;
    if (name == "version_atleast") return own_version >= version_of(first);
    if (name == "version_before") return own_version < version_of(first);
    fail(fmt::format(
        "\"{}\" is no predicate of HAProxy 2.6: defined, feature, streq, strneq, version_atleast, version_before",
        name));
    return false;
  }

  std::string_view text_;
  const Lookup& variable_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string problem_;
};

}  // namespace

bool Conditions::holds(const std::vector<Word>& words, Findings& findings) const {
  std::string text;
  for (std::size_t i = 1; i < words.size(); ++i) text += (i > 1 ? " " : "") + words[i].text;
  Expression expression{text, variable_};
  const bool value = expression.whole();
  if (!expression.problem().empty())
    findings.add(unreadable, words[0].spot, fmt::format("{}: {}", words[0].text, expression.problem()));
  return value;
}

void Conditions::branch(const std::vector<Word>& words, Findings& findings) {
  const std::string& name = words[0].text;
  if (name == ".if") {
    const State state = !count() ? State::skipped : holds(words, findings) ? State::counts : State::waits;
    open_.push_back({words[0].spot, state});
    return;
  }
  if (open_.empty() || (name != ".endif" && open_.back().has_else)) {
    findings.add(unreadable, words[0].spot,
                 fmt::format("{} without .if{}", name, open_.empty() ? "" : ": .else was the last branch"));
    return;
  }
  Block& block = open_.back();
  if (name == ".endif") {
    open_.pop_back();
    return;
  }
  if (name == ".else") block.has_else = true;
  if (block.state == State::counts) {
    block.state = State::done;
  } else if (block.state == State::waits && (name == ".else" || holds(words, findings))) {
    block.state = State::counts;
  }
}

bool Conditions::take(const std::vector<Word>& words, Findings& findings) {
  const std::string& name = words[0].text;
  if (name == ".if" || name == ".elif" || name == ".else" || name == ".endif") {
    if ((name == ".else" || name == ".endif") && words.size() > 1)
      findings.add(refused, words[1].spot, fmt::format("{} takes no argument", name));
    branch(words, findings);
    return true;
  }
  if (!count()) return true;
  if (name == ".alert") {
    findings.add(refused, words[0].spot, "this .alert is reached, and keeps HAProxy from starting");
    return true;
  }
  return name == ".diag" || name == ".notice" || name == ".warning";
}

void Conditions::finish(Findings& findings) const {
  for (const Block& block : open_) findings.add(unreadable, block.spot, "this .if has no .endif");
}

}  // namespace firedrill::lint::haproxy
