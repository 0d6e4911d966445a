// Servers with what default-server gives them: what they need to be checked, tracked and spoken to.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

bool has_port(std::string_view address) {
  if (address.find_first_of("/@") != std::string_view::npos || address.find("::") != std::string_view::npos)
    return true;
  const std::size_t colon = address.rfind(':');
  const std::string_view port = colon == std::string_view::npos ? "" : address.substr(colon + 1);
  return !port.empty() && !port.starts_with('+') && !port.starts_with('-') && lax_number(port) > 0;
}

class Targets {
 public:
  Targets(const Section& section, const KnownNames& names, Findings& findings)
      : section_{section}, names_{names}, findings_{findings}, servers_{servers_of(section)} {}

  void check() {
    const Line* line = names_.global("ssl-server-verify");
    trusting_ = line != nullptr && line->word(1) == "none";
    connects_ = find(section_, {"http-check", "connect"}) || find(section_, {"tcp-check", "connect"}) ||
                has_option(section_, "external-check");
    connects_with_ssl_ = std::any_of(section_.lines.begin(), section_.lines.end(), [](const Line& one) {
      return (one.word(0) == "http-check" || one.word(0) == "tcp-check") && one.word(1) == "connect" &&
             std::any_of(one.words.begin(), one.words.end(), [](const Word& word) { return word.text == "ssl"; });
    });
    for (const Server& server : servers_) one(server);
    templates();
  }

 private:
  void wrong(const Server& server, const std::string& what) {
    findings_.add(refused, server.line->spot(), fmt::format("server {}: {}", server.name, what));
  }

  void one(const Server& server) {
    const Option* verify = server.option("verify");
    const bool checks = server.option("check") != nullptr;
    const bool ssl =
        server.option("ssl") != nullptr || server.option("check-ssl") != nullptr || (checks && connects_with_ssl_);
    const bool verifies = verify == nullptr ? !trusting_ : verify->value() == "required";
    if (ssl && verifies && server.option("ca-file") == nullptr)
      wrong(server, "with ssl it takes a ca-file, or verify none");
    if (checks && !connects_ && server.option("port") == nullptr && !has_port(server.address))
      wrong(server, "it is checked, and has no port");
    if (server.option("agent-check") != nullptr && server.number("agent-port") < 1)
      wrong(server, "agent-check takes an agent-port");
    if (const Option* proto = server.option("proto");
        proto != nullptr && proto->value() == "fcgi" && !find(section_, {"use-fcgi-app"}))
      wrong(server, "proto fcgi takes a use-fcgi-app in the section");
    if (server.option("track") == nullptr) return;
    if (checks) wrong(server, "it cannot be checked and track another one at once");
    track(server);
  }

  // Along the chain, which must end at a server that is checked.
  void track(const Server& first) {
    std::set<std::string> passed{section_.name + "/" + first.name};
    std::string_view target = first.option("track")->value();
    const Section* section = &section_;
    for (;;) {
      const std::size_t slash = target.find('/');
      if (slash != std::string_view::npos) section = names_.backend(target.substr(0, slash));
      const std::string name{slash == std::string_view::npos ? target : target.substr(slash + 1)};
      if (section == nullptr) return;
      if (!passed.insert(section->name + "/" + name).second) return wrong(first, "it tracks itself in the end");
      const std::vector<Server> there = servers_of(*section);
      const auto next = std::find_if(there.begin(), there.end(), [&](const Server& one) { return one.name == name; });
      if (next == there.end()) return;
      if (next->option("track") == nullptr) {
        if (next->option("check") == nullptr && next->option("agent-check") == nullptr)
          wrong(first, fmt::format("{}, which it tracks, is not checked", target));
        return;
      }
      target = next->option("track")->value();
    }
  }

  // "w" with 1-3 makes w1, w2 and w3.
  void templates() {
    for (const Server& one : servers_) {
      if (one.line->word(0) != "server-template") continue;
      const std::int64_t first =
          one.line->word(2).find('-') == std::string_view::npos ? 1 : lax_number(one.line->word(2));
      for (const Server& other : servers_) {
        if (other.line->word(0) != "server" || !other.name.starts_with(one.name)) continue;
        const std::string_view number = std::string_view{other.name}.substr(one.name.size());
        if (number.empty() || number.front() == '0' || number.find_first_not_of("0123456789") != std::string_view::npos)
          continue;
        if (lax_number(number) >= first && lax_number(number) < first + one.count)
          wrong(one, fmt::format("it makes a server \"{}\", which line {} has already", other.name,
                                 other.line->spot().line));
      }
    }
  }

  const Section& section_;
  const KnownNames& names_;
  Findings& findings_;
  std::vector<Server> servers_;
  bool trusting_ = false, connects_ = false, connects_with_ssl_ = false;
};

}  // namespace

void check_servers(const Section& section, const KnownNames& names, Findings& findings) {
  Targets{section, names, findings}.check();
}

}  // namespace firedrill::lint::haproxy
