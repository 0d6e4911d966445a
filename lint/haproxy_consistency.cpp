// What the lines of a proxy say of each other, and of those of other proxies: numbers that are taken, loops, formats of
// logs where they are used, rules that cannot be inherited.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

bool is_rule(const Line& line) {
  return (listed(" http-request http-response http-after-response ", line.word(0)) ||
          (listed(" tcp-request tcp-response ", line.word(0)) && line.word(1) != "inspect-delay"));
}

bool has_rules(const Section* defaults) {
  return defaults != nullptr && std::any_of(defaults->lines.begin(), defaults->lines.end(), is_rule);
}

class Consistency {
 public:
  Consistency(const Config& config, const KnownNames& names, Findings& findings)
      : config_{config}, names_{names}, findings_{findings} {}

  void check() {
    for (const Section& section : config_.sections) {
      if (findings_.full()) return;
      inherited_rules(section);
      once(section);
      first_steps(section);
      if (!section.is_proxy()) continue;
      numbers(section);
      loops(section);
      if (section.faces_clients())
        for (const std::string_view format : {"log-format", "log-format-sd", "error-log-format", "unique-id-format"})
          format_of_logs(section, format);
      if (section.faces_servers()) means(section);
    }
  }

 private:
  void wrong(Spot spot, const std::string& what) { findings_.add(refused, spot, what); }

  // Directories that are not replaced, filters that are there once, a number that a proxy has once.
  void once(const Section& section) {
    std::map<std::string, const Line*> own;
    for (const Line& line : section.lines) {
      const bool base = section.place == Place::global && listed(" ca-base crt-base ", line.word(0));
      const bool filter = section.is_proxy() && line.word(0) == "filter" && listed(" compression cache ", line.word(1));
      if (!base && !filter && !(section.is_proxy() && line.word(0) == "id")) continue;
      std::string what{line.word(0)};
      if (filter) what += fmt::format(" {}", line.word(1));
      if (filter && line.word(1) == "cache") what += fmt::format(" {}", line.word(2));
      const auto [it, fresh] = (base ? bases_ : own).try_emplace(what, &line);
      if (!fresh)
        wrong(line.spot(), fmt::format("{} can stand {} only once, and does at line {}", what,
                                       base ? "in a file" : "in a section", it->second->spot().line));
    }
  }

  // Checks that connect themselves begin with that.
  void first_steps(const Section& section) {
    for (const std::string_view kind : {"tcp-check", "http-check"}) {
      const Line* first = nullptr;
      for (const Line& line : section.lines) {
        if (line.word(0) != kind) continue;
        const std::string_view what = line.word(1);
        if (what == "connect" && first != nullptr) {
          wrong(line.spot_of(1),
                fmt::format("{} connect stands behind another step, which is at line {}; the first step "
                            "connects, too, if any does",
                            kind, first->spot().line));
          break;
        }
        if (what == "connect") break;
        if (first == nullptr && listed(" send send-lf send-binary send-binary-lf expect ", what)) first = &line;
      }
    }
  }

  void inherited_rules(const Section& section) {
    if (section.place != Place::defaults && section.place != Place::listen) return;
    if (has_rules(section.from))
      wrong(section.spot(), fmt::format("{}: a {} section cannot take {}, which has rules", section.shown(),
                                        section.kind, section.from->shown()));
  }

  // Of proxies among each other, of the binds and of the servers of one.
  void numbers(const Section& section) {
    std::map<std::int64_t, const Line*> binds, servers;
    const auto take = [&](std::map<std::int64_t, const Line*>& taken, const Line& line, std::size_t at) {
      const auto [it, fresh] = taken.try_emplace(lax_number(line.word(at)), &line);
      if (!fresh)
        wrong(line.spot_of(at),
              fmt::format("the id {} is taken at {}", it->first, line_of(it->second->spot(), line.spot())));
    };
    for (const Line& line : section.lines) {
      if (line.word(0) == "id") take(proxies_, line, 1);
      const bool bind = line.word(0) == "bind";
      if (!bind && line.word(0) != "server") continue;
      for (std::size_t i = bind ? 2 : 3; i + 1 < line.words.size();
           i += 1 + arguments_of(bind ? Options::bind : Options::server, line, i))
        if (line.word(i) == "id") take(bind ? binds : servers, line, i + 1);
    }
  }

  void loops(const Section& section) {
    if (!section.faces_servers()) return;
    for (const Line& line : section.lines)
      if (listed(" default_backend use_backend ", line.word(0)) && line.word(1) == section.name)
        wrong(line.spot_of(1), fmt::format("{} leads to itself", section.shown()));
  }

  // One that another replaces later in the section is never read.
  void format_of_logs(const Section& section, std::string_view directive) {
    const Setting format = find(section, {directive});
    if (!format) return;
    const auto replaces = [&](const Section& one) {
      return std::any_of(one.lines.begin(), one.lines.end(), [&](const Line& line) {
        const bool behind = &one != format.where || &line > format.line;
        return behind && line.word(0) == "option" && listed(" httplog tcplog httpslog ", line.word(1));
      });
    };
    if (replaces(*format.where) || replaces(section)) return;
    const Acls acls{section};
    const Context context{section, acls, names_, *format.line, findings_};
    check_format(context, 1, directive == "unique-id-format" ? From::anywhere : From::logs);
  }

  void means(const Section& section) {
    const Line* allowed = names_.global("external-check");
    if (const Setting option = find(section, {"option", "external-check"}); option && !option.line->negated &&
                                                                            allowed == nullptr && !names_.is_part() &&
                                                                            !find(section, {"option", "httpchk"}))
      wrong(section.spot(), fmt::format("{}: external checks must be allowed by external-check in the global section",
                                        section.shown()));
    if (const Setting app = find(section, {"use-fcgi-app"}); app && names_.has("fcgi-app", app.value())) {
      const std::vector<Server> servers = servers_of(section);
      const bool speaks = std::any_of(servers.begin(), servers.end(), [](const Server& server) {
        return server.option("proto") != nullptr && server.option("proto")->value() == "fcgi";
      });
      if (!speaks)
        wrong(app.spot(),
              fmt::format("{} uses an application of FastCGI, and no server has proto fcgi", section.shown()));
    }
    const Setting balance = find(section, {"balance"});
    const bool transparent = has_option(section, "transparent") || find(section, {"transparent"});
    if (transparent && balance)
      wrong(balance.spot(), fmt::format("{} cannot be transparent and balance at once", section.shown()));
  }

  const Config& config_;
  const KnownNames& names_;
  Findings& findings_;
  std::map<std::int64_t, const Line*> proxies_;
  std::map<std::string, const Line*> bases_;
};

}  // namespace

void check_consistency(const Config& config, const KnownNames& names, Findings& findings) {
  Consistency{config, names, findings}.check();
}

}  // namespace firedrill::lint::haproxy
