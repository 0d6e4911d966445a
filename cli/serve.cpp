// firedrill serve: proxies and a control port, until a signal ends it.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/commands.hpp"
#include "cli/control_options.hpp"
#include "cli/output.hpp"
#include "cli/signals.hpp"
#include "cli/text.hpp"
#include "control/control_port.hpp"
#include "control/guard.hpp"
#include "control/proxy_files.hpp"
#include "control/pulse.hpp"
#include "drills/journal.hpp"
#include "proxy/socket.hpp"

namespace firedrill::cli {
namespace {

using control::ProxyView;

// systemd's protocol (man sd_notify): one datagram. Without systemd there is nobody to tell.
void tell_systemd(const std::string& state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';
  const proxy::Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
}

void say_what_is_open(const control::Registry& registry) {
  for (const ProxyView& proxy : registry.list())
    print(
        harmless(fmt::format("proxy {}: {} -> {}", proxy.spec.name, proxy.address.text(), proxy.spec.upstream.text())) +
        "\n");
}

// A bad file changes nothing, and ends nothing.
void reload(control::ProxyFiles& files, control::Registry& registry) {
  // man sd_notify: the moment lets systemd tell this reload from another.
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch());
  tell_systemd(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.count()));
  try {
    files.apply(registry);
    print("reloaded\n");
    say_what_is_open(registry);
  } catch (const faults::PlanError& error) {
    complain(error.problems);
    complain("nothing was changed");
  } catch (const std::exception& error) {
    complain(error.what());
    complain("nothing was changed");
  }
  tell_systemd("READY=1");
}

// The signal that ends it.
int wait_for_the_end(const Signals& signals, control::ProxyFiles& files, control::Registry& registry) {
  while (true) {
    const int signal = signals.wait(std::chrono::hours{1});
    if (signal == SIGHUP) {
      reload(files, registry);
      flush();
    } else if (signal == SIGTSTP) {
      std::raise(SIGSTOP);  // NOLINT(cert-err33-c)
    } else if (signal != 0) {
      return signal;
    }
  }
}

// Two daemons would take each other's runs for ones that were left unfinished.
proxy::Descriptor lock_state(const std::filesystem::path& state) {
  std::filesystem::create_directories(state);
  const std::string path = state / "lock";
  proxy::Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)};
  if (file.get() < 0) throw std::system_error{errno, std::system_category(), path};
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    throw std::runtime_error{fmt::format("{}: another firedrill serve is using it; give --state DIR", state.string())};
  return file;
}

std::optional<control::Upstreams> upstreams_of(const ServeArguments& arguments) {
  control::Upstreams upstreams;
  for (const std::string& one : arguments.allowed_upstreams) {
    if (upstreams.allow(one)) continue;
    complain(
        fmt::format("--allow-upstream {}: must be an address, a network or a name, each with or without a port, or "
                    "unix:PATH",
                    one));
    return std::nullopt;
  }
  return upstreams;
}

}  // namespace

int serve(const ServeArguments& arguments) {
  const Signals signals;
  const faults::Seed seed{arguments.seed.value_or(drills::drawn_seed())};
  try {
    auto options = control_options(arguments.control);
    const auto upstreams = upstreams_of(arguments);
    if (!options || !upstreams) return exit_bad_input;
    options->toxiproxy.ttl = arguments.toxic_ttl;
    control::Registry registry{{arguments.workers, seed, *upstreams}};
    control::ProxyFiles files{arguments.files, options->toxiproxy};
    files.apply(registry);
    if (!arguments.files.empty()) options->reload = [&] { files.apply(registry); };
    const std::filesystem::path state{arguments.state};
    std::optional<proxy::Descriptor> its_own;
    if (!arguments.state.empty()) {
      its_own.emplace(lock_state(state));
      registry.events().keep(drills::new_run_directory(state / "control", "serve", std::chrono::system_clock::now()));
    }
    const control::DrillFiles drills{arguments.files};
    control::Runs runs{registry, state / "runs"};
    if (its_own) runs.close_interrupted();
    const control::Scheduler scheduler{registry, runs, drills,
                                       its_own ? state / "schedule.json" : std::filesystem::path{}};
    const control::Pulse pulse{registry, runs};
    const control::Drilling drilling{runs, drills, scheduler};
    const control::ControlPort port{*options, registry, &drilling};
    options->listen.port = port.port();
    print(fmt::format("control port: http://{}/v1/status\n", options->listen.text()));
    print(fmt::format("room for {} connections; seed {}\n", proxy::Engine::room(), seed.value));
    say_what_is_open(registry);
    flush();
    tell_systemd("READY=1");
    const int signal = wait_for_the_end(signals, files, registry);
    tell_systemd("STOPPING=1");
    try {
      registry.halt("the daemon is about to end", fmt::format("SIG{}", sigabbrev_np(signal)));
    } catch (const std::runtime_error& error) {  // a worker that is late: it heals when it wakes up
      complain(error.what());
    }
    runs.end();
    print(fmt::format("SIG{}: everything is healed; connections have time to end\n", sigabbrev_np(signal)));
    flush();
    registry.close(arguments.drain);
  } catch (const std::exception&) {
    return nothing_was_started();
  }
  return flush() ? 0 : exit_errored;
}

}  // namespace firedrill::cli
