// Opening what can be played, and carrying a run's proxies.
#include "simulate/world.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "drills/dialled.hpp"

namespace firedrill::simulate {
namespace {

// A proxy's upstream that the drill does not have: nobody is sent there, so nobody is refused either.
class Nowhere final : public Place {
 public:
  std::optional<Plug> connect() override { return std::nullopt; }
};
Nowhere nowhere;

std::string name_of(const Reached& reached) {
  return reached.proxy.empty() ? "backend:" + reached.backend : "proxy:" + reached.proxy;
}

// What a URL asks for, behind the name or the address of whom.
std::string path_of(const drills::Target& target) {
  std::string_view rest = target.rest;
  if (const std::size_t scheme = rest.find("://"); scheme != std::string_view::npos) {
    rest.remove_prefix(scheme + 3);
    rest.remove_prefix(std::min(rest.size(), rest.find('/')));
  }
  return rest.empty() ? "/" : std::string{rest.substr(0, rest.find('#'))};
}

}  // namespace

World::World(Agenda& agenda, const drills::Drill& drill, std::uint64_t seed, const drills::Force& force,
             drills::Measures& measures, const drills::OnSample& on_sample)
    : agenda_{agenda}, drill_{drill}, seed_{seed} {
  for (const auto& spec : drill.backends) {
    backends_[spec.name] = std::make_unique<Backend>(agenda, spec, faults::Seed{seed});
    backend_names_.push_back("backend:" + spec.name);
  }
  open_proxies(force);
  for (const auto& spec : drill_.loads) open_load(spec, measures.load(spec.name));
  for (std::size_t i = 0; i < drill.checks.size(); ++i) {
    const auto& check = drill.checks[i];
    if (drills::is_probe(check.source))
      open_probe(check.name, check.source, check.every, check.timeout, check.retries, measures.check_probe(i),
                 on_sample);
  }
  for (std::size_t i = 0; i < drill.aborts.size(); ++i) {
    const auto& abort = drill.aborts[i];
    if (drills::is_probe(abort.source))
      open_probe("abort: " + abort.text, abort.source, abort.every, abort.timeout, 0, measures.abort_probe(i),
                 on_sample);
  }
}

// Behind each other, perhaps, and in any order in the file: whoever is an upstream is opened before whom it is one of.
void World::open_proxies(const drills::Force& force) {
  for (const auto& block : drill_.proxies) {
    proxy_names_.push_back("proxy:" + block.name);
    const Reached upstream = upstream_of(drill_, block);
    upstream_names_.push_back(upstream.ours() ? name_of(upstream) : std::get<proxy::Endpoint>(block.upstream).text());
  }
  while (proxies_.size() < drill_.proxies.size()) {
    const std::size_t before = proxies_.size();
    for (const auto& block : drill_.proxies) {
      const Reached upstream = upstream_of(drill_, block);
      const bool known = is_known(drill_, {block.name, ""});
      Place* const place = known ? place_of(upstream) : &nowhere;
      if (place == nullptr || proxies_.contains(block.name)) continue;
      proxy::ProxySpec spec;
      spec.name = block.name;
      spec.listen = block.listen;
      spec.connect_timeout = block.connect_timeout;
      spec.seed = faults::Seed{seed_};
      spec.script = force.script(block.name);
      proxies_[block.name] = std::make_unique<Proxy>(agenda_, std::move(spec), *place);
    }
    if (proxies_.size() == before) break;
  }
}

Place* World::place_of(const Reached& reached) {
  if (const auto backend = backends_.find(reached.backend); backend != backends_.end()) return backend->second.get();
  const auto proxy = proxies_.find(reached.proxy);
  return proxy == proxies_.end() ? nullptr : proxy->second.get();
}

void World::open_load(const drills::LoadSpec& spec, drills::LoadMeter& meter) {
  if (!obstacle_of(drill_, spec).empty()) return;
  const Reached reached = reached_by(drill_, spec.http);
  loads_[spec.name] =
      make_load({agenda_, spec, *place_of(reached),
                 drills::http_requests({"", name_of(reached), path_of(spec.http)}, spec.request, spec.keep_alive),
                 meter, faults::Seed{seed_}});
}

void World::open_probe(const std::string& name, const drills::Source& source, Duration every, Duration timeout,
                       std::uint64_t retries, drills::ProbeMeter& meter, const drills::OnSample& on_sample) {
  if (std::holds_alternative<drills::CommandProbe>(source)) return;
  const auto* http = std::get_if<drills::HttpProbe>(&source);
  const auto& target = http != nullptr ? http->url : std::get<drills::TcpProbe>(source).address;
  const Reached reached = reached_by(drill_, target);
  if (!is_known(drill_, reached)) return;
  ProbeSpec spec{place_of(reached), "", 0, every, timeout, retries};
  if (http != nullptr) {
    spec.request = drills::http_requests({"", name_of(reached), path_of(target)}, {}, true).front();
    spec.status = http->status;
  }
  probes_.push_back(std::make_unique<Probe>(
      agenda_, std::move(spec), meter,
      [on_sample, name](bool good, Duration took, const std::string& said) { on_sample(name, good, took, said); }));
}

void World::begin(Time start, Duration length) {
  for (const auto& [name, load] : loads_) load->start(start, length);
  for (const auto& probe : probes_) probe->start(start);
}

void World::stop_asking() {
  for (const auto& [name, load] : loads_) load->stop();
  for (const auto& probe : probes_) probe->stop();
}

std::size_t World::wait_for_answers(Time deadline) {
  const auto left = [this] {
    std::size_t sum = 0;
    for (const auto& [name, load] : loads_) sum += load->left();
    return sum;
  };
  agenda_.play(deadline, [&] { return left() == 0; });
  return left();
}

std::optional<drills::LoadConnections> World::connections(const std::string& load) const {
  const auto found = loads_.find(load);
  return found == loads_.end() ? std::nullopt : std::optional{found->second->connections()};
}

void World::hang_up() {
  for (const auto& [name, load] : loads_) load->hang_up();
}

proxy::Endpoint World::open(const proxy::ProxySpec& spec) { return spec.listen; }

void World::adopt(const std::string& proxy, faults::Plan plan) { proxies_.at(proxy)->adopt(std::move(plan)); }

proxy::Counters World::read(const std::string& proxy) { return proxies_.at(proxy)->read(); }

proxy::Counters World::close(const std::string& proxy, Duration grace) {
  Proxy& one = *proxies_.at(proxy);
  one.stop_listening();
  agenda_.play(agenda_.now() + grace, [&] { return one.is_empty(); });
  one.drain();
  return one.read();
}

}  // namespace firedrill::simulate
