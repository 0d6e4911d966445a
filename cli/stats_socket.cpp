// One connection, one line, and everything until it is closed.
#include "cli/stats_socket.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>

namespace firedrill::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds most_time{5};
constexpr std::size_t most_answer = std::size_t{64} << 20;

std::string reason(int error) { return std::generic_category().message(error); }

class Caller {
 public:
  Caller() = default;
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() {
    if (socket_ >= 0) ::close(socket_);
  }

  bool connect(const std::string& address, std::string& why) {
    constexpr std::string_view local = "unix:";
    if (address.starts_with(local)) return connect_local(address.substr(local.size()), why);
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos || colon == 0) {
      why = "is neither unix:PATH nor HOST:PORT";
      return false;
    }
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (const int failed = ::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found);
        failed != 0) {
      why = ::gai_strerror(failed);
      return false;
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned{found, ::freeaddrinfo};
    return reach(found->ai_family, found->ai_addr, found->ai_addrlen, why);
  }

  bool send(std::string_view text, std::string& why) {
    while (!text.empty()) {
      const ssize_t n = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n > 0)
        text.remove_prefix(static_cast<std::size_t>(n));
      else if (!is_passing(errno) || !wait(POLLOUT))
        return failed(why);
    }
    return true;
  }

  bool receive(std::string& answer, std::string& why) {
    char block[16384];
    while (true) {
      const ssize_t n = ::recv(socket_, block, sizeof block, 0);
      if (n == 0) return true;
      if (n > 0) {
        answer.append(block, static_cast<std::size_t>(n));
        if (answer.size() <= most_answer) continue;
        why = "answers with more than 64 MiB";
        return false;
      }
      if (!is_passing(errno) || !wait(POLLIN)) return failed(why);
    }
  }

 private:
  bool connect_local(const std::string& path, std::string& why) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof to.sun_path) {
      why = "is no path of a socket";
      return false;
    }
    std::memcpy(to.sun_path, path.data(), path.size());
    return reach(AF_UNIX, reinterpret_cast<const sockaddr*>(&to), sizeof to, why);
  }

  bool reach(int family, const sockaddr* to, socklen_t size, std::string& why) {
    socket_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0) return failed(why);
    if (::connect(socket_, to, size) == 0) return true;
    if (errno != EINPROGRESS || !wait(POLLOUT)) return failed(why);
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0) return true;
    why = reason(error);
    return false;
  }

  static bool is_passing(int error) { return error == EAGAIN || error == EINTR; }

  // False, with errno, when the time is over.
  bool wait(short what) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - SteadyClock::now());
    pollfd one{socket_, what, 0};
    const int ready = left.count() > 0 ? ::poll(&one, 1, static_cast<int>(left.count())) : 0;
    if (ready > 0 || (ready < 0 && errno == EINTR)) return true;
    if (ready == 0) errno = ETIMEDOUT;
    return false;
  }

  static bool failed(std::string& why) {
    why = reason(errno);
    return false;
  }

  int socket_ = -1;
  SteadyClock::time_point until_ = SteadyClock::now() + most_time;
};

}  // namespace

std::optional<std::string> ask_haproxy(const std::string& address, const std::string& commands, std::string& why) {
  Caller caller;
  std::string answer;
  if (!caller.connect(address, why) || !caller.send(commands + "\n", why) || !caller.receive(answer, why))
    return std::nullopt;
  if (answer.find("# pxname") != std::string::npos) return answer;
  constexpr std::size_t enough = 80;
  const std::string line = answer.substr(0, std::min(answer.find_first_of("\r\n"), enough));
  why = line.empty() ? "answers nothing" : "answers \"" + line + "\"";
  why += ", which is no table of \"show stat\": it is not the stats socket of a HAProxy";
  return std::nullopt;
}

}  // namespace firedrill::cli
