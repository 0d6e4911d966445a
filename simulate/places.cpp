// Following addresses from loads and probes through proxies to backends.
#include "simulate/places.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <variant>

#include <fmt/format.h>

namespace firedrill::simulate {
namespace {

using drills::Drill;
using proxy::Endpoint;

// "http://127.0.0.1:8081/path": where that is, if it is plain HTTP.
std::optional<Endpoint> authority_of(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return std::nullopt;
  url.remove_prefix(scheme.size());
  const std::string where{url.substr(0, url.find_first_of("/?#"))};
  if (auto endpoint = Endpoint::parse(where)) return endpoint;
  return Endpoint::parse(where + ":80");
}

bool is_here(const std::string& host) {
  return host.empty() || host == "127.0.0.1" || host == "localhost" || host == "::1" || host == "0.0.0.0" ||
         host == "::";
}

bool meets(const Endpoint& dialled, const Endpoint& listening) {
  if (dialled.is_unix() || listening.is_unix()) return dialled == listening;
  return listening.port != 0 && dialled.port == listening.port && is_here(dialled.host) && is_here(listening.host);
}

Reached listener_at(const Drill& drill, const Endpoint& dialled) {
  for (const auto& proxy : drill.proxies)
    if (meets(dialled, proxy.listen)) return {proxy.name, ""};
  for (const auto& backend : drill.backends)
    if (meets(dialled, backend.listen)) return {"", backend.name};
  return {};
}

// Whose figures a source has.
std::optional<std::string> obstacle_of_source(const Drill& drill, const drills::Source& source) {
  const auto foreign = [](std::string_view what) {
    return fmt::format("{} leads to what is not part of the drill", what);
  };
  if (const auto* load = std::get_if<drills::LoadSource>(&source)) {
    for (const auto& spec : drill.loads)
      if (const std::string why = obstacle_of(drill, spec); spec.name == load->load && !why.empty())
        return fmt::format("load {} {}", spec.name, why);
    return std::nullopt;
  }
  if (const auto* proxy = std::get_if<drills::ProxySource>(&source))
    return is_known(drill, {proxy->proxy, ""}) ? std::nullopt : std::optional{foreign("proxy " + proxy->proxy)};
  if (std::holds_alternative<drills::CommandProbe>(source)) return "what a command says cannot be foretold";
  const auto* http = std::get_if<drills::HttpProbe>(&source);
  const auto& target = http != nullptr ? http->url : std::get<drills::TcpProbe>(source).address;
  return is_known(drill, reached_by(drill, target)) ? std::nullopt : std::optional{foreign(target.text)};
}

}  // namespace

Reached reached_by(const Drill& drill, const drills::Target& target) {
  if (!target.proxy.empty() || !target.backend.empty()) return {target.proxy, target.backend};
  if (const auto url = authority_of(target.rest)) return listener_at(drill, *url);
  if (const auto address = Endpoint::parse(target.rest)) return listener_at(drill, *address);
  return {};
}

Reached upstream_of(const Drill& drill, const drills::ProxyBlock& proxy) {
  if (const auto* backend = std::get_if<std::string>(&proxy.upstream)) return {"", *backend};
  return listener_at(drill, std::get<Endpoint>(proxy.upstream));
}

bool is_known(const Drill& drill, const Reached& reached) {
  Reached at = reached;
  for (std::size_t hops = 0; hops <= drill.proxies.size(); ++hops) {
    if (!at.backend.empty() || !at.ours()) return at.ours();
    const auto proxy = std::find_if(drill.proxies.begin(), drill.proxies.end(),
                                    [&](const drills::ProxyBlock& block) { return block.name == at.proxy; });
    if (proxy == drill.proxies.end()) return false;
    at = upstream_of(drill, *proxy);
  }
  return false;  // in a circle
}

std::string obstacle_of(const Drill& drill, const drills::LoadSpec& load) {
  if (load.tool) return fmt::format("is made by {}, which cannot be played", load.tool->argv.front());
  if (!load.tcp.text.empty()) return "speaks to what is not HTTP: how that answers cannot be foretold";
  if (!is_known(drill, reached_by(drill, load.http)))
    return fmt::format("leads to {}, which is not part of the drill", load.http.text);
  return "";
}

Scope scope_of(const Drill& drill) {
  Scope scope;
  for (const auto& proxy : drill.proxies)
    if (!is_known(drill, {proxy.name, ""}))
      scope.left_out.push_back(fmt::format(
          "proxy {} leads to what is not part of the drill: how that answers cannot be foretold", proxy.name));
  for (const auto& load : drill.loads) {
    const std::string why = obstacle_of(drill, load);
    scope.anything = scope.anything || why.empty();
    if (!why.empty()) scope.left_out.push_back(fmt::format("load {} {}, and is left out", load.name, why));
  }
  for (std::size_t i = 0; i < drill.checks.size(); ++i) {
    const auto& check = drill.checks[i];
    const auto obstacle = obstacle_of_source(drill, check.source);
    if (!obstacle) {
      scope.anything = scope.anything || drills::is_probe(check.source);
      continue;
    }
    scope.checks[i] = "not predicted: " + *obstacle;
    scope.left_out.push_back(fmt::format("check \"{}\" is not judged: {}", check.name, *obstacle));
  }
  for (const auto& abort : drill.aborts)
    if (const auto obstacle = obstacle_of_source(drill, abort.source))
      scope.left_out.push_back(fmt::format("the abort condition \"{}\" is not watched: {}", abort.text, *obstacle));
  for (std::size_t i = 0; i < drill.faults.size(); ++i) {
    const auto& on = drill.faults[i].proxies;
    if (std::none_of(on.begin(), on.end(), [&](const std::string& name) { return is_known(drill, {name, ""}); }))
      scope.faults[i] = "its proxy leads to what is not part of the drill";
  }
  return scope;
}

}  // namespace firedrill::simulate
