// Addresses that are listened on twice: by one server, by two that both want to be the default, by two of stream; and
// options of a socket, which one listen alone may give. Ports and addresses are compared as nginx means them.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <map>
#include <string>

#include "lint/ground_rules.hpp"
#include "lint/nginx_addresses.hpp"
#include "lint/nginx_syntax.hpp"

namespace firedrill::lint::nginx {
namespace {

// One spelling of each host; names are not looked up.
std::string spelled(std::string_view host) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  in_addr v4{};
  in6_addr v6{};
  if (host == "*") return "0.0.0.0";
  if (host.starts_with('[') && ::inet_pton(AF_INET6, std::string{host.substr(1, host.size() - 2)}.c_str(), &v6) == 1)
    return ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
  if (::inet_aton(std::string{host}.c_str(), &v4) == 1) return ::inet_ntop(AF_INET, &v4, text.data(), text.size());
  std::string name{host};
  if (!name.starts_with("unix:"))
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

struct Listening {
  std::string host;
  double first = 80, last = 80;  // ports
};

Listening listening_at(std::string_view text) {
  auto [host, port] = host_and_port(text);
  if (port.empty() && !host.empty() && host.find_first_not_of("0123456789-") == std::string_view::npos) {
    port = host;
    host = "*";
  }
  Listening at{spelled(host)};
  if (port.empty()) return at;
  const std::size_t dash = std::min(port.find('-'), port.size());
  at.first = at.last = number_of(port.substr(0, dash));
  if (dash < port.size()) at.last = number_of(port.substr(dash + 1));
  return at;
}

// Who has which ports of which host.
class Ports {
 public:
  // Null: nobody had one of them before.
  const Directive* take(const Listening& at, const Directive& one) {
    auto& taken = hosts_[at.host];
    auto it = taken.upper_bound(at.last);
    if (it != taken.begin() && std::prev(it)->second.last >= at.first) return std::prev(it)->second.by;
    taken.emplace(at.first, Taken{at.last, &one});
    return nullptr;
  }

 private:
  struct Taken {
    double last;
    const Directive* by;
  };
  std::map<std::string, std::map<double, Taken>> hosts_;
};

class Listens {
 public:
  explicit Listens(Findings& findings) : findings_{findings} {}

  void check(const Directive& server) {
    Ports own;
    for (const Directive& one : server.children) {
      if (one.name() != "listen" || one.block || !wrong_address(one.word(1), Address::listen).empty()) continue;
      Listening at = listening_at(one.word(1));
      if (is_stream(one)) {
        if (one.has("udp")) at.host += " udp";
        taken(streams_, at, one, "listened on in stream already");
        continue;
      }
      taken(own, at, one, "listened on in this server already");
      if (one.has("default_server") || one.has("default")) taken(defaults_, at, one, "the default server's already");
      if (sets_options(one)) taken(options_, at, one, "given options of a socket already");
    }
  }

 private:
  static bool sets_options(const Directive& one) {
    constexpr std::array<std::string_view, 7> others{"default", "default_server", "ssl", "http2", "spdy",
                                                     "",        "proxy_protocol"};
    return std::any_of(one.words.begin() + 2, one.words.end(), [&](const Word& word) {
      return std::find(others.begin(), others.end(), word.text) == others.end();
    });
  }

  void taken(Ports& ports, const Listening& at, const Directive& one, std::string_view what) {
    if (const Directive* other = ports.take(at, one))
      findings_.add(refused, one.spot(1),
                    fmt::format("{} is {}, at {}", one.word(1), what, line_of(other->spot(), one.spot())));
  }

  Findings& findings_;
  Ports defaults_, options_, streams_;
};

}  // namespace

void check_listens(const Tree& tree, Findings& findings) {
  Listens listens{findings};
  each(*tree.root, [&](const Directive& one) {
    const bool server = one.block && one.name() == "server" && (one.context & (in_http | in_stream)) != 0;
    if (server && !findings.full()) listens.check(one);
  });
}

}  // namespace firedrill::lint::nginx
