// What the running HAProxy does against what its file says. The runtime API changes memory alone: "set maxconn server",
// "set weight", "set server … state", "add server"; section 9.3 of the management guide of 2.6.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "lint/ground_rules.hpp"
#include "lint/haproxy_examples.hpp"
#include "lint/haproxy_rules.hpp"
#include "lint/haproxy_running.hpp"

namespace firedrill::lint::haproxy {
namespace {

// Two columns for names: a proxy's own rows are called FRONTEND and BACKEND.
using Names = std::set<std::pair<std::string, std::string>>;

class Drift {
 public:
  Drift(const Rule& rule, const Subject& subject)
      : rule_{rule}, config_{subject.config}, running_{*subject.running}, findings_{subject.findings} {}

  void look() {
    if (config_.sections.empty()) return;
    if (!running_.is_complete()) {
      findings_.add(unreadable, start(),
                    "what was asked for the running HAProxy has no table of \"show stat\"; the file is not to blame",
                    "Ask the stats socket of the HAProxy that runs with this file.");
      return;
    }
    process();
    for (const Section& section : config_.sections)
      if (section.is_proxy() && !find(section, {"disabled"})) proxy(section);
    for (const Running::Row& row : running_.rows()) unknown(row);
  }

 private:
  Spot start() const { return config_.sections.front().spot(); }

  void process() {
    const Line* most = config_.global_line("maxconn");
    const std::string_view now = running_.info("Maxconn");
    if (most != nullptr && lax_number(most->word(1)) > 0 && !now.empty() &&
        lax_number(now) != lax_number(most->word(1)))
      differs(most->spot_of(1), "the process", "maxconn", most->word(1), "", now);
  }

  void proxy(const Section& section) {
    if (section.faces_clients()) {
      const auto most = clients_of(config_, section);
      const Setting own = find(section, {"maxconn"});
      const Running::Row* row = known(section, section.spot(), "FRONTEND", section.shown());
      if (row != nullptr) stopped(*row, section);
      if (row != nullptr && most)
        compare(*row, "slim", *most, own.where == &section ? own.spot() : section.spot(), section.shown(), "maxconn",
                own ? inherited(own, section) : "");
    }
    if (!section.faces_servers()) return;
    const Running::Row* row = known(section, section.spot(), "BACKEND", section.shown());
    if (row != nullptr && section.place != Place::listen) stopped(*row, section);
    if (row != nullptr)
      if (const Setting full = find(section, {"fullconn"}))
        compare(*row, "slim", lax_number(full.value()), full.where == &section ? full.spot() : section.spot(),
                section.shown(), "fullconn", inherited(full, section));
    for (const Server& one : servers_of(section)) {
      if (one.line->word(0) == "server") {
        server(section, one, one.name);
      } else {
        const std::int64_t first =
            one.line->word(2).find('-') == std::string_view::npos ? 1 : lax_number(one.line->word(2));
        for (std::int64_t i = 0; i < std::min<std::int64_t>(one.count, 10'000); ++i)
          server(section, one, fmt::format("{}{}", one.name, first + i));
      }
    }
  }

  // "shutdown frontend", "disable frontend": nobody is let in, and nothing else would show it.
  void stopped(const Running::Row& row, const Section& section) {
    const std::string_view now = Running::value(row, "status");
    if (now == "STOP" || now == "PAUSED") differs(section.spot(), section.shown(), "state", "enabled", "", now);
  }

  void server(const Section& section, const Server& one, const std::string& name) {
    const std::string shown = fmt::format("server {}/{}", section.name, name);
    const Running::Row* row = known(section, one.line->spot(), name, shown);
    if (row == nullptr) return;
    // HAProxy takes a minconn above maxconn for the maximum.
    const std::int64_t least = one.number("minconn"), most = std::max(one.number("maxconn"), least);
    limit(*row, one, "slim", least > 0 && least == most ? "minconn" : "maxconn", most, shown);
    limit(*row, one, "qlimit", "maxqueue", one.number("maxqueue"), shown);
    limit(*row, one, "uweight", "weight", one.weight(), shown);
    state(*row, one, shown);
    address(*row, one, shown);
  }

  void state(const Running::Row& row, const Server& one, const std::string& shown) {
    const std::string_view now = Running::value(row, "status");
    const bool asked = one.is_off();
    // "MAINT (resolution)" and its like are HAProxy's own doing; a weight of 0 drains, and is compared itself.
    if (!now.empty() && asked != (now == "MAINT"))
      differs(one.line->spot(), shown, "state", asked ? "disabled" : "enabled", "", now);
    else if (now.starts_with("DRAIN") && Running::value(row, "uweight") != "0")
      differs(one.line->spot(), shown, "state", "enabled", "", now);
  }

  // Of addresses that need no name server.
  void address(const Running::Row& row, const Server& one, const std::string& shown) {
    const std::string_view now = Running::value(row, "addr");
    const bool literal = one.address.find_first_not_of("0123456789.:") == std::string::npos &&
                         std::count(one.address.begin(), one.address.end(), ':') == 1 && one.address.back() != ':';
    if (literal && !now.empty() && now != one.address)
      differs(one.line->spot_of(one.line->word(0) == "server" ? 2 : 3), shown, "address", one.address, "", now);
  }

  void limit(const Running::Row& row, const Server& one, std::string_view column, std::string_view name,
             std::int64_t asked, const std::string& shown) {
    const Option* option = one.option(name);
    compare(row, column, asked, option == nullptr ? one.line->spot() : option->spot(), shown, name,
            option == nullptr ? "" : inherited(*option, one));
  }

  // An empty column stands for no limit, one that is not there for nothing at all.
  void compare(const Running::Row& row, std::string_view column, std::int64_t asked, Spot spot,
               const std::string& shown, std::string_view name, const std::string& from) {
    if (row.find(column) == row.end()) return;
    const std::string_view now = Running::value(row, column);
    if (lax_number(now) != asked)
      differs(spot, shown, name, asked == 0 ? "none" : std::to_string(asked), from, now.empty() ? "none" : now);
  }

  void differs(Spot spot, std::string_view shown, std::string_view name, std::string_view asked,
               const std::string& from, std::string_view now) {
    findings_.add(rule_, spot,
                  fmt::format("{}: the file has {} {}{}, the running HAProxy {}", shown, name, asked, from, now));
  }

  const Running::Row* known(const Section& section, Spot spot, const std::string& name, const std::string& shown) {
    names_.emplace(section.name, name);
    const Running::Row* row = running_.row(section.name, name);
    if (row == nullptr) findings_.add(rule_, spot, fmt::format("{} is in the file, and does not run", shown));
    return row;
  }

  void unknown(const Running::Row& row) {
    const std::string proxy{Running::value(row, "pxname")}, name{Running::value(row, "svname")};
    // Rows of sockets (type 3) come with option socket-stats alone.
    if (names_.count({proxy, name}) > 0 || Running::value(row, "type") == "3") return;
    const bool own = name == "FRONTEND" || name == "BACKEND";
    const Section* section = config_.named(proxy, name != "FRONTEND");
    findings_.add(
        rule_, section == nullptr ? start() : section->spot(),
        own ? fmt::format("{} \"{}\" runs, and is not in the file", name == "FRONTEND" ? "frontend" : "backend", proxy)
            : fmt::format("server {}/{} runs, and is not in the file", proxy, name));
  }

  const Rule& rule_;
  const Config& config_;
  const Running& running_;
  Findings& findings_;
  Names names_;
};

void drift(const Rule& rule, const Subject& subject) {
  if (subject.running != nullptr) Drift{rule, subject}.look();
}

const ConfigRule drift_rows[] = {
    {{"HA22",
      Severity::warning,
      "a running HAProxy that is not what its file says",
      "With --live: maxconn, maxqueue, weight, address or state of a server, maxconn or state of a frontend, maxconn "
      "of "
      "the process, or fullconn differ between the file and the running HAProxy, or one of the two has a proxy or a "
      "server that the "
      "other has not.",
      "set maxconn server and its like change memory alone. What was mended at night is gone with the next reload, and "
      "whoever reads the file reads what is not so.",
      "Write into the file what was set at run time, or reload, so that the file counts again.",
      "pool-fixed",
      HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 7\n",
      HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 100\n",
      {},
      {},
      "Maxconn: 4000\n# pxname,svname,slim\nwww,FRONTEND,4000\napi,api1,100\napi,BACKEND,400\n"},
     drift},
};

}  // namespace

std::span<const ConfigRule> drift_rules() { return drift_rows; }

}  // namespace firedrill::lint::haproxy
