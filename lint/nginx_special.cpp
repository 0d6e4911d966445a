// Directives whose words nginx reads in a way of their own. Each by asking nginx 1.22.1.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <string>
#include <utility>

#include "lint/ground_rules.hpp"
#include "lint/listed.hpp"
#include "lint/nginx_addresses.hpp"
#include "lint/nginx_syntax.hpp"
#include "lint/regex.hpp"

namespace firedrill::lint::nginx {
namespace {

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_between(std::string_view text, double least, double most) {
  const auto number = value_of(Kind::number, text);
  return number && *number >= least && *number <= most;
}

bool has_variable(std::string_view text) { return text.find('$') != std::string_view::npos; }

// Each looks at one directive and says why nginx refuses it, with the word that is to blame.
struct Complaint {
  std::size_t word = 0;
  std::string what;  // "" for none
};

Complaint error_page(const Directive& one) {
  if (one.words.size() < 3) return {};
  std::size_t codes = one.words.size() - 1;
  if (const std::string_view answer = one.word(codes - 1); answer.starts_with('=')) {
    --codes;
    if (codes == 1 || (answer.size() > 1 && !value_of(Kind::number, answer.substr(1))))
      return {codes, fmt::format("\"{}\" is no = with a status behind at least one other", answer)};
  }
  for (std::size_t i = 1; i < codes; ++i)
    if (!is_between(one.word(i), 300, 599) || one.word(i) == "499")
      return {i, fmt::format("error_page takes statuses from 300 to 599 without 499, not \"{}\"", one.word(i))};
  return {};
}

Complaint expires(const Directive& one) {
  const std::size_t last = one.words.size() - 1;
  std::string_view time = one.word(last);
  const bool modified = last == 2;
  if (modified && one.word(1) != "modified")
    return {1, fmt::format("expires has no \"{}\"; it has modified", one.word(1))};
  if (has_variable(time) || (!modified && one_of(time, {"epoch", "max", "off"}))) return {};
  const bool daily = time.starts_with('@');
  if (daily || time.starts_with('+') || time.starts_with('-')) time.remove_prefix(1);
  const auto seconds = value_of(Kind::long_time, time);
  if (!seconds || (daily && (modified || *seconds > 86400)))
    return {last,
            fmt::format("expires takes a time such as 5s, -1, @15h30m, epoch, max or off, not \"{}\"", one.word(last))};
  return {};
}

Complaint cache_valid(const Directive& one) {
  const std::size_t last = one.words.size() - 1;
  if (last < 2 && value_of(Kind::number, one.word(1))) return {};  // seconds, or a status: nginx takes either
  if (!value_of(Kind::long_time, one.word(last)))
    return {last, fmt::format("{} ends with a time such as 5m, not \"{}\"", one.name(), one.word(last))};
  for (std::size_t i = 1; i < last; ++i)
    if (one.word(i) != "any" && !is_between(one.word(i), 100, 599))
      return {i, fmt::format("{} takes statuses from 100 to 599, or any, not \"{}\"", one.name(), one.word(i))};
  return {};
}

Complaint cache_path(const Directive& one) {
  const std::string_view zone = one.parameter("keys_zone"), levels = one.parameter("levels");
  const std::size_t colon = zone.rfind(':');
  const auto size = value_of(Kind::size, zone.substr(std::min(colon + 1, zone.size())));
  if (colon == std::string_view::npos || !size || *size < 8192)
    return {0, fmt::format("{} takes a name and a size, such as keys_zone=name:10m", one.name())};
  bool good = levels.empty() || (levels.size() % 2 == 1 && levels.size() <= 5);
  for (std::size_t i = 0; i < levels.size(); ++i)
    good = good && (i % 2 == 1 ? levels[i] == ':' : levels[i] == '1' || levels[i] == '2');
  if (good) return {};
  return {0, fmt::format("levels takes one to three of 1 and 2, such as levels=1:2, not \"{}\"", levels)};
}

Complaint session_cache(const Directive& one) {
  for (std::size_t i = 1; i < one.words.size(); ++i) {
    const std::string_view word = one.word(i);
    if (one_of(word, {"off", "none", "builtin"})) continue;
    if (word.starts_with("builtin:") && value_of(Kind::number, word.substr(8))) continue;
    const std::size_t colon = word.rfind(':');
    if (word.starts_with("shared:") && colon > 7 && value_of(Kind::size, word.substr(colon + 1)).value_or(0) >= 32768)
      continue;
    return {i, fmt::format("{} takes off, none, builtin, or shared:name:size with 32k or more, not \"{}\"", one.name(),
                           word)};
  }
  return {};
}

Complaint redirect(const Directive& one) {
  const std::string_view from = one.word(1);
  const bool alone = one.words.size() == 2;
  const bool known = from == "off" || (from == "default" && one.name() == "proxy_redirect");
  if (alone && !known && one.name() == "proxy_cookie_flags")
    return {1, fmt::format("proxy_cookie_flags takes a cookie and its flags, or off, not \"{}\"", from)};
  if (alone && !known) return {1, fmt::format("{} takes two words, or off, not \"{}\"", one.name(), from)};
  if (from.starts_with('~') && !regex_mistake(from.substr(from.starts_with("~*") ? 2 : 1)).empty())
    return {1, fmt::format("\"{}\" is no pattern", from)};
  return {};
}

Complaint bind(const Directive& one) {
  const std::string_view address = one.word(1);
  if (one.words.size() == 2 && address == "off") return {};
  const auto [host, port] = host_and_port(address);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (!has_variable(address) && !is_address(address) &&
      !(is_address(bracketed ? host.substr(1, host.size() - 2) : host) && is_between(port, 1, 65535)))
    return {1, fmt::format("\"{}\" is no address", address)};
  if (one.words.size() > 2 && one.word(2) != "transparent")
    return {2, fmt::format("{} has no parameter \"{}\"", one.name(), one.word(2))};
  return {};
}

Complaint resolver(const Directive& one) {
  for (std::size_t i = 1; i < one.words.size(); ++i) {
    const std::string_view word = one.word(i), value = word.substr(std::min(word.find('=') + 1, word.size()));
    const bool valid = word.starts_with("valid="), ipv6 = word.starts_with("ipv6=");
    if ((valid && !value_of(Kind::long_time, value)) || (ipv6 && value != "on" && value != "off") ||
        (!valid && !ipv6 && word.find('=') != std::string_view::npos))
      return {i, fmt::format("resolver has no parameter \"{}\"", word)};
    if (valid || ipv6) continue;
    if (std::string what = wrong_address(word, Address::with_default_port); !what.empty()) return {i, std::move(what)};
  }
  return {};
}

Complaint keepalive_probes(const Directive& one) {
  std::string_view value = one.parameter("so_keepalive");
  if (value.empty() || value == "on" || value == "off") return {};
  const std::string_view whole = value;
  std::array<std::string_view, 3> parts;
  for (std::string_view& part : parts) {
    part = value.substr(0, value.find(':'));
    value.remove_prefix(std::min(part.size() + 1, value.size()));
  }
  const bool good = value.empty() && whole.find_first_not_of(':') != std::string_view::npos &&
                    std::count(whole.begin(), whole.end(), ':') <= 2 &&
                    (parts[0].empty() || value_of(Kind::long_time, parts[0])) &&
                    (parts[1].empty() || value_of(Kind::long_time, parts[1])) &&
                    (parts[2].empty() || value_of(Kind::number, parts[2]));
  if (good) return {};
  return {0, fmt::format("so_keepalive takes on, off, or idle:interval:count, not \"{}\"", whole)};
}

Complaint try_files(const Directive& one) {
  const std::string_view last = one.words.back().text;
  if (last.starts_with('=') && !is_between(last.substr(1), 0, 999))
    return {one.words.size() - 1, fmt::format("try_files ends with a status up to 999, not \"{}\"", last)};
  return {};
}

Complaint root(const Directive& one) {
  for (const std::string_view name : {"$document_root", "${document_root}", "$realpath_root", "${realpath_root}"})
    if (one.word(1).find(name) != std::string_view::npos)
      return {1, fmt::format("{} cannot be used in {}", name, one.name())};
  if (one.name() == "alias" && one.parent != nullptr && one.parent->name() == "location" &&
      one.parent->word(1).starts_with('@'))
    return {0, fmt::format("alias cannot be used in the named location {}; root can", one.parent->word(1))};
  const Directive* other = one.name() == "alias" && one.parent != nullptr ? child(*one.parent, "root") : nullptr;
  if (other != nullptr) return {0, fmt::format("there is a root beside this alias, at line {}", other->spot().line)};
  return {};
}

Complaint pattern(const Directive& one) {
  for (std::size_t i = 1; i < one.words.size(); ++i)
    if (!regex_mistake(one.word(i)).empty()) return {i, fmt::format("\"{}\" is no pattern", one.word(i))};
  if (one.name() == "fastcgi_split_path_info" && captures_of(one.word(1)) != 2)
    return {1, fmt::format("fastcgi_split_path_info takes a pattern with two groups, not \"{}\"", one.word(1))};
  return {};
}

Complaint referers(const Directive& one) {
  for (std::size_t i = 1; i < one.words.size(); ++i)
    if (one.word(i).starts_with('~') && !regex_mistake(one.word(i).substr(1)).empty())
      return {i, fmt::format("\"{}\" is no pattern", one.word(i))};
  return {};
}

Complaint log_format(const Directive& one) {
  const std::string_view escape = one.parameter("escape");
  if (one.word(2).starts_with("escape=") && !one_of(escape, {"default", "json", "none"}))
    return {2, fmt::format("log_format escapes as default, json or none, not \"{}\"", escape)};
  return {};
}

Complaint syslog(const Directive& one) {
  if (!one.word(1).starts_with("syslog:")) return {};
  bool server = false;
  std::string_view rest = one.word(1).substr(7);
  do {
    const std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(item.size() + 1, rest.size()));
    const std::string_view key = item.substr(0, item.find('=')),
                           value = item.substr(std::min(key.size() + 1, item.size()));
    constexpr std::string_view facilities =
        " kern user mail daemon auth intern lpr news uucp clock authpriv ftp ntp audit alert cron local0 local1 local2 "
        "local3 local4 local5 local6 local7 ";
    server = server || key == "server";
    const bool known =
        item == "nohostname" || (key == "server" && !value.empty()) ||
        (key == "tag" &&
         std::all_of(value.begin(), value.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; })) ||
        (key == "severity" && one_of(value, {"debug", "info", "notice", "warn", "error", "crit", "alert", "emerg"})) ||
        (key == "facility" && listed(facilities, value));
    if (!known) return {1, fmt::format("syslog has no \"{}\"", item)};
  } while (!rest.empty());
  if (!server || one.word(1).ends_with(',')) return {1, "syslog: takes a server=, and no comma at the end"};
  return {};
}

Complaint buffered(const Directive& one) {
  const bool buffer = !one.parameter("buffer").empty() || one.has("gzip") || !one.parameter("gzip").empty();
  if (!buffer && !one.parameter("flush").empty() && one.word(1) != "off")
    return {0, "access_log has a flush and no buffer that it could flush: buffer=32k"};
  if (buffer && one.word(1).starts_with("syslog:")) return {1, "what goes to syslog has no buffer"};
  if (buffer && has_variable(one.word(1))) return {1, "a log with a buffer has no variables in its name"};
  return {};
}

Complaint open_files(const Directive& one) {
  if (one.parameter("max").empty() && !one.has("off")) return {0, fmt::format("{} takes a max=", one.name())};
  return {};
}

Complaint symlinks(const Directive& one) {
  std::size_t mode = 0, from = 0;
  for (std::size_t i = 1; i < one.words.size(); ++i) {
    const bool is_from = one.word(i).starts_with("from="), is_mode = one_of(one.word(i), {"off", "on", "if_not_owner"});
    if (!is_from && !is_mode) return {i, fmt::format("disable_symlinks has no \"{}\"", one.word(i))};
    std::size_t& seen = is_from ? from : mode;
    if (seen != 0) return {i, fmt::format("disable_symlinks has \"{}\" already", one.word(seen))};
    seen = i;
  }
  if (mode == 0) return {0, "disable_symlinks takes off, on or if_not_owner"};
  if (from != 0 && one.word(mode) == "off") return {from, "disable_symlinks off takes no from="};
  return {};
}

Complaint file_access(const Directive& one) {
  for (std::size_t i = 1; i < one.words.size(); ++i) {
    const std::string_view word = one.word(i);
    const std::size_t colon = std::min(word.find(':'), word.size());
    if (!one_of(word.substr(0, colon), {"user", "group", "all"}) || !one_of(word.substr(colon), {":r", ":rw"}))
      return {i, fmt::format("{} takes user, group or all with :r or :rw, not \"{}\"", one.name(), word)};
  }
  return {};
}

Complaint priority(const Directive& one) {
  const std::string_view text = one.word(1);
  if (value_of(Kind::number, text.substr(text.starts_with('-') ? 1 : 0))) return {};
  return {1, fmt::format("worker_priority takes a number, not \"{}\"", text)};
}

Complaint affinity(const Directive& one) {
  for (std::size_t i = 1; i < one.words.size(); ++i)
    if (one.word(i).find_first_not_of("01") != std::string_view::npos && !(i == 1 && one.word(i) == "auto"))
      return {i, fmt::format("worker_cpu_affinity takes masks of 0 and 1, not \"{}\"", one.word(i))};
  return {};
}

Complaint aio(const Directive& one) {
  if (one_of(one.word(1), {"on", "off", "threads"}) || one.word(1).starts_with("threads=")) return {};
  return {1, fmt::format("aio takes on, off or threads, not \"{}\"", one.word(1))};
}

Complaint threads(const Directive& one) {
  if (one.parameter("threads").empty()) return {0, "thread_pool takes a threads="};
  return {};
}

Complaint user_mark(const Directive& one) {
  const std::string_view mark = one.word(1);
  if (mark == "off" || (mark.size() == 1 && (std::isalnum(static_cast<unsigned char>(mark[0])) != 0 || mark[0] == '=')))
    return {};
  return {1, fmt::format("userid_mark takes off, a letter, a digit or =, not \"{}\"", mark)};
}

Complaint mirror(const Directive& one) {
  if (one.parent == nullptr) return {};
  for (const Directive& other : one.parent->children)
    if (&other != &one && other.name() == "mirror" && other.word(1) == "off")
      return {1, fmt::format("there is a mirror off in this block, at line {}", other.spot().line)};
  return {};
}

Complaint substitution(const Directive& one) {
  if (one.word(1).empty()) return {1, "sub_filter takes a text to look for, not \"\""};
  return {};
}

struct Reader {
  std::string_view directive;  // one that begins with an underscore: all that end so
  Complaint (*complaint)(const Directive& one);
};
constexpr Reader readers[] = {
    {"_bind", bind},
    {"_cache_path", cache_path},
    {"_cache_valid", cache_valid},
    {"_store_access", file_access},
    {"access_log", buffered},
    {"access_log", syslog},
    {"aio", aio},
    {"alias", root},
    {"dav_access", file_access},
    {"disable_symlinks", symlinks},
    {"error_log", syslog},
    {"error_page", error_page},
    {"expires", expires},
    {"fastcgi_split_path_info", pattern},
    {"gzip_disable", pattern},
    {"listen", keepalive_probes},
    {"log_format", log_format},
    {"mirror", mirror},
    {"open_file_cache", open_files},
    {"open_log_file_cache", open_files},
    {"proxy_cookie_domain", redirect},
    {"proxy_cookie_flags", redirect},
    {"proxy_cookie_path", redirect},
    {"proxy_redirect", redirect},
    {"resolver", resolver},
    {"root", root},
    {"ssl_session_cache", session_cache},
    {"sub_filter", substitution},
    {"thread_pool", threads},
    {"try_files", try_files},
    {"userid_mark", user_mark},
    {"valid_referers", referers},
    {"worker_cpu_affinity", affinity},
    {"worker_priority", priority},
};

}  // namespace

void check_special(const Tree& tree, Findings& findings) {
  each(*tree.root, [&](const Directive& one) {
    if (findings.full() || one.context == in_entries || one.context == in_unknown || one.words.size() < 2) return;
    for (const Reader& reader : readers) {
      const bool about =
          reader.directive.starts_with('_') ? one.name().ends_with(reader.directive) : one.name() == reader.directive;
      if (!about) continue;
      const Complaint complaint = reader.complaint(one);
      if (!complaint.what.empty()) findings.add(refused, one.spot(complaint.word), complaint.what);
    }
  });
}

}  // namespace firedrill::lint::nginx
