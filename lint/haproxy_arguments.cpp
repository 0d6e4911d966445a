// Directives whose words follow an order of their own.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

// Words that an option may be followed by, each with a value: "except ADDRESS".
struct Valued {
  std::string_view option, words;
};
constexpr Valued valued[] = {{"forwardfor", " except header "}, {"originalto", " except header "}};

constexpr std::string_view levels = " emerg alert crit err warning notice info debug ";

class Arguments {
 public:
  explicit Arguments(const Context& context) : context_{context}, line_{context.line} {}

  void check() {
    const std::string_view name = line_.word(0);
    if (name == "log") check_log(context_);
    if (name == "stick-table") check_stick_table(context_, 1);
    if (name == "capture") capture();
    if (name == "declare") declare();
    if (name == "source") source();
    if (name == "dispatch") check_address(context_, 1, line_.word(1), Ports::needed);
    if (name == "cookie") cookie();
    if (name == "use_backend" || name == "use-server") condition(2);
    if (name == "use-server" && line_.word(2).empty()) wrong(0, "use-server takes a condition");
    if (name == "use_backend" && line_.word(1).find('%') != std::string_view::npos)
      check_format(context_, 1, From::request);
    if (name == "stick") stick();
    if (name == "option") option();
    if (name == "balance") balance();
    if (name == "hash-type") hash_type();
    if (name == "hash-balance-factor" && lax_number(line_.word(1)) != 0 && lax_number(line_.word(1)) <= 100)
      wrong(1, "hash-balance-factor takes 0, or a number above 100");
    if (name == "compression") compression();
    if (name == "retry-on" && line_.word(1) == "none" && !line_.word(2).empty()) wrong(2, "none stands alone");
    if (name == "retry-on")
      for (std::size_t i = 2; i < line_.words.size(); ++i)
        if (line_.word(i) == "none") wrong(i, "none stands alone");
    if (name == "email-alert" && line_.word(1) == "level" && !listed(levels, line_.word(2)))
      wrong(2, fmt::format("\"{}\" is no level of logs", line_.word(2)));
    if (name == "http-error") check_reply(context_, 1, name, From::anywhere);
    if (name == "persist" && line_.word(1).starts_with("rdp-cookie(") && line_.word(1).size() < 13)
      wrong(1, "persist rdp-cookie takes the name of a cookie: rdp-cookie(name)");
    if (name == "stats" && line_.word(1) == "admin" && !listed(" if unless ", line_.word(2)))
      wrong(1, "stats admin takes a condition");
    if (name == "filter" && line_.word(1) == "spoe") spoe();
    if (name == "filter" && !listed(" cache compression fcgi-app opentracing spoe trace ", line_.word(1)))
      wrong(1, fmt::format("there is no filter \"{}\"", line_.word(1)));
    if (name == "errorfile" || name.starts_with("errorloc")) status(name, 1);
    for (std::size_t i = 2; name == "errorfiles" && i < line_.words.size(); ++i) status(name, i);
    if (name == "filter" && line_.word(1) == "compression" && !line_.word(2).empty())
      wrong(2, fmt::format("filter compression takes no \"{}\"", line_.word(2)));
    if (context_.section.place == Place::global) of_global(name);
    const std::size_t at = name.starts_with("tcp-") ? 2 : 1;
    if (line_.word(at) == "use-service") service(at + 1);
  }

 private:
  void wrong(std::size_t at, const std::string& what) { context_.wrong(at, what); }
  void condition(std::size_t at) {
    if (!is_end(line_.word(at))) wrong(at, fmt::format("only if or unless can stand here, not \"{}\"", line_.word(at)));
  }

  void cookie() {
    constexpr std::string_view alone =
        " rewrite insert prefix indirect nocache postonly preserve httponly secure dynamic ";
    constexpr std::string_view with_value = " domain maxidle maxlife attr ";
    int modes = 0;
    for (std::size_t at = 2; at < line_.words.size(); ++at) {
      const std::string_view word = line_.word(at);
      modes += listed(" rewrite insert prefix ", word) ? 1 : 0;
      if (!listed(with_value, word)) {
        if (!listed(alone, word)) wrong(at, fmt::format("cookie has no \"{}\"", word));
        continue;
      }
      if (line_.word(++at).empty()) return wrong(at - 1, fmt::format("cookie {}: an argument is missing", word));
      if (word.starts_with("max") && !parse_time(line_.word(at)))
        wrong(at, fmt::format("\"{}\" is no time", line_.word(at)));
    }
    if (modes > 1) wrong(0, "of rewrite, insert and prefix a cookie takes one");
  }

  void stick() {
    const From from = line_.word(1) == "store-response" ? From::response : From::request;
    std::size_t at = check_expression_at(context_, 2, from).value_or(line_.words.size());
    if (line_.word(at) == "table") at += 2;
    condition(at);
  }

  void option() {
    const std::string_view name = line_.word(1);
    if (name == "httplog" && !line_.word(2).empty() && line_.word(2) != "clf")
      wrong(2, "option httplog takes nothing but clf");
    if (name == "httpchk" && line_.words.size() > 5) wrong(5, "option httpchk takes a method, a URI and a version");
    if (name == "external-check" && line_.words.size() > 2) wrong(2, "option external-check takes no arguments");
    if (name == "mysql-check" && line_.words.size() > 2 && (line_.word(2) != "user" || line_.word(3).empty()))
      wrong(2, "option mysql-check takes user NAME");
    constexpr std::string_view versions = " pre-41 post-41 ";
    if (name == "mysql-check" && !line_.word(4).empty() && !listed(versions, line_.word(4)))
      wrong(4, fmt::format("option mysql-check takes pre-41 or post-41 there, not \"{}\"", line_.word(4)));
    if (name == "pgsql-check" && (line_.word(2) != "user" || line_.word(3).empty()))
      wrong(2, fmt::format("option pgsql-check takes user NAME, not \"{}\"", line_.word(2)));
    const std::size_t most = name == "mysql-check" ? 5 : 4;
    if ((name == "mysql-check" || name == "pgsql-check") && line_.words.size() > most)
      wrong(most, fmt::format("option {} takes no \"{}\" there", name, line_.word(most)));
    if (line_.negated && listed(" forwardfor originalto httpchk httplog tcplog httpslog external-check ldap-check "
                                "mysql-check pgsql-check redis-check smtpchk spop-check ssl-hello-chk tcp-check tcpka "
                                "http-restrict-req-hdr-names ",
                                name))
      wrong(0, fmt::format("\"option {}\" cannot be negated", name));
    for (const Valued& one : valued) {
      if (one.option != name) continue;
      for (std::size_t at = 2; at < line_.words.size(); ++at) {
        if (line_.word(at) == "if-none" && name == "forwardfor") continue;
        if (!listed(one.words, line_.word(at)))
          return wrong(at, fmt::format("option {} has no \"{}\"", name, line_.word(at)));
        if (line_.word(++at).empty())
          return wrong(at - 1, fmt::format("{}: an argument is missing", line_.word(at - 1)));
        if (line_.word(at - 1) == "except" && is_impossible_address(line_.word(at)))
          wrong(at, fmt::format("\"{}\" is no address", line_.word(at)));
      }
    }
  }

  void balance() {
    constexpr std::string_view algorithms =
        " roundrobin static-rr leastconn first source uri url_param hdr hash random rdp-cookie ";
    const std::string_view word = line_.word(1), name = word.substr(0, word.find('('));
    if (word.empty()) return;
    if (!listed(algorithms, name) || word.starts_with("hash("))
      return wrong(1, fmt::format("\"{}\" is no algorithm of balance", word));
    const std::size_t open = word.find('('), close = word.find(')');
    const std::string_view inside = open == std::string_view::npos || close == std::string_view::npos
                                        ? ""
                                        : word.substr(open + 1, close - open - 1);
    if (name == "url_param" && line_.word(2).empty()) wrong(1, "balance url_param takes the name of a parameter");
    if (name == "hdr" && inside.empty()) wrong(1, "balance hdr takes the name of a header: hdr(name)");
    if (name == "rdp-cookie" && open != std::string_view::npos && inside.empty())
      wrong(1, "balance rdp-cookie takes the name of a cookie: rdp-cookie(name)");
    if (name == "random" && open != std::string_view::npos && (!is_whole_number(inside) || lax_number(inside) < 1))
      wrong(1, "balance random takes a number of draws from 1");
    if (name == "hash") return hash();
    if (name == "hdr" && !line_.word(2).empty() && line_.word(2) != "use_domain_only")
      wrong(2, fmt::format("balance hdr takes nothing but use_domain_only behind it, not \"{}\"", line_.word(2)));
    if (name == "url_param" && !line_.word(3).empty() && line_.word(3) != "check_post")
      wrong(3, fmt::format("balance url_param takes nothing but check_post there, not \"{}\"", line_.word(3)));
    if (name != "uri") return;
    for (std::size_t at = 2; at < line_.words.size(); ++at) {
      if (listed(" whole path-only ", line_.word(at))) continue;
      if (!listed(" len depth ", line_.word(at)))
        return wrong(at, fmt::format("balance uri has no \"{}\"", line_.word(at)));
      if (lax_number(line_.word(++at)) < 1)
        return wrong(at - 1, fmt::format("balance uri {} takes a number from 1", line_.word(at - 1)));
    }
  }

  // Converters are part of the word.
  void hash() {
    const std::string_view text = line_.word(2);
    if (text.empty()) return wrong(1, "balance hash takes an expression, such as req.hdr(X-User)");
    const auto length = check_expression(context_, 2, text, From::request);
    if (length && *length < text.size())
      wrong(2, fmt::format("\"{}\" cannot stand behind \"{}\"", text.substr(*length), text.substr(0, *length)));
    if (!line_.word(3).empty()) wrong(3, "balance hash takes one expression");
  }

  void hash_type() {
    if (!listed(" consistent map-based ", line_.word(1)))
      return wrong(1, fmt::format("hash-type takes consistent or map-based, not \"{}\"", line_.word(1)));
    const std::string_view function = line_.word(2);
    if (!function.empty() && !listed(" sdbm djb2 wt6 crc32 avalanche ", function))
      wrong(2, fmt::format("hash-type has no function \"{}\"", function));
    if (!line_.word(3).empty() && line_.word(3) != "avalanche")
      wrong(3, fmt::format("hash-type takes avalanche there, not \"{}\"", line_.word(3)));
  }

  void compression() {
    const std::string_view what = line_.word(1);
    if (!listed(" algo type offload ", what)) return wrong(1, fmt::format("compression has no \"{}\"", what));
    if (what != "offload" && line_.word(2).empty())
      return wrong(1, fmt::format("compression {}: an argument is missing", what));
    for (std::size_t at = 2; what == "algo" && at < line_.words.size(); ++at)
      if (!listed(" identity gzip deflate raw-deflate ", line_.word(at)))
        wrong(at, fmt::format("compression has no algorithm \"{}\"", line_.word(at)));
  }

  void status(std::string_view name, std::size_t at) {
    if (!listed(statuses_of_errors, line_.word(at)))
      wrong(at, fmt::format("{} takes no status {}, but one of:{}", name, line_.word(at), statuses_of_errors));
  }

  // capture request header NAME len N
  void capture() {
    if (line_.word(1) == "cookie") return;
    if (line_.word(2) != "header")
      return wrong(2, fmt::format("capture {} takes header NAME len N, not \"{}\"", line_.word(1), line_.word(2)));
    if (line_.word(4) != "len" || line_.word(5).empty())
      return wrong(1, fmt::format("capture {} header takes a name and len N", line_.word(1)));
    if (!line_.word(6).empty()) wrong(6, fmt::format("capture takes no \"{}\" behind the length", line_.word(6)));
  }

  // declare capture request len N
  void declare() {
    if (!listed(" request response ", line_.word(2)))
      return wrong(2, fmt::format("declare capture takes request or response, not \"{}\"", line_.word(2)));
    if (line_.word(3) != "len" || line_.word(4).empty() ||
        std::isdigit(static_cast<unsigned char>(line_.word(4)[0])) == 0)
      wrong(2, fmt::format("declare capture {} takes len N", line_.word(2)));
  }

  // ADDRESS[:PORT] [usesrc WHAT] [interface NAME]
  void source() {
    check_address(context_, 1, line_.word(1), Ports::optional);
    for (std::size_t at = 2; at < line_.words.size(); at += 2) {
      if (!listed(" usesrc interface ", line_.word(at)))
        return wrong(at, fmt::format("source takes usesrc and interface, not \"{}\"", line_.word(at)));
      if (line_.word(at + 1).empty())
        return wrong(at, fmt::format("source {}: an argument is missing", line_.word(at)));
      if (line_.word(at) == "usesrc" && is_impossible_host(host_of(line_.word(at + 1))) &&
          !line_.word(at + 1).starts_with("hdr_ip("))
        wrong(at + 1, fmt::format("\"{}\" is no address", line_.word(at + 1)));
    }
  }

  void service(std::size_t at) {
    const std::string_view name = line_.word(at);
    if (name != "prometheus-exporter" && !name.starts_with("lua."))
      return wrong(at, fmt::format("there is no service \"{}\"", name));
    if (name == "prometheus-exporter") condition(at + 1);
  }

  void spoe() {
    bool config = false;
    for (std::size_t at = 2; at < line_.words.size(); at += 2) {
      if (line_.word(at + 1).empty())
        return wrong(at, fmt::format("filter spoe {}: an argument is missing", line_.word(at)));
      config = config || line_.word(at) == "config";
    }
    if (!config) wrong(1, "filter spoe takes a config");
  }

  void of_global(std::string_view name) {
    if (name == "thread-group")
      for (std::size_t at = 2; at < line_.words.size(); ++at)
        if (lax_number(line_.word(at)) < 1) wrong(at, fmt::format("\"{}\" is no number of a thread", line_.word(at)));
    if (name == "set-var" || name == "set-var-fmt") {
      if (!line_.word(1).starts_with("proc."))
        wrong(1, fmt::format("{} takes a variable: proc.name", name));
      else
        check_set_variable(context_, 1, line_.word(1));
      if (name == "set-var") check_expression_at(context_, 2, From::anywhere);
      if (name == "set-var-fmt") check_format(context_, 2, From::anywhere);
    }
    if (name == "cpu-map") cpu_map();
    if (name == "tune.fd.edge-triggered" && context_.names.global("expose-experimental-directives") == nullptr)
      wrong(0, "tune.fd.edge-triggered must be allowed by expose-experimental-directives before it");
    if (name == "lua-prepend-path" && !listed(" path cpath ", line_.word(2)) && !line_.word(2).empty())
      wrong(2, fmt::format("lua-prepend-path takes path or cpath there, not \"{}\"", line_.word(2)));
    if (name == "stats" && line_.word(1) == "socket" && line_.word(2).empty())
      wrong(1, "stats socket takes an address or a path");
    if (name == "master-worker" && line_.words.size() > 1 && line_.word(1) != "no-exit-on-failure")
      wrong(1, fmt::format("master-worker takes nothing but no-exit-on-failure, not \"{}\"", line_.word(1)));
    for (std::size_t at = 1; name == "unix-bind" && at < line_.words.size(); at += 2)
      if (!listed(" prefix mode uid gid user group ", line_.word(at)))
        return wrong(at,
                     fmt::format("unix-bind takes prefix, mode, uid, gid, user and group, not \"{}\"", line_.word(at)));
    if (name == "h1-case-adjust") {
      const std::string_view from = line_.word(1), to = line_.word(2);
      const bool same = std::equal(from.begin(), from.end(), to.begin(), to.end(),
                                   [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
      if (!same) wrong(0, "h1-case-adjust takes a name twice, which differ in case only");
    }
    if (name == "ssl-default-bind-options" || name == "ssl-default-server-options") tls_options(name);
  }

  void cpu_map() {
    std::string_view threads = line_.word(1);
    if (line_.word(2).empty()) return wrong(0, "cpu-map takes threads and processors: cpu-map 1-4 0-3");
    if (threads.starts_with("auto:")) threads.remove_prefix(5);
    const bool good = listed(" all odd even ", threads.substr(0, threads.find('/'))) ||
                      threads.find_first_not_of("0123456789-/") == std::string_view::npos ||
                      threads.find('/') != std::string_view::npos;
    if (!good) wrong(1, fmt::format("\"{}\" is neither all, odd, even nor a range of numbers", line_.word(1)));
  }

  void tls_options(std::string_view name) {
    constexpr std::string_view both =
        " no-sslv3 no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 "
        "force-tlsv13 no-tls-tickets ";
    constexpr std::string_view of_binds = " prefer-client-ciphers ";
    for (std::size_t at = 1; at < line_.words.size(); ++at) {
      const std::string_view word = line_.word(at);
      if (word == "ssl-min-ver" || word == "ssl-max-ver") {
        check_value(context_, ++at, Kind::any, word);
      } else if (!listed(both, word) && !(name == "ssl-default-bind-options" && listed(of_binds, word))) {
        return wrong(at, fmt::format("{} has no \"{}\"", name, word));
      }
    }
  }

  const Context& context_;
  const Line& line_;
};

}  // namespace

void check_arguments(const Context& context) { Arguments{context}.check(); }

}  // namespace firedrill::lint::haproxy
