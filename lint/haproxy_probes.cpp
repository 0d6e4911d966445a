// Checks as they are written out: http-check and tcp-check.
#include <fmt/format.h>

#include <algorithm>

#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

constexpr struct {
  std::string_view name, values;
} states[] = {
    {"ok-status", " L4OK L6OK L7OK L7OKC "},
    {"error-status", " L4CON L6RSP L7RSP L7STS "},
    {"tout-status", " L4TOUT L6TOUT L7TOUT "},
};

class Probe {
 public:
  explicit Probe(const Context& context) : context_{context}, http_{word(0) == "http-check"}, what_{word(1)} {}

  void check() {
    if (what_ == "connect") options(" comment port addr sni alpn proto ", " send-proxy ssl via-socks4 linger default ");
    if (what_ == "send" && http_) options(" comment meth uri uri-lf ver hdr body body-lf ", "");
    if (what_ == "expect") expect();
    if (what_ == "send-binary") binary(2);
    if (what_.starts_with("send") && !http_) sent();
    if (what_.find("set-var") != std::string_view::npos) variable();
  }

 private:
  std::string_view word(std::size_t at) const { return context_.word(at); }
  void wrong(std::size_t at, const std::string& what) { context_.wrong(at, what); }

  void options(std::string_view valued, std::string_view alone) {
    for (std::size_t at = 2; !word(at).empty(); ++at) {
      const std::string_view name = word(at);
      if (listed(alone, name)) continue;
      if (!listed(valued, name)) return wrong(at, fmt::format("{} {} has no \"{}\"", word(0), what_, name));
      if (word(++at).empty()) return wrong(at - 1, fmt::format("{}: an argument is missing", name));
      if (name == "hdr" && word(++at).empty()) return wrong(at - 2, "hdr takes a name and a value");
      if (name == "port") port(at);
      if (name == "uri-lf" || name == "body-lf" || name == "hdr") check_format(context_, at, From::anywhere);
    }
  }

  void port(std::size_t at) {
    if (!is_whole_number(word(at)))
      static_cast<void>(check_expression(context_, at, word(at), From::anywhere));
    else if (lax_number(word(at)) < 1 || lax_number(word(at)) > 65535)
      wrong(at, fmt::format("\"{}\" is no port", word(at)));
  }

  // Kinds of patterns, of which there is one, among other words with a value each.
  void expect() {
    const std::string_view kinds = http_ ? " string rstring string-lf status rstatus hdr fhdr custom "
                                         : " string rstring string-lf binary rbinary binary-lf custom ";
    constexpr std::string_view besides =
        " min-recv comment ok-status error-status tout-status on-success on-error status-code ";
    bool found = false;
    for (std::size_t at = 2; !word(at).empty(); ++at) {
      std::string_view kind = word(at);
      while (kind == "!") kind = word(++at);
      if (kind.starts_with('!')) kind.remove_prefix(1);
      const bool pattern = listed(kinds, kind);
      if (!pattern && !listed(besides, kind))
        return wrong(at, fmt::format("{} expect takes one of:{}; not \"{}\"", word(0), kinds, kind));
      if (pattern && found)
        return wrong(at, fmt::format("{} expect takes one pattern; \"{}\" is a second one", word(0), kind));
      found = found || pattern;
      if (kind == "custom") continue;
      if (word(at + 1).empty()) return wrong(at, fmt::format("{}: an argument is missing", kind));
      if (kind == "hdr" || kind == "fhdr") {
        if (!header(at)) return;
      } else {
        value(kind, ++at);
      }
    }
    if (!found) wrong(1, fmt::format("{} expect takes one of:{}", word(0), kinds));
  }

  void value(std::string_view kind, std::size_t at) {
    if (kind == "rstring" || kind == "rstatus" || kind == "rbinary") check_regex(context_, at);
    if (kind == "status") codes(at);
    if (kind == "binary") binary(at);
    if (kind == "string-lf" || kind == "binary-lf" || kind.starts_with("on-"))
      check_format(context_, at, From::anywhere);
    if (kind == "status-code") check_whole_expression(context_, at, From::anywhere);
    for (const auto& [name, values] : states)
      if (kind == name && !listed(values, word(at)))
        wrong(at, fmt::format("{} takes one of:{}; not \"{}\"", kind, values, word(at)));
  }

  // "200-299,404"
  void codes(std::size_t at) {
    std::string_view rest = word(at);
    bool good = rest.find_first_not_of("0123456789-,") == std::string_view::npos;
    while (good && !rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view one = rest.substr(0, comma);
      const std::size_t dash = one.find('-');
      if (dash != std::string_view::npos) good = lax_number(one.substr(0, dash)) <= lax_number(one.substr(dash + 1));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    if (!good) wrong(at, fmt::format("status takes codes, such as 200-299,404, not \"{}\"", word(at)));
  }

  // name [-m METHOD] NAME [value [-m METHOD] VALUE]; "at" ends on its last word.
  bool header(std::size_t& at) {
    const std::string_view kind = word(at);
    if (word(at + 1) != "name" && word(at + 1) != "name-lf")
      return wrong(at + 1,
                   fmt::format("{} takes name NAME, and value VALUE if wanted, not \"{}\"", kind, word(at + 1))),
             false;
    if (!matched(++at)) return false;
    if (word(at + 1) != "value" && word(at + 1) != "value-lf") return true;
    return matched(++at);
  }

  bool matched(std::size_t& at) {
    const std::string_view what = word(at++);
    if (word(at) == "-m") {
      if (!listed(" str beg end sub reg ", word(at + 1)))
        return wrong(at + 1, fmt::format("there is no way \"{}\" to match; str, beg, end, sub and reg", word(at + 1))),
               false;
      if (word(at + 1) == "reg") check_regex(context_, at + 2);
      at += 2;
    }
    if (!word(at).empty()) return true;
    return wrong(1, fmt::format("hdr {}: an argument is missing", what)), false;
  }

  // Behind what is sent to a server in mode tcp.
  void sent() {
    if (what_.ends_with("-lf")) check_format(context_, 2, From::anywhere);
    if (!word(3).empty() && word(3) != "comment")
      return wrong(3, fmt::format("tcp-check {} takes nothing but a comment behind it, not \"{}\"", what_, word(3)));
    if (word(3) == "comment" && word(4).empty()) wrong(3, "comment: an argument is missing");
  }

  void binary(std::size_t at) {
    const std::string_view text = word(at);
    if (text.size() % 2 != 0 || text.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
      wrong(at, fmt::format("\"{}\": an even number of hexadecimal digits is wanted", text));
  }

  void variable() {
    const std::size_t open = what_.find('(');
    if (open == std::string_view::npos)
      return wrong(1, fmt::format("{} takes a variable: {}(check.name)", what_, what_));
    check_set_variable(context_, 1, what_.substr(open + 1, what_.find(')', open) - open - 1));
    if (what_.starts_with("set-var(")) check_expression_at(context_, 2, From::anywhere);
  }

  const Context& context_;
  bool http_;
  std::string_view what_;
};

}  // namespace

void check_probe(const Context& context) {
  if (context.word(0) == "http-check" || context.word(0) == "tcp-check") Probe{context}.check();
}

}  // namespace firedrill::lint::haproxy
