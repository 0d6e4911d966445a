// Answers that HAProxy gives itself: those of http-error, and of the actions return, deny and tarpit.
#include <fmt/format.h>

#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {

void check_reply(const Context& context, std::size_t first, std::string_view name, From from) {
  constexpr std::string_view valued =
      " deny_status status content-type errorfile errorfiles file lf-file string lf-string hdr ";
  const bool rule = name != "http-error";  // may have a condition
  bool text = false, type = false, status = rule;
  for (std::size_t at = first; !context.word(at).empty() && !(rule && is_end(context.word(at)));) {
    const std::string_view option = context.word(at++);
    const std::string_view value = context.word(at);
    text = text || option.ends_with("string");
    type = type || option == "content-type";
    status = status || option == "status";
    if (option == "default-errorfiles") continue;
    if (!listed(valued, option)) return context.wrong(at - 1, fmt::format("{} has no \"{}\"", name, option));
    if (value.empty()) return context.wrong(at - 1, fmt::format("{} {}: an argument is missing", name, option));
    if (option.ends_with("status") && rule && (lax_number(value) < 200 || lax_number(value) > 599))
      context.wrong(at, fmt::format("\"{}\" is no status", value));
    if (option.ends_with("status") && !rule && !listed(statuses_of_errors, value))
      context.wrong(at, fmt::format("{} takes no status {}, but one of:{}", name, value, statuses_of_errors));
    if (option == "errorfiles" && !context.names.has("http-errors", value))
      context.wrong(at, fmt::format("there is no http-errors section \"{}\"", value));
    if (option == "hdr" && context.word(++at).empty())
      context.wrong(first - 1, fmt::format("{} hdr: an argument is missing", name));
    if (option == "hdr" || option == "lf-string") check_format(context, at, from);
    ++at;
  }
  if (!status) context.wrong(first - 1, fmt::format("{} takes a status", name));
  if (text && !type) context.wrong(first - 1, fmt::format("{} with a text takes a content-type", name));
}

}  // namespace firedrill::lint::haproxy
