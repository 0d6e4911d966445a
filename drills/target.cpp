// Where requests go: a URL or address as written, or a proxy or backend of the drill by name.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "drills/reading.hpp"

namespace firedrill::drills {
namespace {

constexpr std::string_view a_url =
    R"(must be a URL such as "http://127.0.0.1:8081/", or "proxy:NAME/PATH" or "backend:NAME/PATH" of this drill)";
constexpr std::string_view a_path =
    "must have no blank, no control character and no # in it: write %20 for a blank, and leave out what stands behind "
    "a #, which no server is sent";
constexpr std::string_view an_address =
    R"(must be an address such as "127.0.0.1:5432", or "proxy:NAME" or "backend:NAME" of this drill)";

// Notes an unknown name; true when `text` was of the form "proxy:…" or "backend:…".
bool by_name(std::string_view text, std::string_view ends, Reader& keys, std::string_view key, const Drill& drill,
             Target& target) {
  const bool proxy = text.starts_with("proxy:");
  if (!proxy && !text.starts_with("backend:")) return false;
  text.remove_prefix(text.find(':') + 1);
  const std::string_view name = text.substr(0, text.find_first_of(ends));
  (proxy ? target.proxy : target.backend) = name;
  target.rest = text.substr(name.size());
  const std::string wrong =
      proxy ? no_such("proxy", name, names_of(drill.proxies)) : no_such("backend", name, names_of(drill.backends));
  if (!wrong.empty()) keys.problem(key, wrong);
  return true;
}

// A request line ends at a blank, and nobody is ever sent what stands behind a #.
bool is_sendable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '#'; });
}

bool is_url(std::string_view text) {
  const bool http = text.starts_with("http://");
  if (!http && !text.starts_with("https://")) return false;
  text.remove_prefix(http ? 7 : 8);
  text = text.substr(0, text.find_first_of("/?#"));
  text.remove_prefix(std::min(text.find('@') + 1, text.size()));  // npos + 1 is 0: no user, nothing to take off
  const auto with_port = proxy::Endpoint::parse(text);
  if (with_port) return !with_port->is_unix() && !with_port->host.empty() && with_port->port != 0;
  const auto without = proxy::Endpoint::parse(std::string{text} + ":80");
  return without && !without->host.empty();
}

}  // namespace

Target read_http_target(Reader& keys, std::string_view key, const Drill& drill) {
  Target target;
  target.text = keys.text(key);
  if (keys.raw(key) == nullptr || keys.raw(key)->text() == nullptr) return target;
  const bool named = by_name(target.text, "/?#", keys, key, drill, target);
  if (!is_sendable(named ? std::string_view{target.rest} : std::string_view{target.text})) {
    keys.problem(key, std::string{a_path});
    return target;
  }
  if (named) {
    if (!target.rest.starts_with('/')) target.rest.insert(0, "/");
    return target;
  }
  if (!is_url(target.text)) keys.problem(key, std::string{a_url});
  target.rest = target.text;
  return target;
}

Target read_tcp_target(Reader& keys, std::string_view key, const Drill& drill) {
  Target target;
  target.text = keys.text(key);
  if (keys.raw(key) == nullptr || keys.raw(key)->text() == nullptr) return target;
  if (by_name(target.text, "/", keys, key, drill, target)) {
    if (!target.rest.empty()) keys.problem(key, "a connection has no path; " + std::string{an_address});
    target.rest.clear();
    return target;
  }
  const auto address = proxy::Endpoint::parse(target.text);
  if (!address || (!address->is_unix() && (address->host.empty() || address->port == 0)))
    keys.problem(key, std::string{an_address});
  target.rest = target.text;
  return target;
}

}  // namespace firedrill::drills
