// Values that fetches and converters take in their parentheses, by probing HAProxy 2.6.12.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <utility>

#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

struct Choice {
  std::string_view names;
  std::size_t which;  // of the arguments
  std::string_view values;
  bool may_be_empty;
};
constexpr Choice choices[] = {
    {" sha2 ", 0, " 224 256 384 512 ", true},
    {" uuid ", 0, " 4 ", true},
    {" date http_date ", 1, " s ms us ", false},
    {" url_enc ", 0, " query ", true},
    {" json ", 0, " ascii utf8 utf8s utf8p utf8ps ", true},
    {" aes_gcm_dec ", 0, " 128 192 256 ", false},
    {" set-var ", 1, " ifexists ifnotexists ifempty ifnotempty ifset ifnotset ifgt iflt ", true},
    {" set-var ", 2, " ifexists ifnotexists ifempty ifnotempty ifset ifnotset ifgt iflt ", true},
};

bool is_variable(std::string_view text) {
  const std::size_t dot = text.find('.');
  return dot != std::string_view::npos && dot + 1 < text.size() &&
         listed(" proc sess txn req res check ", text.substr(0, dot));
}

// Whether an argument fits its letter in the tables.
bool fits(char kind, std::string_view one) {
  std::array<unsigned char, 16> bytes{};
  const std::string text{one};
  if (kind == 'm') return is_mask(one, Mask::four);
  if (kind == 'M') return is_mask(one, Mask::six);
  if (kind == '4') return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1;
  return kind != '6' || ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

}  // namespace

std::string sample_mistake(std::string_view name, std::string_view kinds, const std::vector<std::string_view>& given) {
  const auto argument = [&](std::size_t i) { return i < given.size() ? given[i] : std::string_view{}; };
  if (name == "bool" && kinds == "s" && !listed(" true false TRUE FALSE True False 0 1 ", argument(0)))
    return fmt::format("bool takes true, false, 0 or 1, not \"{}\"", argument(0));
  for (const Choice& one : choices)
    if (listed(one.names, name) && one.which < given.size() && !(one.may_be_empty && given[one.which].empty()) &&
        !listed(one.values, given[one.which]))
      return fmt::format("{} takes one of:{}; not \"{}\"", name, one.values, given[one.which]);
  if (listed(" add sub mul div mod and or xor ", name) && !is_whole_number(argument(0)) && !is_variable(argument(0)) &&
      argument(0).find_first_not_of("0123456789-") != std::string_view::npos)
    return fmt::format("{} takes a number or a variable, such as txn.name, not \"{}\"", name, argument(0));
  if (listed(" strcmp secure_memcmp ", name) && !argument(0).empty() && !is_variable(argument(0)))
    return fmt::format("{} takes a variable, such as txn.name, not \"{}\"", name, argument(0));
  if (listed(" set-var unset-var ", name) && !is_variable(argument(0)))
    return fmt::format("{} takes a variable, such as txn.name, not \"{}\"", name, argument(0));
  if (name == "concat" && !argument(1).empty() && !is_variable(argument(1)))
    return fmt::format("concat takes a variable, such as txn.name, not \"{}\"", argument(1));
  if (name == "regsub" && argument(2).find_first_not_of("gi") != std::string_view::npos)
    return fmt::format("regsub takes the flags g and i, not \"{}\"", argument(2));
  if (name == "be2dec" && is_whole_number(argument(1)) && (lax_number(argument(1)) < 1 || lax_number(argument(1)) > 8))
    return fmt::format("be2dec takes from 1 to 8 bytes at once, not {}", argument(1));
  if (listed(" field word ", name) && is_whole_number(argument(0)) && lax_number(argument(0)) == 0)
    return fmt::format("{} counts from 1, or from -1 backwards", name);
  std::size_t i = 0;
  for (const char kind : kinds) {
    if (kind == '[' || kind == ']') continue;
    if (!argument(i).empty() && !fits(kind, argument(i)))
      return fmt::format("{}: \"{}\" is no {}", name, argument(i), kind == '4' || kind == '6' ? "address" : "mask");
    ++i;
  }
  return "";
}

}  // namespace firedrill::lint::haproxy
