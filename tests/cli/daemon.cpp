// Requests by hand: the tests need no client of anybody's for them.
#include "tests/cli/daemon.hpp"

#include <sys/wait.h>
#include <array>
#include <cstdio>

#include <gtest/gtest.h>

#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

std::vector<std::string> with_port(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"serve", "--control", "127.0.0.1:0", "--drain", "0s"});
  return arguments;
}

}  // namespace

Daemon::Daemon(const Desk& desk, std::vector<std::string> arguments) : program_{desk, with_port(std::move(arguments))} {
  const std::string before = "control port: http://127.0.0.1:";
  const bool up = program_.said("/v1/status\n");
  const std::string& out = program_.so_far();
  if (const auto at = out.find(before); up && at != std::string::npos)
    port_ = static_cast<std::uint16_t>(std::stoi(out.substr(at + before.size())));
  if (port_ == 0) ADD_FAILURE() << "firedrill serve did not come up: " << out;
}

std::string Daemon::ask(const std::string& method, const std::string& target, const std::string& body) const {
  Peer peer = Peer::connect(local(port_));
  peer.send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body);
  const std::string answer = peer.read_to_end();
  const auto end_of_head = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 2") || end_of_head == std::string::npos) {
    ADD_FAILURE() << method << " " << target << " " << body << "\n" << answer;
    return "";
  }
  return answer.substr(end_of_head + 4);
}

std::uint16_t Daemon::port_of(const std::string& proxy) const {
  const auto shown = nlohmann::json::parse(ask("GET", "/v1/proxies/" + proxy));
  const std::string address = shown.at("status").at("address");
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

Ran run_script(const Desk& desk, const std::string& script) {
  const std::string file = desk.write("script.sh", script);
  const std::string command = "cd '" + desk.path().string() + "' && timeout -k 5 100 sh '" + file + "' 2>&1 </dev/null";
  Ran ran;
  FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> some;
  for (std::size_t n; (n = std::fread(some.data(), 1, some.size(), pipe)) > 0;) ran.said.append(some.data(), n);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ran.exit_code = WEXITSTATUS(status);
  return ran;
}

}  // namespace firedrill::tests
