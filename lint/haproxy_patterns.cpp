// What an ACL compares with: flags, numbers, addresses, regular expressions.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

bool is_only_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

class Patterns {
 public:
  Patterns(const Context& context, std::size_t first, std::size_t end, std::string_view expression)
      : context_{context}, at_{first}, end_{end} {
    type_ = type_of_expression(expression);
    const std::size_t open = std::min(expression.find_first_of("(,"), expression.size());
    const std::string_view name = expression.substr(0, open);
    if (name == "http_auth_group" && expression.ends_with(')'))
      userlist_ = expression.substr(open + 1, expression.size() - open - 2);
    versions_ = name.find("ver") != std::string_view::npos;
  }

  void check() {
    if (!flags()) return;
    if (type_ == "any" && !method_)
      return context_.wrong(at_ - 1, "what comes out of it is of any type: -m METHOD must follow");
    if (!userlist_.empty()) return groups();
    const bool numbers = type_ == "sint" || type_ == "int" || type_ == "len";
    if (numbers && listed(" eq gt ge lt le ", context_.word(at_))) ++at_;
    for (; at_ < end_; ++at_) {
      const std::string word{context_.word(at_)};
      if (numbers && (word.empty() || !is_only_of(word, versions_ ? "0123456789+-:." : "0123456789+-:")))
        context_.wrong(at_, fmt::format("\"{}\" is no number to compare with", word));
      else if (numbers)
        range(word);
      if ((type_ == "ipv4" || type_ == "ipv6" || type_ == "addr" || type_ == "ip") && is_impossible_address(word))
        context_.wrong(at_, fmt::format("\"{}\" is no address", word));
      if (type_ == "reg") check_regex(context_, at_);
    }
  }

 private:
  // "10:20"; of versions "3.0:3.1".
  void range(std::string_view word) {
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view low = word.substr(0, colon), high = word.substr(colon + 1);
    const auto value = [](std::string_view text) {
      const std::size_t dot = text.find('.');
      return std::pair{lax_number(text), dot == std::string_view::npos ? 0 : lax_number(text.substr(dot + 1))};
    };
    if (high.find(':') != std::string_view::npos || word == ":")
      context_.wrong(at_, fmt::format("\"{}\" is no range, such as 1:20", word));
    else if (!low.empty() && !high.empty() && value(low) > value(high))
      context_.wrong(at_, fmt::format("\"{}\" is no range: the first end is the larger one", word));
  }

  // What http_auth_group is compared with; those of a file are not known here.
  void groups() {
    if (from_file_ || method_) return;
    if (at_ >= end_) return context_.wrong(at_ - 1, "http_auth_group takes the names of groups behind it");
    for (; at_ < end_; ++at_)
      if (!context_.names.has_group(userlist_, context_.word(at_)))
        context_.wrong(at_, fmt::format("there is no group \"{}\" in userlist \"{}\"", context_.word(at_), userlist_));
  }

  bool flags() {
    while (at_ < end_ && context_.word(at_).starts_with('-')) {
      const std::string_view flag = context_.word(at_++);
      if (flag == "--") return true;
      if (flag == "-m") {
        type_ = context_.word(at_);
        if (!listed(" found bool int ip bin len str beg sub dir dom end reg ", type_))
          return context_.wrong(at_, fmt::format("there is no way \"{}\" to match", type_)), false;
        method_ = true;
        ++at_;
      } else if (flag == "-f" || flag == "-u") {
        from_file_ = from_file_ || flag == "-f";
        ++at_;
      } else if (!listed(" -i -n -M ", flag)) {
        return context_.wrong(at_ - 1,
                              fmt::format("an ACL has no \"{}\"; -- goes before patterns that begin with -", flag)),
               false;
      }
    }
    return true;
  }

  const Context& context_;
  std::size_t at_, end_;
  std::string_view type_, userlist_;
  bool versions_ = false, method_ = false, from_file_ = false;
};

}  // namespace

void check_patterns(const Context& context, std::size_t first, std::size_t end, std::string_view expression) {
  Patterns{context, first, end, expression}.check();
}

}  // namespace firedrill::lint::haproxy
