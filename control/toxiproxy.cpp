// Requests as Toxiproxy takes them, answers as it gives them.
#include "control/toxiproxy.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <random>

#include <fmt/format.h>

#include "control/answered.hpp"
#include "control/loose_json.hpp"
#include "control/metrics.hpp"
#include "control/problem.hpp"
#include "control/toxics.hpp"

namespace firedrill::control {
namespace {

using proxy::Endpoint;

/// The release whose interface this is.
constexpr std::string_view stands_for = "2.12.0";

Response toxiproxy_ok(const Json& body, unsigned status = 200) { return {status, "application/json", body.dump()}; }

Response error(unsigned status, const std::string& what) {
  return {status, "application/json",
          Json{{"error", what}, {"status", status}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

// Names of this machine that somebody wants to listen on. One lookup at a time, so that a name server that does not
// answer keeps one thread from its work and no more.
Endpoint resolved(const std::string& host, std::uint16_t port) {
  if (host == "localhost") return {"127.0.0.1", port, {}};
  static std::mutex looking_up;
  const std::unique_lock one_at_a_time{looking_up, std::try_to_lock};
  if (!one_at_a_time) throw Refusal{503, fmt::format("lookup {}: another lookup is under way", host)};
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0)
    throw Refusal{500, fmt::format("listen tcp: lookup {}: no such host", host)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all{found, ::freeaddrinfo};
  char text[NI_MAXHOST];
  if (::getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0)
    throw Refusal{500, fmt::format("listen tcp: lookup {}: no such host", host)};
  return {text, port, {}};
}

/// `address` as Go's net.Listen reads it. `context` opens the message: "listen tcp: ".
Endpoint listen_of(const std::string& address, std::string_view context) {
  if (address.empty()) return {"", 0, {}};
  const auto colon = address.rfind(':');
  if (colon == std::string::npos)
    throw Refusal{500, fmt::format("{}address {}: missing port in address", context, address)};
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    throw Refusal{500, fmt::format("{}address {}: too many colons in address", context, address)};
  }
  const std::string digits = address.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (!digits.empty() && (bad != std::errc{} || end != digits.data() + digits.size()))
    throw Refusal{500, fmt::format("{}address {}: invalid port", context, digits)};
  if (host.empty() || host == "0.0.0.0" || host == "::") return {"", port, {}};  // every interface, of both families
  const Endpoint at{host, port, {}};
  return at.numeric() ? at : resolved(host, port);
}

Endpoint upstream_of(const std::string& text) {
  const auto upstream = Endpoint::parse(text);
  if (upstream && (upstream->is_unix() || (!upstream->host.empty() && upstream->port != 0))) return *upstream;
  throw Refusal{400, fmt::format("upstream: \"{}\" is no address; give HOST:PORT", text)};
}

std::string shown(const Endpoint& listen) {
  return listen.is_unix() || !listen.host.empty() ? listen.text() : fmt::format("[::]:{}", listen.port);
}

bool is_toxic(const HandFault& fault) { return toxic_of(fault).has_value(); }

// All upstream ones in order of addition, then all downstream ones.
Json toxics_of(const ProxyView& proxy) {
  Json all = Json::array();
  for (const bool upstream : {true, false})
    for (const HandFault& fault : proxy.faults)
      if (const auto toxic = toxic_of(fault); toxic && is_upstream(*toxic) == upstream)
        all.push_back(json_of(fault.fault->name, *toxic));
  return all;
}

Json toxiproxy_json(const ProxyView& proxy) {
  return {{"name", proxy.spec.name},
          {"listen", shown(proxy.address)},
          {"upstream", proxy.spec.upstream.text()},
          {"enabled", proxy.spec.enabled},
          {"toxics", toxics_of(proxy)}};
}

std::string text(const Json& object, std::string_view key) {
  const Json* const value = loosely(object, key);
  if (value == nullptr) return "";
  if (!value->is_string())
    throw Refusal{400, fmt::format("bad request body: {} must be a text, not {}", key, type_of(*value))};
  return value->get<std::string>();
}

std::optional<bool> flag(const Json& object, std::string_view key) {
  const Json* const value = loosely(object, key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean())
    throw Refusal{400, fmt::format("bad request body: {} must be true or false, not {}", key, type_of(*value))};
  return value->get<bool>();
}

std::optional<float> toxicity(const Json& object) {
  const Json* const value = loosely(object, "toxicity");
  if (value == nullptr) return std::nullopt;
  if (!value->is_number())
    throw Refusal{400, fmt::format("bad request body: toxicity must be a number, not {}", type_of(*value))};
  const auto given = value->get<float>();
  if (!std::isfinite(given)) throw Refusal{400, "bad request body: toxicity is out of range"};
  return given;
}

Json object_of(Json body, std::string_view what = "it") {
  if (body.is_null()) return Json::object();
  if (!body.is_object())
    throw Refusal{400, fmt::format("bad request body: {} must be an object, not {}", what, type_of(body))};
  return body;
}

struct NamedToxic {
  std::string name;
  Toxic toxic;
};

// In the order in which Toxiproxy finds fault. `taken`: told the name before the attributes are looked at.
template <typename Taken>
NamedToxic read_toxic(const Json& body, Taken taken) {
  const std::string type = text(body, "type");
  std::string stream = text(body, "stream");
  std::string name = text(body, "name");
  const auto given = toxicity(body);
  if (stream.empty()) stream = "downstream";
  Toxic toxic = toxic_of(type, stream);
  if (name.empty()) name = fmt::format("{}_{}", type, stream);
  taken(name);
  toxic.toxicity = given.value_or(1);
  const Json* const attributes = loosely(body, "attributes");
  take_attributes(toxic, attributes != nullptr ? *attributes : Json());
  return {std::move(name), std::move(toxic)};
}

/// One proxy as POST /proxies and /populate take it.
struct Wanted {
  std::string name, listen, upstream;
  bool enabled = true;
  std::vector<NamedToxic> toxics;
};

Wanted read_wanted(const Json& body, const std::string& where = "") {
  Wanted wanted{
      text(body, "name"), text(body, "listen"), text(body, "upstream"), flag(body, "enabled").value_or(true), {}};
  if (wanted.name.empty()) throw Refusal{400, "missing required field: name" + where};
  if (wanted.upstream.empty()) throw Refusal{400, "missing required field: upstream" + where};
  const Json* const toxics = loosely(body, "toxics");
  if (toxics == nullptr) return wanted;
  if (!toxics->is_array())
    throw Refusal{400, fmt::format("bad request body: toxics must be an array, not {}", type_of(*toxics))};
  for (const Json& one : *toxics) {
    wanted.toxics.push_back(read_toxic(object_of(one, "a toxic"), [&](const std::string& name) {
      for (const NamedToxic& other : wanted.toxics)
        if (other.name == name) throw Refusal{409, "toxic already exists"};
    }));
  }
  return wanted;
}

std::vector<Wanted> read_list(std::string_view body) {
  const Json list = parse_first(body);
  if (!list.is_null() && !list.is_array())
    throw Refusal{400, fmt::format("bad request body: it must be an array, not {}", type_of(list))};
  std::vector<Wanted> all;
  for (const Json& one : list)
    all.push_back(read_wanted(object_of(one, "a proxy"), fmt::format(" at proxy {}", all.size() + 1)));
  return all;
}

Opening opening_of(const Wanted& wanted, const ToxiproxyOptions& options, const std::string& by) {
  Opening opening;
  opening.proxy.name = wanted.name;
  opening.proxy.listen = listen_of(wanted.listen, "listen tcp: ");
  opening.proxy.upstream = upstream_of(wanted.upstream);
  opening.proxy.enabled = wanted.enabled;
  for (const NamedToxic& one : wanted.toxics) opening.faults.push_back(fault_of(one.name, one.toxic, options.ttl, by));
  return opening;
}

// As X-Toxiproxy-Request-Id has them.
std::string request_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::string id(20, '0');
  for (char& c : id) c = "0123456789abcdefghijklmnopqrstuv"[random() % 32];
  return id;
}

class Toxiproxy {
 public:
  Toxiproxy(Registry& registry, const ToxiproxyOptions& options) : registry_{registry}, options_{options} {}

  Response version(const Request&, const Places&) const {
    return {200, "application/json;charset=utf-8", fmt::format("{{\"version\": \"{}\"}}\n", stands_for)};
  }

  Response metrics(const Request&, const Places&) const {
    return {200, "text/plain; version=0.0.4; charset=utf-8", control::metrics(registry_)};
  }

  Response list(const Request&, const Places&) const {
    Json all = Json::object();
    for (const ProxyView& proxy : registry_.list()) all[proxy.spec.name] = toxiproxy_json(proxy);
    return toxiproxy_ok(all);
  }

  Response create(const Request& request, const Places&) const {
    const Wanted wanted = read_wanted(object_of(parse_first(request.body)));
    const auto all = registry_.list();
    if (std::any_of(all.begin(), all.end(), [&](const ProxyView& p) { return p.spec.name == wanted.name; }))
      throw Refusal{409, "proxy already exists"};
    return toxiproxy_ok(toxiproxy_json(open(wanted, request.by())), 201);
  }

  Response show(const Request&, const Places& places) const { return toxiproxy_ok(toxiproxy_json(find(places))); }

  Response change(const Request& request, const Places& places) const {
    const ProxyView before = find(places);
    const Json body = object_of(parse_first(request.body));
    return toxiproxy_ok(toxiproxy_json(registry_.change(before.spec.name, change_to(body, before), request.by())));
  }

  Response remove(const Request& request, const Places& places) const {
    registry_.remove(find(places).spec.name, request.by());
    return nothing();
  }

  Response toxics(const Request&, const Places& places) const { return toxiproxy_ok(toxics_of(find(places))); }

  Response add_toxic(const Request& request, const Places& places) const {
    const ProxyView proxy = find(places);
    const Json body = object_of(parse_first(request.body));
    const NamedToxic wanted = read_toxic(body, [&](const std::string& name) {
      for (const HandFault& fault : proxy.faults)
        if (fault.fault->name == name) throw Refusal{409, "toxic already exists"};
    });
    return toxiproxy_ok(
        json_of(wanted.name, *toxic_of(registry_.add_fault(
                                 proxy.spec.name, fault_of(wanted.name, wanted.toxic, options_.ttl, request.by())))));
  }

  Response show_toxic(const Request&, const Places& places) const {
    const HandFault fault = find_toxic(places);
    return toxiproxy_ok(json_of(fault.fault->name, *toxic_of(fault)));
  }

  Response change_toxic(const Request& request, const Places& places) const {
    const std::string name = find_toxic(places).fault->name;
    const Json body = object_of(parse_first(request.body));
    const auto changed = registry_.change_fault(places.at("proxy"), name, [&](const HandFault& fault) {
      auto toxic = toxic_of(fault);
      if (!toxic) throw Refusal{404, "toxic not found"};
      toxic->toxicity = toxicity(body).value_or(toxic->toxicity);
      if (const Json* const attributes = loosely(body, "attributes")) take_attributes(*toxic, *attributes);
      return fault_of(name, *toxic, fault.ttl, request.by());
    });
    return toxiproxy_ok(json_of(name, *toxic_of(changed)));
  }

  Response remove_toxic(const Request& request, const Places& places) const {
    registry_.remove_fault(places.at("proxy"), find_toxic(places).fault->name, request.by());
    return nothing();
  }

  /// Every proxy is seen to, whatever becomes of one.
  Response reset(const Request& request, const Places&) const {
    std::optional<Refusal> first;
    for (const ProxyView& proxy : registry_.list()) {
      try {
        if (!proxy.spec.enabled) registry_.change(proxy.spec.name, {{}, {}, {}, true}, request.by());
        registry_.heal(proxy.spec.name, request.by(), is_toxic);
      } catch (const CannotListen& refusal) {
        if (!first) first = Refusal{500, said(refusal)};
      } catch (const Refusal& refusal) {
        if (!first && refusal.status != 404) first = refusal;
      }
    }
    if (first) throw Refusal{*first};
    return nothing();
  }

  Response populate(const Request& request, const Places&) const {
    Json done = Json::array();
    try {
      populate(request.body, request.by(), done);
      return toxiproxy_ok({{"proxies", done}}, 201);
    } catch (const CannotListen& refusal) {
      return not_populated(500, said(refusal), done);
    } catch (const Refusal& refusal) {
      return not_populated(refusal.status, refusal.what(), done);
    } catch (const faults::PlanError& mistake) {
      return not_populated(400, mistake.problems.front().text, done);
    }
  }

  void populate(std::string_view body, const std::string& who, Json& done) const {
    for (const Wanted& wanted : read_list(body)) done.push_back(toxiproxy_json(open_or_keep(wanted, who)));
  }

  /// "listen tcp 127.0.0.1:3310: bind: address already in use"
  static std::string said(const CannotListen& refusal) {
    std::string why = refusal.code.message();
    if (!why.empty()) why[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(why[0])));
    return fmt::format("listen tcp {}: bind: {}", shown(refusal.listen), why);
  }

 private:
  static Response not_populated(unsigned status, const std::string& what, const Json& done) {
    const Json body{{"error", what}, {"status", status}, {"proxies", done.empty() ? Json() : done}};
    return {status, "application/json", body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
  }

  ProxyView find(const Places& places) const {
    try {
      return registry_.find(places.at("proxy"));
    } catch (const Refusal&) {
      throw Refusal{404, "proxy not found"};
    }
  }

  HandFault find_toxic(const Places& places) const {
    const ProxyView proxy = find(places);
    for (const HandFault& fault : proxy.faults)
      if (fault.fault->name == places.at("toxic") && is_toxic(fault)) return fault;
    throw Refusal{404, "toxic not found"};
  }

  ProxyView open(const Wanted& wanted, const std::string& who) const {
    const Opening opening = opening_of(wanted, options_, who);
    return registry_.create(opening.proxy, opening.faults, who);
  }

  /// Names are looked up, and a port that the kernel chose is the one asked for.
  static bool listens_at(const ProxyView& proxy, const Endpoint& listen) {
    return listen == proxy.address || listen == proxy.spec.listen;
  }

  static ProxyChange change_to(const Json& body, const ProxyView& before) {
    ProxyChange change;
    const std::string listen = text(body, "listen");
    const std::string upstream = text(body, "upstream");
    change.enabled = flag(body, "enabled");
    if (!listen.empty())
      if (const Endpoint at = listen_of(listen, ""); !listens_at(before, at)) change.listen = at;
    if (!upstream.empty()) change.upstream = upstream_of(upstream);
    return change;
  }

  ProxyView open_or_keep(const Wanted& wanted, const std::string& who) const {
    std::optional<ProxyView> before;
    try {
      before = registry_.find(wanted.name);
    } catch (const Refusal&) {
      return open(wanted, who);
    }
    const Endpoint listen = listen_of(wanted.listen, "listen tcp: ");
    const Endpoint upstream = upstream_of(wanted.upstream);
    if (listens_at(*before, listen) && upstream == before->spec.upstream) return *before;
    ProxyChange change{std::nullopt, upstream, std::nullopt, wanted.enabled};
    if (!listens_at(*before, listen)) change.listen = listen;
    registry_.foresee(wanted.name, change);  // what is refused has cut nobody off, and the toxics are still there
    // Before it opens at the new address, so that no connection there escapes them.
    registry_.heal(wanted.name, who, is_toxic);
    for (const NamedToxic& one : wanted.toxics)
      registry_.put_fault(wanted.name, fault_of(one.name, one.toxic, options_.ttl, who));
    return registry_.change(wanted.name, change, who);
  }

  Registry& registry_;
  const ToxiproxyOptions options_;
};

}  // namespace

Router toxiproxy(Registry& registry, const ToxiproxyOptions& options) {
  const auto face = std::make_shared<const Toxiproxy>(registry, options);
  const auto miss = [](const Request&, const std::set<std::string>& allowed) -> Response {
    if (!allowed.empty()) return {405, "", ""};
    return {404, "text/plain; charset=utf-8", "404 page not found\n"};
  };
  Router router{miss, Router::Head::not_at_all};
  const auto add = [&](std::initializer_list<std::string_view> methods, std::string_view path, Role needed,
                       auto handler) {
    for (const std::string_view method : methods)
      router.add(method, path, needed, [face, handler](const Request& request, const Places& places) {
        Response response;
        try {
          response = ((*face).*handler)(request, places);
        } catch (const CannotListen& refusal) {
          response = error(500, Toxiproxy::said(refusal));
        } catch (const Refusal& refusal) {
          response = error(refusal.status, refusal.what());
        } catch (const faults::PlanError& mistake) {
          response = error(400, mistake.problems.front().text);
        }
        response.headers.emplace_back("X-Toxiproxy-Request-Id", request_id());
        return response;
      });
  };
  add({"GET"}, "/version", Role::viewer, &Toxiproxy::version);
  add({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}, "/metrics", Role::viewer, &Toxiproxy::metrics);
  add({"GET"}, "/proxies", Role::viewer, &Toxiproxy::list);
  add({"POST"}, "/proxies", Role::admin, &Toxiproxy::create);
  add({"POST"}, "/populate", Role::admin,
      static_cast<Response (Toxiproxy::*)(const Request&, const Places&) const>(&Toxiproxy::populate));
  add({"POST"}, "/reset", Role::conductor, &Toxiproxy::reset);
  add({"GET"}, "/proxies/{proxy}", Role::viewer, &Toxiproxy::show);
  add({"POST", "PATCH"}, "/proxies/{proxy}", Role::admin, &Toxiproxy::change);
  add({"DELETE"}, "/proxies/{proxy}", Role::admin, &Toxiproxy::remove);
  add({"GET"}, "/proxies/{proxy}/toxics", Role::viewer, &Toxiproxy::toxics);
  add({"POST"}, "/proxies/{proxy}/toxics", Role::conductor, &Toxiproxy::add_toxic);
  add({"GET"}, "/proxies/{proxy}/toxics/{toxic}", Role::viewer, &Toxiproxy::show_toxic);
  add({"POST", "PATCH"}, "/proxies/{proxy}/toxics/{toxic}", Role::conductor, &Toxiproxy::change_toxic);
  add({"DELETE"}, "/proxies/{proxy}/toxics/{toxic}", Role::conductor, &Toxiproxy::remove_toxic);
  return router;
}

std::vector<Opening> read_toxiproxy_file(std::string_view json, const ToxiproxyOptions& options) {
  std::vector<Opening> all;
  for (const Wanted& wanted : read_list(json)) all.push_back(opening_of(wanted, options, "file"));
  return all;
}

}  // namespace firedrill::control
