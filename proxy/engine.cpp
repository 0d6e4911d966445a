// Workers and proxies by name.
#include "proxy/engine.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "proxy/listener.hpp"
#include "proxy/proxy.hpp"

namespace firedrill::proxy {

struct Engine::State {
  explicit State(Options chosen) : options{chosen} {
    spdlog::default_logger_raw();  // made on first use: here, before there are several threads to use it
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const unsigned count = options.workers != 0 ? options.workers : std::min(cores, 8U);
    for (unsigned i = 0; i < count; ++i) workers.push_back(std::make_unique<Worker>());
  }

  std::shared_ptr<Proxy> at(std::string_view name) {
    const std::lock_guard lock{mutex};
    const auto found = proxies.find(name);
    if (found == proxies.end()) throw std::invalid_argument{fmt::format("no proxy \"{}\"", name)};
    return found->second;
  }

  Options options;
  std::vector<std::unique_ptr<Worker>> workers;
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Proxy>, std::less<>> proxies;
  const std::shared_ptr<faults::SharedHistogram> lag = std::make_shared<faults::SharedHistogram>();
};

Engine::Engine(Options options) : state_{std::make_unique<State>(options)} {}

Engine::~Engine() {
  while (!state_->proxies.empty()) close(std::string{state_->proxies.begin()->first}, faults::Duration::zero());
}

void Engine::open(ProxySpec spec, faults::Plan plan) {
  const std::string name = spec.name;
  {
    const std::lock_guard lock{state_->mutex};
    if (state_->proxies.contains(name)) throw std::invalid_argument{fmt::format("proxy \"{}\" exists", name)};
  }
  auto proxy = std::make_shared<Proxy>(std::move(spec), state_->workers, state_->options.memory_cap);
  try {
    proxy->listen(std::move(plan));
  } catch (const std::exception&) {
    proxy->close(faults::Duration::zero());
    throw;
  }
  const std::lock_guard lock{state_->mutex};
  state_->proxies.emplace(name, std::move(proxy));
}

void Engine::judge_listen(const Endpoint& listen) { proxy::judge_listen(listen); }

std::uint16_t Engine::port(std::string_view proxy) const { return state_->at(proxy)->port(); }

void Engine::adopt(std::string_view proxy, faults::Plan plan) { state_->at(proxy)->adopt(std::move(plan)); }

std::vector<LinkView> Engine::links(std::string_view proxy) { return state_->at(proxy)->links(); }

bool Engine::end_link(std::string_view proxy, std::uint64_t link, faults::Ending how) {
  return state_->at(proxy)->end_link(link, how);
}

Counters Engine::read(std::string_view proxy) { return state_->at(proxy)->read(); }

Counters Engine::close(std::string_view proxy, faults::Duration grace) {
  const auto found = state_->at(proxy);
  found->close(grace);
  Counters last = found->read();
  const std::lock_guard lock{state_->mutex};
  state_->proxies.erase(state_->proxies.find(proxy));
  return last;
}

void Engine::measure_lag() {
  const auto asked = std::chrono::steady_clock::now();
  for (const auto& worker : state_->workers)
    worker->post([asked, lag = state_->lag] { lag->record(std::chrono::steady_clock::now() - asked); });
}

faults::Histogram Engine::lag() const { return state_->lag->snapshot(); }

std::size_t Engine::room() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  constexpr rlim_t own = 128;  // listeners, journal, event loops, loads
  const rlim_t room = limit.rlim_cur > own ? (limit.rlim_cur - own) / 2 : 0;
  return static_cast<std::size_t>(std::min<rlim_t>(room, 10'000'000));
}

}  // namespace firedrill::proxy
