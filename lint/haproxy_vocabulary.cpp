// Actions: as HAProxy 2.6.12 lists them with -dK.
#include <array>
#include <set>

#include "lint/haproxy_keywords.hpp"

namespace firedrill::lint::haproxy {
namespace {

// clang-format off
constexpr struct { std::string_view ruleset, actions; } rulesets[] = {
    {"tcp-request connection",
     "accept capture expect-netscaler-cip expect-proxy reject sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 "
     "sc-set-gpt sc-set-gpt0 set-dst set-dst-port set-mark set-src set-src-port set-tos set-var set-var-fmt "
     "silent-drop track-sc track-sc0 track-sc1 track-sc2 unset-var"},
    {"tcp-request session",
     "accept capture reject sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 set-dst set-dst-port "
     "set-mark set-src set-src-port set-tos set-var set-var-fmt silent-drop track-sc track-sc0 track-sc1 "
     "track-sc2 unset-var"},
    {"tcp-request content",
     "accept capture do-resolve ot-group reject sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 "
     "send-spoe-group set-dst set-dst-port set-log-level set-mark set-nice set-priority-class "
     "set-priority-offset set-src set-src-port set-tos set-var set-var-fmt silent-drop switch-mode track-sc "
     "track-sc0 track-sc1 track-sc2 unset-var use-service"},
    {"tcp-response content",
     "accept close ot-group reject sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 "
     "send-spoe-group set-log-level set-mark set-nice set-tos set-var set-var-fmt silent-drop unset-var"},
    {"http-request",
     "add-acl add-header allow auth cache-use capture del-acl del-header del-map deny disable-l7-retry "
     "do-resolve early-hint normalize-uri ot-group redirect reject replace-header replace-path replace-pathq "
     "replace-uri replace-value return sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 "
     "send-spoe-group set-dst set-dst-port set-header set-log-level set-map set-mark set-method set-nice "
     "set-path set-pathq set-priority-class set-priority-offset set-query set-src set-src-port set-timeout "
     "set-tos set-uri set-var set-var-fmt silent-drop strict-mode tarpit track-sc track-sc0 track-sc1 "
     "track-sc2 unset-var use-service wait-for-body wait-for-handshake"},
    {"http-response",
     "add-acl add-header allow cache-store capture del-acl del-header del-map deny ot-group redirect "
     "replace-header replace-value return sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 "
     "send-spoe-group set-header set-log-level set-map set-mark set-nice set-status set-tos set-var set-var-fmt "
     "silent-drop strict-mode track-sc track-sc0 track-sc1 track-sc2 unset-var wait-for-body"},
    {"http-after-response",
     "add-header allow capture del-header ot-group replace-header replace-value set-header set-status "
     "set-var set-var-fmt strict-mode unset-var"},
};

// clang-format on

std::set<std::string_view> words_of(std::string_view list) {
  std::set<std::string_view> words;
  while (!list.empty()) {
    const std::size_t blank = list.find(' ');
    words.insert(list.substr(0, blank));
    list = blank == std::string_view::npos ? "" : list.substr(blank + 1);
  }
  return words;
}

}  // namespace

bool is_action(std::string_view ruleset, std::string_view action) {
  for (const auto& row : rulesets)
    if (row.ruleset == ruleset) return words_of(row.actions).count(action.substr(0, action.find('('))) > 0;
  return true;
}

std::vector<std::string> action_names(std::string_view ruleset) {
  std::vector<std::string> names;
  for (const auto& row : rulesets)
    if (row.ruleset == ruleset)
      for (const std::string_view name : words_of(row.actions)) names.emplace_back(name);
  return names;
}

}  // namespace firedrill::lint::haproxy
