// firedrill serve: proxies and a control port, until a signal ends it.
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>
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
  tell_systemd("RELOADING=1");
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

}  // namespace

int serve(const ServeArguments& arguments) {
  const auto listen = proxy::Endpoint::parse(arguments.control);
  if (!listen || listen->is_unix() || listen->host.empty() || !control::is_loopback(listen->host)) {
    complain(
        fmt::format("--control {}: must be a loopback address and a port, such as 127.0.0.1:8474", arguments.control));
    return exit_bad_input;
  }
  proxy::Endpoint address = *listen;
  if (address.host == "localhost") address.host = "127.0.0.1";

  const Signals signals;
  const faults::Seed seed{arguments.seed.value_or(drills::drawn_seed())};
  control::Registry registry{{arguments.workers, seed}};
  control::ProxyFiles files{arguments.files};
  try {
    files.apply(registry);
    const control::ControlPort port{{address, arguments.control_hosts, {}}, registry};
    address.port = port.port();
    print(fmt::format("control port: http://{}/v1/status\n", address.text()));
    print(fmt::format("room for {} connections; seed {}\n", proxy::Engine::room(), seed.value));
    say_what_is_open(registry);
    flush();
    tell_systemd("READY=1");
    wait_for_the_end(signals, files, registry);
    tell_systemd("STOPPING=1");
    registry.heal();
    flush();
  } catch (const faults::PlanError& error) {
    complain(error.problems);
    complain("nothing was started");
    return exit_bad_input;
  } catch (const std::exception& error) {
    complain(error.what());
    complain("nothing was started");
    return exit_errored;
  }
  registry.close(arguments.drain);
  return flush() ? 0 : exit_errored;
}

}  // namespace firedrill::cli
