// Sessions that are meant to be long: what ends them when they are silent, and when only half of one is left.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "lint/haproxy_rules.hpp"

namespace firedrill::lint::haproxy {
namespace {

using namespace std::chrono_literals;

// Where a client sits silent for that long, sessions are meant to be long.
constexpr Time long_session = 2min;

void half_closed(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    if (!section.is_proxy() || !section.faces_clients() || find(section, {"timeout", "client-fin"})) continue;
    for (const Section* backend : backends_of(subject.config, section)) {
      const Setting tunnel = find(*backend, {"timeout", "tunnel"});
      const Setting silence = find(section, {"timeout", "client"});
      const auto client = time_of(section, "client");
      const bool long_tcp = !is_http(section) && has_servers(*backend) && client && *client >= long_session;
      if (!tunnel && !long_tcp) continue;
      subject.findings.add(
          rule, section.spot(),
          fmt::format(
              "{} has no timeout client-fin, and its sessions may be long: {}", section.shown(),
              tunnel ? fmt::format("timeout tunnel {} in {}{}", tunnel.value(), backend->shown(),
                                   inherited(tunnel, *backend))
                     : fmt::format("timeout client {}{} in mode tcp", shown(*client), inherited(silence, section))));
      break;
    }
  }
}

std::string in_lower_case(std::string_view text) {
  std::string lower{text};
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

// "hdr(Upgrade) -i websocket", in an ACL or between braces.
bool asks_for_websocket(const Line& line) {
  bool header = false, value = false;
  for (const Word& word : line.words) {
    const std::string text = in_lower_case(word.text);
    header = header || text.find("hdr(upgrade)") != std::string::npos;
    value = value || text == "websocket";
  }
  return header && value;
}

// Backends that a rule sends websockets to, as far as its condition says that.
void cut_websockets(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    if (!section.is_proxy() || !section.faces_clients() || !is_http(section)) continue;
    std::set<std::string_view> names;
    for (const Line& line : section.lines) {
      if (line.word(0) == "acl" && asks_for_websocket(line)) names.insert(line.word(1));
      if (line.word(0) != "use_backend") continue;
      const bool sends =
          line.word(2) == "if" &&
          (asks_for_websocket(line) || std::any_of(line.words.begin() + 3, line.words.end(),
                                                   [&](const Word& word) { return names.count(word.text) > 0; }));
      const Section* backend = sends ? subject.config.named(line.word(1), true) : nullptr;
      if (backend == nullptr || find(*backend, {"timeout", "tunnel"})) continue;
      const auto client = finite(time_of(section, "client")), server = finite(time_of(*backend, "server"));
      if (!client && !server) continue;
      subject.findings.add(
          rule, line.spot_of(1),
          fmt::format("{} gets websockets from {} and has no timeout tunnel: {} of silence end them", backend->shown(),
                      section.shown(), shown(std::min(client.value_or(*server), server.value_or(*client)))));
    }
  }
}

}  // namespace

std::optional<Time> finite(std::optional<Time> time) { return time && *time > 0us ? time : std::nullopt; }

bool has_servers(const Section& section) { return !servers_of(section).empty(); }

void long_sessions(const Rule& rule, const Subject& subject) {
  half_closed(rule, subject);
  cut_websockets(rule, subject);
}

}  // namespace firedrill::lint::haproxy
