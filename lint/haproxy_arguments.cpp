// Directives whose words follow an order of their own.
#include <fmt/format.h>

#include <algorithm>

#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

bool listed(std::string_view list, std::string_view word) {
  return list.find(" " + std::string{word} + " ") != std::string_view::npos;
}
bool is_condition(std::string_view word) { return word.empty() || word == "if" || word == "unless"; }

class Arguments {
 public:
  Arguments(const Line& line, Findings& findings) : line_{line}, findings_{findings} {}

  void check() {
    const std::string_view name = line_.word(0);
    if (name == "log" && line_.word(1) != "global") log();
    if (name == "stick-table") stick_table();
    if (name == "cookie") cookie();
    if (name == "use_backend" || name == "use-server") condition(2);
    if (name == "stick") stick();
    if (name == "option" && line_.word(1) == "httplog" && !line_.word(2).empty() && line_.word(2) != "clf")
      wrong(2, "option httplog takes nothing but clf");
    if (name == "http-request" || name == "tcp-request" || name == "tcp-response" || name == "http-response") action();
  }

 private:
  void wrong(std::size_t at, const std::string& what) { findings_.add(refused, line_.spot_of(at), what); }
  void condition(std::size_t at) {
    if (!is_condition(line_.word(at)))
      wrong(at, fmt::format("only if or unless can stand here, not \"{}\"", line_.word(at)));
  }

  // ADDRESS [len N] [format F] [sample S] FACILITY [LEVEL [LEVEL]]
  void log() {
    constexpr std::string_view facilities =
        " kern user mail daemon auth syslog lpr news uucp cron auth2 ftp ntp audit alert cron2 local0 local1 local2 "
        "local3 local4 local5 "
        "local6 local7 ";
    constexpr std::string_view levels = " emerg alert crit err warning notice info debug ";
    std::size_t at = 2;
    while (listed(" len format sample ", line_.word(at))) at += 2;
    if (line_.word(at).empty()) return wrong(0, "log takes an address and a facility");
    if (!listed(facilities, line_.word(at)))
      wrong(at, fmt::format("\"{}\" is no facility, such as local0", line_.word(at)));
    for (const std::size_t i : {at + 1, at + 2})
      if (!line_.word(i).empty() && !listed(levels, line_.word(i)))
        wrong(i, fmt::format("\"{}\" is no level of logs", line_.word(i)));
  }

  void stick_table() {
    bool size = false;
    for (std::size_t at = 1; at < line_.words.size();) {
      const std::string_view word = line_.word(at);
      size = size || word == "size";
      if (word == "nopurge") {
        ++at;
        continue;
      }
      if (!listed(" type size expire store peers srvkey recv-only write-to ", word))
        return wrong(at, fmt::format("stick-table has no \"{}\"", word));
      if (line_.word(at + 1).empty()) return wrong(at, fmt::format("stick-table {}: an argument is missing", word));
      if (word == "expire" && !parse_time(line_.word(at + 1)))
        wrong(at + 1, fmt::format("\"{}\" is no time", line_.word(at + 1)));
      constexpr std::string_view types = " ip ipv6 integer string binary ";
      if (word == "type" && !listed(types, line_.word(at + 1)))
        wrong(at + 1, fmt::format("\"{}\" is no type of keys", line_.word(at + 1)));
      if (word == "store") store(at + 1);
      const bool length = word == "type" && line_.word(at + 2) == "len";
      at += length ? 4 : 2;
    }
    if (!size) wrong(0, "stick-table takes a size");
  }

  void store(std::size_t at) {
    constexpr std::string_view kinds =
        " gpc gpc_rate gpc0 gpc0_rate gpc1 gpc1_rate gpt gpt0 conn_cnt conn_cur conn_rate sess_cnt sess_rate "
        "http_req_cnt http_req_rate http_err_cnt http_err_rate http_fail_cnt http_fail_rate bytes_in_cnt bytes_in_rate "
        "bytes_out_cnt bytes_out_rate server_id server_key ";
    std::string_view rest = line_.word(at);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of(",("), rest.size());
      if (!listed(kinds, rest.substr(0, end)))
        return wrong(at, fmt::format("stick-table stores no \"{}\"", rest.substr(0, end)));
      const std::size_t closed = rest.substr(end).starts_with('(') ? rest.find(')', end) : end;
      const std::size_t comma = closed == std::string_view::npos ? closed : rest.find(',', closed);
      rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
    }
  }

  void cookie() {
    constexpr std::string_view alone =
        " rewrite insert prefix indirect nocache postonly preserve httponly secure dynamic ";
    constexpr std::string_view with_value = " domain maxidle maxlife attr ";
    for (std::size_t at = 2; at < line_.words.size(); ++at) {
      if (listed(with_value, line_.word(at)))
        ++at;
      else if (!listed(alone, line_.word(at)))
        wrong(at, fmt::format("cookie has no \"{}\"", line_.word(at)));
    }
  }

  void stick() {
    const std::size_t after = line_.word(3) == "table" ? 5 : 3;
    condition(after);
  }

  void action() {
    const std::size_t at = line_.word(0).starts_with("tcp") ? 2 : 1;
    const std::string_view name = line_.word(at);
    if (name == "accept" || name == "allow" || (name == "reject" && at == 2)) condition(at + 1);
    if (at == 1 && (name == "deny" || name == "tarpit")) {
      std::size_t next = 2;
      while (!line_.word(next).empty() && !is_condition(line_.word(next))) {
        const std::string_view word = line_.word(next);
        if (!listed(" deny_status status content-type errorfile errorfiles file lf-file string lf-string hdr "
                    "default-errorfiles ",
                    word))
          return wrong(next, fmt::format("{} has no \"{}\"", name, word));
        if (word == "deny_status" && lax_number(line_.word(next + 1)) < 200)
          return wrong(next + 1, fmt::format("\"{}\" is no status", line_.word(next + 1)));
        next += word == "hdr" ? 3 : word == "default-errorfiles" ? 1 : 2;
      }
    }
    if (name == "use-service") {
      const std::string_view service = line_.word(at + 1);
      if (service != "prometheus-exporter" && !service.starts_with("lua."))
        wrong(at + 1, fmt::format("there is no service \"{}\"", service));
    }
  }

  const Line& line_;
  Findings& findings_;
};

}  // namespace

void check_arguments(const Line& line, Findings& findings) { Arguments{line, findings}.check(); }

}  // namespace firedrill::lint::haproxy
