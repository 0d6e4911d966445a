// What sections say of each other.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

class References {
 public:
  References(const Config& config, const KnownNames& names, Findings& findings)
      : config_{config}, names_{names}, findings_{findings} {}

  void check() {
    taken_names();
    shared_rules();
    bool listens = false;
    for (const Section& section : config_.sections) {
      if (findings_.full()) return;
      listens = listens || listener(section);
      lacking(section);
      if (!section.is_proxy()) continue;
      if (const Setting fallback = find(section, {"default_backend"}); fallback && section.faces_clients())
        backend(section, *fallback.line, fallback.spot(), fallback.value());
      for (const Line& line : section.lines) of_line(section, line);
      inherited_files(section);
      servers(section);
      alerts(section);
    }
    if (!listens && !config_.sections.empty() && !names_.is_part())
      findings_.add(refused, config_.sections.front().spot(),
                    "nothing listens: there is neither a bind nor a stats socket, and HAProxy does not start");
  }

 private:
  // A stats socket is one, too.
  static bool listener(const Section& section) {
    const bool may = section.faces_clients() || section.kind == "peers" || section.kind == "log-forward";
    return std::any_of(section.lines.begin(), section.lines.end(), [&](const Line& line) {
      return (may && (line.word(0) == "bind" || line.word(0) == "dgram-bind")) ||
             (section.place == Place::global && line.word(0) == "stats" && line.word(1) == "socket");
    });
  }

  void lacking(const Section& section) {
    if (section.lacks == 0 || names_.is_part()) return;
    const Word& name = section.header[section.lacks];
    findings_.add(refused, name.spot, fmt::format("there is no defaults section \"{}\" above this line", name.text));
  }

  // A name twice with the same capability.
  void taken_names() {
    std::map<std::string, const Section*> front, back, other;
    for (const Section& section : config_.sections) {
      const auto taken = [&](auto& map, const std::string& key) {
        const auto [it, fresh] = map.try_emplace(key, &section);
        if (!fresh)
          findings_.add(section.kind == "userlist" ? no_effect : refused, section.spot(),
                        fmt::format("{}: the name is taken by the one at {}", section.shown(),
                                    line_of(it->second->spot(), section.spot())));
      };
      if (section.is_proxy() && section.faces_clients()) taken(front, section.name);
      if (section.is_proxy() && section.faces_servers() && section.place != Place::listen) taken(back, section.name);
      if (section.place == Place::listen) back.try_emplace(section.name, &section);
      if (section.place == Place::other && section.kind != "program") taken(other, section.kind + " " + section.name);
    }
  }

  // Rules of a defaults section are for one side only.
  void shared_rules() {
    for (const Section& defaults : config_.sections) {
      if (defaults.place != Place::defaults) continue;
      const bool has_rules = std::any_of(defaults.lines.begin(), defaults.lines.end(), [](const Line& line) {
        return line.word(0) == "http-request" || line.word(0) == "http-response" || line.word(0) == "tcp-request" ||
               line.word(0) == "tcp-response" || line.word(0) == "http-after-response";
      });
      bool front = false;
      for (const Section& section : config_.sections) {
        if (!has_rules || section.from != &defaults) continue;
        front = front || section.place == Place::frontend;
        if (front && section.place == Place::backend)
          findings_.add(refused, section.spot(),
                        fmt::format("{}: frontends and backends cannot both take {}, which has rules", section.shown(),
                                    defaults.shown()));
      }
    }
  }

  void backend(const Section& section, const Line& line, Spot spot, std::string_view name) {
    if (name.find('%') != std::string_view::npos) return;  // known at run time only
    const Section* found = names_.backend(name);
    if (found == nullptr && names_.is_part()) return;
    if (found == nullptr) {
      const std::string near = faults::nearest(name, names_.backends());
      findings_.add(refused, spot,
                    fmt::format("{} {}: there is no backend of that name{}", line.word(0), name,
                                near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
    } else if (is_http(section) && !is_http(*found)) {
      findings_.add(refused, spot, fmt::format("{} is in mode http, and {} is not", section.shown(), found->shown()));
    }
  }

  // Of defaults that nobody takes HAProxy asks for nothing.
  void inherited_files(const Section& section) {
    for (const Section* defaults = section.from; defaults != nullptr; defaults = defaults->from)
      for (const Line& line : defaults->lines)
        if (line.word(0) == "errorfiles") http_errors(line);
  }

  void http_errors(const Line& line) {
    if (!names_.has("http-errors", line.word(1)))
      findings_.add(refused, line.spot_of(1), fmt::format("there is no http-errors section \"{}\"", line.word(1)));
  }

  // Groups are those of an engine that a filter of the same proxy brings.
  void spoe_group(const Section& section, const Line& line) {
    const auto action = std::find_if(line.words.begin(), line.words.end(),
                                     [](const Word& word) { return word.text == "send-spoe-group"; });
    if (action == line.words.end() || action + 1 == line.words.end()) return;
    const std::string& engine = (action + 1)->text;
    const bool there = std::any_of(section.lines.begin(), section.lines.end(), [&](const Line& filter) {
      if (filter.word(0) != "filter" || filter.word(1) != "spoe") return false;
      for (std::size_t i = 2; i + 1 < filter.words.size(); ++i)
        if (filter.word(i) == "engine" && filter.word(i + 1) == engine) return true;
      return false;
    });
    if (!there)
      findings_.add(refused, (action + 1)->spot,
                    fmt::format("{} has no filter spoe with the engine \"{}\"", section.shown(), engine));
  }

  void of_line(const Section& section, const Line& line) {
    const std::string_view first = line.word(0);
    if (first == "default_backend" && !section.faces_clients()) backend(section, line, line.spot_of(1), line.word(1));
    if (first == "http-request" || first == "http-response" || first.starts_with("tcp-")) spoe_group(section, line);
    if (first == "use_backend") backend(section, line, line.spot_of(1), line.word(1));
    if (first == "use-server") {
      const bool there = line.word(1).find('%') != std::string_view::npos || has_server(section, line.word(1));
      if (!there)
        findings_.add(refused, line.spot_of(1),
                      fmt::format("there is no server \"{}\" in {}", line.word(1), section.shown()));
    }
    if (first == "stick" || first == "http-request" || first == "tcp-request" || first == "http-response")
      tracked(section, line);
    if (first == "errorfiles") http_errors(line);
    if (first == "use-fcgi-app" && !names_.has("fcgi-app", line.word(1)))
      findings_.add(refused, line.spot_of(1), fmt::format("there is no fcgi-app section \"{}\"", line.word(1)));
    if (first == "filter" && line.word(1) == "fcgi-app" && !names_.has("fcgi-app", line.word(2)))
      findings_.add(refused, line.spot_of(2), fmt::format("there is no fcgi-app section \"{}\"", line.word(2)));
    if (first == "filter" && line.word(1) == "cache" && !names_.has("cache", line.word(2)))
      findings_.add(refused, line.spot_of(2), fmt::format("there is no cache section \"{}\"", line.word(2)));
    if (first == "stick-table")
      for (std::size_t i = 1; i + 1 < line.words.size(); ++i)
        if (line.word(i) == "peers" && !names_.has("peers", line.word(i + 1)))
          findings_.add(refused, line.spot_of(i + 1),
                        fmt::format("there is no peers section \"{}\"", line.word(i + 1)));
  }

  // The table that a rule keeps its counts in.
  void tracked(const Section& section, const Line& line) {
    const bool sticks = line.word(0) == "stick";
    const bool tracks = std::any_of(line.words.begin(), line.words.end(),
                                    [](const Word& word) { return word.text.starts_with("track-sc"); });
    if ((!sticks || !section.faces_servers()) && !tracks) return;
    std::string table = section.name;
    std::size_t at = 0;
    for (std::size_t i = 2; i + 1 < line.words.size() && line.word(i) != "if" && line.word(i) != "unless"; ++i)
      if (line.word(i) == "table") {
        table = line.word(i + 1);
        at = i + 1;
      }
    if (!names_.has_table(table))
      return findings_.add(refused, line.spot_of(at), fmt::format("there is no stick-table in \"{}\"", table));
    const auto tracking = std::find_if(line.words.begin(), line.words.end(),
                                       [](const Word& word) { return word.text.starts_with("track-sc"); });
    const std::size_t key = tracks ? static_cast<std::size_t>(tracking - line.words.begin()) + 1 : 2;
    const std::string_view given = type_of_expression(line.word(key)), kept = names_.type_of_table(table);
    const bool fits = kept == "integer" ? !listed(" ipv6 bin meth ", given)
                                        : !kept.starts_with("ip") || !listed(" bool bin meth ", given);
    if (!fits)
      findings_.add(refused, line.spot_of(key),
                    fmt::format("\"{}\" cannot be a key of the stick-table in \"{}\", whose type is {}", line.word(key),
                                table, kept));
  }

  void servers(const Section& section) {
    std::map<std::string_view, const Line*> names;
    const Line* table = nullptr;
    for (const Line& line : section.lines) {
      if (line.word(0) == "stick-table") {
        if (table != nullptr)
          findings_.add(refused, line.spot(), fmt::format("{} has a stick-table already", section.shown()));
        table = &line;
      }
      if (line.word(0) != "server") continue;
      const auto [it, fresh] = names.try_emplace(line.word(1), &line);
      if (!fresh)
        findings_.add(
            refused, line.spot_of(1),
            fmt::format("the name \"{}\" is taken by the server at line {}", line.word(1), it->second->spot().line));
      for (std::size_t i = 3; i + 1 < line.words.size(); ++i) {
        if (line.word(i) == "resolvers" && !names_.has("resolvers", line.word(i + 1)))
          findings_.add(refused, line.spot_of(i + 1),
                        fmt::format("there is no resolvers section \"{}\"", line.word(i + 1)));
        if (line.word(i) == "track") track(section, line, i + 1);
      }
    }
  }

  // They are sent only if there are all three.
  void alerts(const Section& section) {
    const Setting mailers = find(section, {"email-alert", "mailers"});
    if (mailers && find(section, {"email-alert", "from"}) && find(section, {"email-alert", "to"}) &&
        !names_.has("mailers", mailers.value()))
      findings_.add(refused, mailers.spot(),
                    fmt::format("{}: there is no mailers section \"{}\"", section.shown(), mailers.value()));
  }

  void track(const Section& section, const Line& line, std::size_t at) {
    const std::string_view target = line.word(at);
    const std::size_t slash = target.find('/');
    const Section* where = slash == std::string_view::npos ? &section : names_.backend(target.substr(0, slash));
    const std::string_view server = slash == std::string_view::npos ? target : target.substr(slash + 1);
    if (where == nullptr && names_.is_part()) return;
    if (where == nullptr || !has_server(*where, server))
      findings_.add(refused, line.spot_of(at), fmt::format("there is no server \"{}\" to track", target));
  }

  const Config& config_;
  const KnownNames& names_;
  Findings& findings_;
};

std::string type_in(const Line& table, std::size_t at) {
  for (; at + 1 < table.words.size(); ++at)
    if (table.word(at) == "type") return std::string{table.word(at + 1)};
  return "";
}

}  // namespace

KnownNames::KnownNames(const Config& config, Extent extent) : part_{extent == Extent::part} {
  for (const Section& section : config.sections) {
    if (section.is_proxy() && section.faces_servers()) back_.try_emplace(section.name, &section);
    if (section.is_proxy() && section.faces_clients()) front_.try_emplace(section.name, &section);
    if (!section.name.empty()) sections_.insert(section.kind + " " + section.name);
    for (const Line& line : section.lines) {
      if (line.word(0) == "stick-table") tables_.try_emplace(section.name, type_in(line, 1));
      if (section.place == Place::global) globals_[std::string{line.word(0)}] = &line;
    }
    if (section.kind == "userlist")
      for (const Line& line : section.lines)
        if (line.word(0) == "group") groups_.insert(fmt::format("{}/{}", section.name, line.word(1)));
    if (section.kind == "peers")
      for (const Line& line : section.lines)
        if (line.word(0) == "table")
          tables_.try_emplace(section.name + "/" + std::string{line.word(1)}, type_in(line, 2));
  }
}

const Section* KnownNames::backend(std::string_view name) const {
  const auto it = back_.find(name);
  return it == back_.end() ? nullptr : it->second;
}

std::string_view KnownNames::type_of_table(std::string_view name) const {
  const auto it = tables_.find(name);
  return it == tables_.end() ? std::string_view{} : it->second;
}

const Line* KnownNames::global(std::string_view word) const {
  const auto it = globals_.find(word);
  return it == globals_.end() ? nullptr : it->second;
}

const Section* KnownNames::frontend(std::string_view name) const {
  const auto it = front_.find(name);
  return it == front_.end() ? nullptr : it->second;
}

bool KnownNames::has(std::string_view kind, std::string_view name) const {
  return part_ || sections_.find(fmt::format("{} {}", kind, name)) != sections_.end();
}

bool KnownNames::has_group(std::string_view userlist, std::string_view group) const {
  return part_ || groups_.find(fmt::format("{}/{}", userlist, group)) != groups_.end();
}

bool KnownNames::has_scripts() const {
  return part_ || global("lua-load") != nullptr || global("lua-load-per-thread") != nullptr;
}

std::vector<std::string> KnownNames::backends() const {
  std::vector<std::string> all;
  for (const auto& [name, section] : back_) all.push_back(name);
  return all;
}

bool has_server(const Section& backend, std::string_view name) {
  for (const Line& line : backend.lines) {
    if (line.word(0) == "server" && line.word(1) == name) return true;
    if (line.word(0) == "server-template" && name.starts_with(line.word(1))) return true;
  }
  return false;
}

void check_references(const Config& config, const KnownNames& names, Findings& findings) {
  References{config, names, findings}.check();
}

}  // namespace firedrill::lint::haproxy
