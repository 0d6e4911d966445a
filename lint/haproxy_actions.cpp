// What the actions of http-request, http-response, tcp-request and their relatives take.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

struct Shape {
  std::string_view actions, takes;  // in order; what stands in brackets can be left out
};
constexpr Shape shapes[] = {
    {" add-header set-header early-hint ", "word format"},
    {" replace-header replace-value ", "word regex format"},
    {" replace-path replace-pathq replace-uri ", "regex format"},
    {" set-path set-pathq set-query set-uri set-method set-var-fmt add-acl del-acl del-map ", "format"},
    {" set-map ", "format format"},
    {" set-src set-src-port set-dst set-dst-port set-priority-class set-priority-offset set-var do-resolve ",
     "expression"},
    {" unset-var sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 allow accept reject silent-drop disable-l7-retry close "
     "wait-for-handshake ",
     ""},
    {" sc-set-gpt sc-set-gpt0 ", "number-or-expression"},
    {" track-sc track-sc0 track-sc1 track-sc2 ", "expression [table] [word]"},
    {" capture ", "expression len-or-id count"},
    {" del-header ", "word [-m] [method]"},
    {" set-status ", "status [reason] [word]"},
    {" set-log-level ", "level"},
    {" set-nice ", "word"},
    {" cache-use cache-store ", "cache"},
    {" set-tos set-mark ", "hexadecimal"},
    {" strict-mode ", "switch"},
    {" expect-proxy expect-netscaler-cip ", "layer4"},
    {" send-spoe-group ot-group ", "word word"},
    {" auth ", "[realm] [word]"},
    {" set-timeout ", "timeout time-or-expression"},
};

struct Alternatives {
  std::string_view kind, values;
};
constexpr Alternatives alternatives[] = {
    {"level", " silent emerg alert crit err warning notice info debug "},
    {"switch", " on off "},
    {"layer4", " layer4 "},
    {"timeout", " server tunnel "},
    {"len-or-id", " len id "},
    {"method", " str beg end sub reg "},
};

class Action {
 public:
  Action(const Context& context, std::string_view ruleset, std::size_t at)
      : context_{context},
        at_{at},
        word_{context.word(at)},
        name_{word_.substr(0, word_.find('('))},
        from_{ruleset.find("response") == std::string_view::npos ? From::request : From::response} {}

  void check() {
    in_parentheses();
    if (name_ == "set-timeout" && context_.section.place == Place::frontend)
      wrong(at_, "set-timeout is for servers, and stands in a backend or a listen section");
    if (name_ == "normalize-uri" && context_.names.global("expose-experimental-directives") == nullptr &&
        !context_.names.is_part())
      wrong(at_, "normalize-uri must be allowed by expose-experimental-directives in the global section");
    if (name_ == "redirect") return redirect();
    if (name_ == "deny" || name_ == "tarpit" || name_ == "return") return check_reply(context_, at_ + 1, name_, from_);
    if (name_ == "wait-for-body") return wait_for_body();
    const auto shape = std::find_if(std::begin(shapes), std::end(shapes),
                                    [&](const Shape& one) { return listed(one.actions, name_); });
    if (shape == std::end(shapes)) return;
    std::string_view takes = shape->takes;
    std::size_t at = at_ + 1;
    while (!takes.empty()) {
      const std::size_t blank = std::min(takes.find(' '), takes.size());
      if (!one(takes.substr(0, blank), at)) return;
      takes.remove_prefix(std::min(blank + 1, takes.size()));
    }
    if (name_ == "capture" && word(at - 2) == "id") captured(at - 1);
    finish(at);
  }

 private:
  std::string_view word(std::size_t at) const { return context_.word(at); }
  bool wrong(std::size_t at, const std::string& what) {
    context_.wrong(at, what);
    return false;
  }
  void finish(std::size_t at) {
    if (!is_end(word(at))) wrong(at, fmt::format("{}: only if or unless can stand here, not \"{}\"", name_, word(at)));
  }

  // Only a frontend's own are known: a backend's are those of the frontends before it.
  void captured(std::size_t at) {
    const Section& section = context_.section;
    if (section.place != Place::frontend) return;
    const auto declared = std::count_if(section.lines.begin(), section.lines.end(), [&](const Line& line) {
      return line.word(0) == "declare" && line.word(2) == (from_ == From::request ? "request" : "response");
    });
    if (lax_number(word(at)) >= declared)
      wrong(at, fmt::format("there is no declare capture with the number {}", word(at)));
  }

  // set-var(txn.name), sc-inc-gpc0(1)
  void in_parentheses() {
    const std::size_t open = word_.find('(');
    const std::string_view whole =
        open == std::string_view::npos ? "" : word_.substr(open + 1, word_.find(')', open) - open - 1);
    const std::string_view inside = whole.substr(0, whole.find(','));
    if (name_ == "unset-var" && whole.find(',') != std::string_view::npos)
      wrong(at_, "unset-var takes the name of a variable only; conditions are of set-var");
    else if (name_ == "set-var" || name_ == "unset-var" || name_ == "set-var-fmt")
      check_set_variable(context_, at_, whole);
    if (open != std::string_view::npos && name_.starts_with("sc-") && !inside.empty() &&
        (!is_whole_number(inside) || lax_number(inside) < 0 ||
         lax_number(inside) > (name_.ends_with("gpc") || name_.ends_with("gpt") ? 99 : 2)))
      wrong(at_, fmt::format("{}({}): there are the counters 0, 1 and 2", name_, inside));
    if (name_ == "do-resolve") {
      const std::size_t comma = word_.find(',');
      const std::string_view section = comma == std::string_view::npos
                                           ? ""
                                           : word_.substr(comma + 1, word_.find_first_of(",)", comma + 1) - comma - 1);
      if (!context_.names.has("resolvers", section))
        wrong(at_, fmt::format("there is no resolvers section \"{}\"", section));
    }
  }

  // False when it makes no sense to go on.
  bool one(std::string_view kind, std::size_t& at) {
    if (kind.starts_with('[')) {
      const std::string_view wanted = kind.substr(1, kind.size() - 2);
      if (wanted == "word" || wanted == "method") return optional_value(wanted, at);
      taken_ = word(at) == wanted;
      if (taken_) ++at;
      return true;
    }
    if (word(at).empty()) return wrong(at_, fmt::format("{}: an argument is missing", name_));
    const std::string_view given = word(at);
    if (kind == "expression" || (kind == "number-or-expression" && !is_whole_number(given)) ||
        (kind == "time-or-expression" && !parse_time(given))) {
      const auto next = check_expression_at(context_, at, from_);
      at = next.value_or(at);
      return next.has_value();
    }
    if (kind == "cache" && !context_.names.has("cache", given))
      wrong(at, fmt::format("there is no cache section \"{}\"", given));
    if (kind == "format") check_format(context_, at, from_);
    if (kind == "regex") check_regex(context_, at);
    if (kind == "count" && (!is_whole_number(given) || lax_number(given) < 0))
      return wrong(at, fmt::format("{} takes a number, not \"{}\"", name_, given));
    if (kind == "status" && (lax_number(given) < 100 || lax_number(given) > 999))
      return wrong(at, fmt::format("\"{}\" is no status", given));
    if (kind == "hexadecimal" && !is_hexadecimal(given))
      return wrong(at, fmt::format("{} takes a number, not \"{}\"", name_, given));
    for (const Alternatives& choice : alternatives)
      if (choice.kind == kind && !listed(choice.values, given))
        return wrong(at, fmt::format("{} takes one of:{}; not \"{}\"", name_, choice.values, given));
    ++at;
    return true;
  }

  // Behind a word in brackets that was there.
  bool optional_value(std::string_view kind, std::size_t& at) {
    if (!taken_) return true;
    if (word(at).empty()) return wrong(at - 1, fmt::format("{} {}: an argument is missing", name_, word(at - 1)));
    if (kind == "method" && !listed(alternatives[5].values, word(at)))
      return wrong(at, fmt::format("there is no way \"{}\" to match", word(at)));
    ++at;
    return true;
  }

  static bool is_hexadecimal(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X"))
      return text.size() > 2 && text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
    return is_whole_number(text);
  }

  void redirect() {
    bool kind = false;
    std::size_t at = at_ + 1;
    while (!is_end(word(at))) {
      const std::string_view option = word(at++);
      if (listed(" location prefix scheme code set-cookie clear-cookie ", option)) {
        if (word(at).empty())
          return static_cast<void>(wrong(at - 1, fmt::format("redirect {}: an argument is missing", option)));
        const bool target = option == "location" || option == "prefix" || option == "scheme";
        kind = kind || target;
        if (target) check_format(context_, at, from_);
        if (option == "code" && !listed(" 301 302 303 307 308 ", word(at)))
          wrong(at, fmt::format("redirect takes no code {}", word(at)));
        ++at;
      } else if (!listed(" drop-query append-slash ignore-empty ", option)) {
        return static_cast<void>(wrong(at - 1, fmt::format("redirect has no \"{}\"", option)));
      }
    }
    if (!kind) wrong(at_, "redirect takes location, prefix or scheme");
  }

  void wait_for_body() {
    bool time = false;
    std::size_t at = at_ + 1;
    while (!is_end(word(at))) {
      const std::string_view option = word(at++);
      if (option != "time" && option != "at-least")
        return static_cast<void>(wrong(at - 1, fmt::format("wait-for-body has no \"{}\"", option)));
      time = time || option == "time";
      if (option == "time" && !parse_time(word(at))) wrong(at - 1, "wait-for-body takes a time, such as 5s");
      if (option == "at-least" && (word(at).empty() || std::isdigit(static_cast<unsigned char>(word(at)[0])) == 0))
        wrong(at - 1, "wait-for-body at-least takes a size, such as 1k");
      ++at;
    }
    if (!time) wrong(at_, "wait-for-body takes a time: time 5s");
  }

  const Context& context_;
  std::size_t at_;
  std::string_view word_, name_;
  From from_;
  bool taken_ = true;
};

}  // namespace

void check_action(const Context& context, std::string_view ruleset, std::size_t at) {
  if (ruleset == "redirect") return Action{context, ruleset, 0}.check();
  const std::string_view name = context.word(at).substr(0, context.word(at).find('('));
  if (!is_action(ruleset, name) && !(name.starts_with("lua.") && context.names.has_scripts())) {
    const std::string near = faults::nearest(name, action_names(ruleset));
    context.wrong(at, fmt::format("{} has no action \"{}\"{}", ruleset, context.word(at),
                                  near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
    return;
  }
  Action{context, ruleset, at}.check();
}

}  // namespace firedrill::lint::haproxy
