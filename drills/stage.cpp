// Opening, in order; closing, in the opposite order.
#include "drills/stage.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "drills/program.hpp"

namespace firedrill::drills {
namespace {

// Where to reach what listens on `listen` at `port`: a wildcard is reached by loopback.
proxy::Endpoint reachable(proxy::Endpoint listen, std::uint16_t port) {
  if (listen.is_unix()) return listen;
  if (listen.host.empty() || listen.host == "0.0.0.0") listen.host = "127.0.0.1";
  if (listen.host == "::") listen.host = "::1";
  listen.port = port;
  return listen;
}

bool is_loopback(const sockaddr& address) {
  if (address.sa_family == AF_INET)
    return ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr) >> 24 == 127;  // NOLINT
  return address.sa_family == AF_INET6 &&
         IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);  // NOLINT
}

// A name that nobody knows is found out before anything starts, not by the first thousand failed dials; and so is a
// proxy that would dial itself until nothing is left.
void must_lead_elsewhere(const ProxyBlock& block, const proxy::Endpoint& upstream) {
  if (upstream.is_unix()) return;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(upstream.host.c_str(), nullptr, nullptr, &found); error != 0)
    throw std::runtime_error{
        fmt::format("proxy \"{}\": upstream {}: {}", block.name, upstream.text(), ::gai_strerror(error))};
  const bool here = is_loopback(*found->ai_addr);
  ::freeaddrinfo(found);
  if (here && !block.listen.is_unix() && upstream.port == block.listen.port)
    throw std::runtime_error{fmt::format("proxy \"{}\": upstream {} is the proxy itself, which listens on {}",
                                         block.name, upstream.text(), block.listen.text())};
}

}  // namespace

Stage::Stage(const Drill& drill, std::uint64_t seed, unsigned workers, const Force& force, Measures& measures,
             const OnSample& on_sample, Host* host)
    : drill_{drill}, seed_{seed}, host_{host} {
  for (const BackendSpec& spec : drill_.backends) {
    backends_.push_back(std::make_unique<Backend>(backend_context_, spec, faults::Seed{seed_}));
    const proxy::Endpoint& there = backends_.back()->endpoint();
    backend_addresses_.push_back(reachable(there, there.port).text());
  }
  if (host_ == nullptr) {
    own_ = std::make_unique<OwnEngine>(workers);
    host_ = own_.get();
  }
  try {
    open_proxies(force);
    loads_ = std::make_unique<Loads>();
    tools_ = std::make_unique<Tools>();
    for (const LoadSpec& spec : drill_.loads) add_load(spec, measures);
    probes_ = std::make_unique<Probes>();
    for (std::size_t i = 0; i < drill_.checks.size(); ++i) {
      const CheckSpec& check = drill_.checks[i];
      if (is_probe(check.source)) add_probe(check, measures.check_probe(i), on_sample);
    }
    for (std::size_t i = 0; i < drill_.aborts.size(); ++i) {
      const AbortSpec& abort = drill_.aborts[i];
      if (!is_probe(abort.source)) continue;
      CheckSpec check;
      check.name = "abort: " + abort.text;
      check.source = abort.source;
      check.every = abort.every;
      check.timeout = abort.timeout;
      add_probe(check, measures.abort_probe(i), on_sample);
    }
  } catch (const std::exception&) {
    for (const std::string& name : open_) host_->close(name, Duration::zero());
    throw;
  }
  backend_thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), "firedrill-back");
    backend_context_.run();
  }};
}

void Stage::open_proxies(const Force& force) {
  for (const ProxyBlock& block : drill_.proxies) {
    proxy::ProxySpec spec;
    spec.name = block.name;
    spec.listen = block.listen;
    spec.connect_timeout = block.connect_timeout;
    spec.seed = faults::Seed{seed_};
    spec.script = force.script(block.name);
    if (const auto* address = std::get_if<proxy::Endpoint>(&block.upstream)) {
      spec.upstream = *address;
      must_lead_elsewhere(block, *address);
    } else {
      const std::string& name = std::get<std::string>(block.upstream);
      for (std::size_t i = 0; i < drill_.backends.size(); ++i)
        if (drill_.backends[i].name == name) spec.upstream = *proxy::Endpoint::parse(backend_addresses_[i]);
    }
    upstreams_.push_back(spec.upstream.text());
    const proxy::Endpoint at = host_->open(spec);
    open_.push_back(block.name);
    proxy_addresses_.push_back(reachable(at, at.port).text());
  }
}

void Stage::add_load(const LoadSpec& spec, Measures& measures) {
  const std::string target =
      spec.tcp.text.empty() ? (spec.http.text.empty() ? "" : url_of(spec.http)) : resolved(spec.tcp);
  if (spec.tool) return tools_->add(spec, target, measures.tool(spec.name));
  try {
    loads_->add(spec, target, measures.load(spec.name), faults::Seed{seed_});
  } catch (const std::runtime_error& error) {
    throw std::runtime_error{fmt::format("load \"{}\": {}", spec.name, error.what())};
  }
  load_names_.push_back(spec.name);
}

void Stage::add_probe(const CheckSpec& check, ProbeMeter& meter, const OnSample& on_sample) {
  ProbeSpec spec{CommandProbe{}, check.every, check.timeout, check.retries};
  if (const auto* http = std::get_if<HttpProbe>(&check.source)) {
    spec.question = HttpQuestion{url_of(http->url), http->status};
  } else if (const auto* tcp = std::get_if<TcpProbe>(&check.source)) {
    spec.question = TcpQuestion{resolved(tcp->address)};
  } else {
    const auto& command = std::get<CommandProbe>(check.source);
    if (const Program program = find_program(command.argv.front()); !program.obstacle.empty())
      throw std::runtime_error{
          fmt::format("check \"{}\": cannot run \"{}\": {}", check.name, command.argv.front(), program.obstacle)};
    spec.question = command;
  }
  probes_->add(std::move(spec), meter,
               [on_sample, name = check.name](bool good, Duration took, const std::string& said) {
                 on_sample(name, good, took, said);
               });
}

std::string Stage::url_of(const Target& target) const {
  for (const BackendSpec& backend : drill_.backends)
    if (backend.name == target.backend && backend.listen.is_unix())
      throw std::runtime_error{
          fmt::format("{}: the backend listens on {}; reach it through a proxy", target.text, backend.listen.text())};
  return (target.proxy.empty() && target.backend.empty() ? "" : "http://") + resolved(target);
}

std::string Stage::resolved(const Target& target) const {
  for (std::size_t i = 0; i < drill_.proxies.size(); ++i)
    if (!target.proxy.empty() && drill_.proxies[i].name == target.proxy) return proxy_addresses_[i] + target.rest;
  for (std::size_t i = 0; i < drill_.backends.size(); ++i)
    if (!target.backend.empty() && drill_.backends[i].name == target.backend)
      return backend_addresses_[i] + target.rest;
  return target.rest;
}

Stage::~Stage() {
  probes_.reset();
  tools_.reset();
  loads_.reset();
  own_.reset();
  for (const auto& backend : backends_) backend->stop();
  if (backend_thread_.joinable()) backend_thread_.join();
}

void Stage::begin(faults::Time start, Duration length) {
  loads_->start(start, length);
  tools_->start(start);
  probes_->start(start);
}

void Stage::stop_asking() {
  loads_->stop();
  tools_->stop();
  probes_->stop();
}

std::size_t Stage::wait_for_answers(faults::Time deadline) {
  const std::size_t requests = loads_->wait(deadline);
  return requests + tools_->wait(deadline);
}

void Stage::hang_up() {
  loads_.reset();
  tools_.reset();
}

std::optional<LoadConnections> Stage::connections(const std::string& load) const {
  const auto found = std::find(load_names_.begin(), load_names_.end(), load);
  if (found == load_names_.end()) return std::nullopt;
  return loads_->connections(static_cast<std::size_t>(found - load_names_.begin()));
}

}  // namespace firedrill::drills
