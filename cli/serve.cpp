// firedrill serve: proxies and a control port, until a signal ends it.
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/commands.hpp"
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

void wait_for_the_end(const Signals& signals, control::ProxyFiles& files, control::Registry& registry) {
  while (true) {
    const int signal = signals.wait(std::chrono::hours{1});
    if (signal == SIGHUP) {
      reload(files, registry);
      flush();
    } else if (signal == SIGTSTP) {
      std::raise(SIGSTOP);  // NOLINT(cert-err33-c)
    } else if (signal != 0) {
      print(fmt::format("SIG{}: everything is healed; connections have time to end\n", sigabbrev_np(signal)));
      return;
    }
  }
}

/// Where to listen, and who may do what there. Complains and returns nothing when that is not safe, or no address.
std::optional<control::ControlOptions> control_options(const ServeArguments& arguments) {
  control::ControlOptions options;
  const auto listen = proxy::Endpoint::parse(arguments.control);
  if (listen) options.listen = *listen;
  if (options.listen.host == "localhost") options.listen.host = "127.0.0.1";
  if (!listen || listen->is_unix() || listen->host.empty() || !options.listen.numeric()) {
    complain(fmt::format("--control {}: must be an address and a port, such as 127.0.0.1:8474", arguments.control));
    return std::nullopt;
  }
  options.guard = {control::is_loopback(options.listen.host), arguments.control_hosts, arguments.control_origins};
  const bool has_tokens = !arguments.token_file.empty();
  if (!options.guard.loopback && !has_tokens && !arguments.control_open) {
    complain(
        fmt::format("--control {}: whoever reaches this port could break connections; give --control-token-file FILE, "
                    "or --control-open for Toxiproxy's interface alone",
                    arguments.control));
    return std::nullopt;
  }
  using control::Access;
  options.access = has_tokens               ? Access::from_file(arguments.token_file)
                   : options.guard.loopback ? Access::unguarded()
                                            : Access::closed();
  options.toxiproxy_access = arguments.control_open ? Access::unguarded() : options.access;
  if (arguments.control_open && !options.guard.loopback)
    complain(fmt::format("warning: whoever reaches {} can break connections", arguments.control));
  options.toxiproxy.ttl = arguments.toxic_ttl;
  return options;
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
    auto options = control_options(arguments);
    const auto upstreams = upstreams_of(arguments);
    if (!options || !upstreams) return exit_bad_input;
    control::Registry registry{{arguments.workers, seed, *upstreams}};
    control::ProxyFiles files{arguments.files, options->toxiproxy};
    files.apply(registry);
    if (!arguments.files.empty()) options->reload = [&] { files.apply(registry); };
    registry.events().keep(drills::new_run_directory(std::filesystem::path{arguments.state} / "control", "serve",
                                                     std::chrono::system_clock::now()));
    const control::DrillFiles drills{arguments.files};
    control::Runs runs{registry, arguments.state};
    const control::Scheduler scheduler{registry, runs, drills};
    const control::Pulse pulse{registry, runs};
    const control::Drilling drilling{runs, drills, scheduler};
    const control::ControlPort port{*options, registry, &drilling};
    options->listen.port = port.port();
    print(fmt::format("control port: http://{}/v1/status\n", options->listen.text()));
    print(fmt::format("room for {} connections; seed {}\n", proxy::Engine::room(), seed.value));
    say_what_is_open(registry);
    flush();
    tell_systemd("READY=1");
    wait_for_the_end(signals, files, registry);
    tell_systemd("STOPPING=1");
    registry.heal();
    flush();
    registry.close(arguments.drain);
  } catch (const faults::PlanError& error) {
    complain(error.problems);
    complain("nothing was started");
    return exit_bad_input;
  } catch (const std::exception& error) {
    complain(error.what());
    complain("nothing was started");
    return exit_errored;
  }
  return flush() ? 0 : exit_errored;
}

}  // namespace firedrill::cli
