// [drill], [[backend]] and [[proxy]].
#include <algorithm>
#include <chrono>
#include <random>

#include <fmt/format.h>

#include "drills/reading.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view an_address =
    R"(must be an address such as "127.0.0.1:8081", "[::1]:8081" or "unix:/run/app.sock"; port 0 takes a free one)";

proxy::Endpoint read_listen(Reader& keys) {
  const std::string text = keys.text("listen");
  const auto endpoint = proxy::Endpoint::parse(text);
  if (endpoint && endpoint->numeric()) return *endpoint;
  const Value* value = keys.raw("listen");
  if (value == nullptr || value->text() == nullptr) return {};
  keys.problem("listen", endpoint ? "is a name, which may stand for several addresses; " + std::string{an_address}
                                  : std::string{an_address});
  return {};
}

// Whether one socket would be in the way of the other.
bool overlap(const proxy::Endpoint& a, const proxy::Endpoint& b) {
  if (a.is_unix() || b.is_unix()) return a.path == b.path;
  if (a.port != b.port || a.port == 0) return false;
  const auto address = [](const proxy::Endpoint& e) {
    return e.numeric() ? proxy::address_of(*e.numeric()) : faults::Address{};
  };
  const faults::Address one = address(a), two = address(b);
  const auto everywhere = [](const faults::Address& x) { return faults::Address{x.bytes, 0} == faults::Address{}; };
  const auto every_ipv4 = [](const faults::Address& x) { return x == faults::Address::ipv4({0, 0, 0, 0}, x.port); };
  if (one == two || everywhere(one) || everywhere(two)) return true;
  return one.is_ipv4() && two.is_ipv4() && (every_ipv4(one) || every_ipv4(two));
}

// Backends and proxies share the machine's ports.
void judge_listen(Reader& keys, const proxy::Endpoint& listen, const Drill& drill) {
  if (!listen.is_unix() && listen.port == 0) return;
  const auto taken = [&](std::string_view kind, const auto& other) {
    if (!overlap(listen, other.listen)) return false;
    keys.problem("listen", fmt::format("{} \"{}\" listens on {} already", kind, other.name, other.listen.text()));
    return true;
  };
  for (const BackendSpec& other : drill.backends)
    if (taken("backend", other)) return;
  for (const ProxyBlock& other : drill.proxies)
    if (taken("proxy", other)) return;
}

void read_upstream(Reader& keys, ProxyBlock& proxy, const Drill& drill) {
  const std::string text = keys.text("upstream");
  const Value* value = keys.raw("upstream");
  if (value == nullptr || value->text() == nullptr) return;
  if (constexpr std::string_view prefix = "backend:"; text.starts_with(prefix)) {
    const std::string name = text.substr(prefix.size());
    proxy.upstream = name;
    if (const std::string wrong = no_such("backend", name, names_of(drill.backends)); !wrong.empty())
      keys.problem("upstream", wrong);
    return;
  }
  const auto endpoint = proxy::Endpoint::parse(text);
  if (!endpoint || (!endpoint->is_unix() && (endpoint->host.empty() || endpoint->port == 0))) {
    keys.problem(
        "upstream",
        R"(must be an address such as "127.0.0.1:9001", "db.internal:5432" or "unix:/run/app.sock", or "backend:NAME" of this drill)");
    return;
  }
  proxy.upstream = *endpoint;
  if ((endpoint->is_unix() || endpoint->numeric()) && overlap(*endpoint, proxy.listen))
    keys.problem("upstream", "the proxy listens there itself");
}

}  // namespace

std::uint64_t drawn_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U | device()) & ((std::uint64_t{1} << 53U) - 1);
}

void read_header(Reader& top, Reading& reading) {
  static const Value nothing;
  const Value* table = top.raw("drill");
  if (table != nullptr && table->table() == nullptr) top.problem("drill", "must be a table: write [drill]");
  if (table == nullptr) top.problem("[drill] is missing; it gives the drill its name");
  if (table == nullptr || table->table() == nullptr) {
    reading.timing_is_sound = false;
    return;
  }
  Drill& drill = reading.drill;
  Reader keys{*table, "drill", reading.problems};
  drill.name = keys.text("name");
  const bool fits = !drill.name.empty() && drill.name.size() <= 64 &&
                    std::all_of(drill.name.begin(), drill.name.end(),
                                [](char c) { return c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
  if (const Value* name = keys.raw("name"); name != nullptr && name->text() != nullptr && !fits)
    keys.problem("name", "must be at most 64 small letters, digits and -: directories are named after it");
  drill.title = keys.text("title", "");
  drill.owner = keys.text("owner", "");
  const auto seed = keys.maybe_count("seed");
  drill.seed_given = seed.has_value();
  drill.seed = seed ? *seed : drawn_seed();

  const std::size_t before = reading.problems.size();
  drill.max_duration = keys.duration("max_duration", 10min).at_least(100ms);
  if (keys.raw("duration") != nullptr) drill.duration = keys.duration("duration").at_least(100ms);
  if (drill.duration && reading.problems.size() == before && *drill.duration > drill.max_duration)
    keys.problem("duration", fmt::format("longer than max_duration ({}{})", faults::show(drill.max_duration),
                                         keys.has("max_duration") ? "" : " unless given"));
  reading.timing_is_sound = reading.problems.size() == before;
  if (keys.has("include")) {
    keys.raw("include");
    keys.problem("include", "stands at the top of the file, before [drill]");
  }
  keys.finish();
}

void read_backends(Reader& top, Reading& reading) {
  for (const Block& block : read_blocks(top, "backend", Naming::word, reading.problems)) {
    Reader keys{*block.table, block.subject, reading.problems};
    BackendSpec backend;
    backend.name = block.name;
    keys.raw("name");
    backend.listen = read_listen(keys);
    judge_listen(keys, backend.listen, reading.drill);
    backend.service_time = faults::read_distribution(keys, "service_time");
    if (keys.raw("concurrency") != nullptr) backend.concurrency = keys.count("concurrency").at_least(1);
    backend.status = static_cast<std::uint16_t>(keys.count("status", 200).at_least(200).at_most(599).value());
    backend.body = keys.size("body", 64);
    if (backend.body > 16 * 1024 * 1024) keys.problem("body", "must be at most 16MiB");
    keys.finish();
    reading.drill.backends.push_back(std::move(backend));
  }
}

ProxyBlock read_proxy(const std::string& name, Reader& keys, const Drill& drill) {
  ProxyBlock proxy;
  proxy.name = name;
  proxy.listen = read_listen(keys);
  judge_listen(keys, proxy.listen, drill);
  read_upstream(keys, proxy, drill);
  proxy.connect_timeout = keys.duration("connect_timeout", 5s).at_least(shortest).at_most(5min);
  return proxy;
}

void read_proxies(Reader& top, Reading& reading) {
  for (const Block& block : read_blocks(top, "proxy", Naming::word, reading.problems)) {
    Reader keys{*block.table, block.subject, reading.problems};
    keys.raw("name");
    ProxyBlock proxy = read_proxy(block.name, keys, reading.drill);
    keys.finish();
    reading.drill.proxies.push_back(std::move(proxy));
  }
}

}  // namespace firedrill::drills
