// Checks as they are written out: http-check and tcp-check.
#include <fmt/format.h>

#include <algorithm>

#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

class Probe {
 public:
  explicit Probe(const Context& context) : context_{context}, http_{word(0) == "http-check"}, what_{word(1)} {}

  void check() {
    if (what_ == "connect") options(" comment port addr sni alpn proto ", " send-proxy ssl via-socks4 linger default ");
    if (what_ == "send" && http_) options(" comment meth uri uri-lf ver hdr body body-lf ", "");
    if (what_ == "expect") expect();
    if (what_ == "send-binary") binary(2);
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

  void expect() {
    constexpr std::string_view before =
        " min-recv comment ok-status error-status tout-status on-success on-error status-code ";
    const std::string_view kinds = http_ ? " string rstring string-lf status rstatus hdr fhdr "
                                         : " string rstring string-lf binary rbinary binary-lf ";
    std::size_t at = 2;
    while (listed(before, word(at))) at += 2;
    std::string_view kind = word(at);
    if (kind == "!") kind = word(++at);
    if (kind.starts_with('!')) kind.remove_prefix(1);
    if (!listed(kinds, kind))
      return wrong(at, fmt::format("{} expect takes one of:{}; not \"{}\"", word(0), kinds, kind));
    if (word(at + 1).empty()) return wrong(at, fmt::format("{}: an argument is missing", kind));
    if (kind == "rstring" || kind == "rstatus" || kind == "rbinary") check_regex(context_, at + 1);
    if (kind == "status" && word(at + 1).find_first_not_of("0123456789-, ") != std::string_view::npos)
      wrong(at + 1, fmt::format("status takes codes, such as 200-299, not \"{}\"", word(at + 1)));
    if (kind == "binary") binary(at + 1);
    if (kind == "string-lf" || kind == "binary-lf") check_format(context_, at + 1, From::anywhere);
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
    check_variable(context_, 1, what_.substr(open + 1, what_.find_first_of(",)", open) - open - 1));
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
