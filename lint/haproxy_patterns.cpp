// What an ACL compares with: flags, numbers, addresses, regular expressions.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

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
    const std::string_view name = expression.substr(0, expression.find_first_of("(,"));
    versions_ = name.find("ver") != std::string_view::npos;
  }

  void check() {
    if (!flags()) return;
    if (type_ == "any" && !method_)
      return context_.wrong(at_ - 1, "what comes out of it is of any type: -m METHOD must follow");
    const bool numbers = type_ == "sint" || type_ == "int" || type_ == "len";
    if (numbers && listed(" eq gt ge lt le ", context_.word(at_))) ++at_;
    for (; at_ < end_; ++at_) {
      const std::string word{context_.word(at_)};
      if (numbers && (word.empty() || !is_only_of(word, versions_ ? "0123456789+-:." : "0123456789+-:")))
        context_.wrong(at_, fmt::format("\"{}\" is no number to compare with", word));
      if ((type_ == "ipv4" || type_ == "ipv6" || type_ == "addr" || type_ == "ip") && is_impossible_address(word))
        context_.wrong(at_, fmt::format("\"{}\" is no address", word));
      if (type_ == "reg") check_regex(context_, at_);
    }
  }

 private:
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
  std::string_view type_;
  bool versions_ = false, method_ = false;
};

}  // namespace

bool is_impossible_address(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string host{text.substr(0, slash)}, mask{slash == std::string_view::npos ? "" : text.substr(slash + 1)};
  const bool six = host.find(':') != std::string::npos;
  std::array<unsigned char, 16> bytes{};
  if (six) {
    if (::inet_pton(AF_INET6, host.c_str(), bytes.data()) != 1) return true;
  } else {
    if (!is_only_of(host, "0123456789.") || std::count(host.begin(), host.end(), '.') != 3) return false;
    if (::inet_pton(AF_INET, host.c_str(), bytes.data()) != 1) return true;
  }
  if (slash == std::string::npos || (!six && mask.find('.') != std::string::npos)) return false;
  return !is_whole_number(mask) || lax_number(mask) > (six ? 128 : 32);
}

void check_patterns(const Context& context, std::size_t first, std::size_t end, std::string_view expression) {
  Patterns{context, first, end, expression}.check();
}

}  // namespace firedrill::lint::haproxy
