// fork, a socket pair, and an end without leftovers.
#include "tests/support/forked.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

namespace firedrill::tests {

Line::~Line() { close(); }

void Line::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Line::say(const std::string& text) const {
  const std::string line = text + "\n";
  ::send(fd_, line.data(), line.size(), MSG_NOSIGNAL);
}

std::string Line::hear() {
  constexpr std::chrono::milliseconds patience{60'000};
  while (heard_.find('\n') == std::string::npos) {
    pollfd one{fd_, POLLIN, 0};
    if (::poll(&one, 1, static_cast<int>(patience.count())) <= 0) return "";
    char text[1024];
    const ssize_t n = ::recv(fd_, text, sizeof text, 0);
    if (n <= 0) return "";
    heard_.append(text, static_cast<std::size_t>(n));
  }
  const std::size_t end = heard_.find('\n');
  std::string line = heard_.substr(0, end);
  heard_.erase(0, end + 1);
  return line;
}

Forked::Forked(const std::function<void(Line&)>& body) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) ADD_FAILURE() << "no socket pair";
  pid_ = ::fork();
  if (pid_ < 0) ADD_FAILURE() << "no process";
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(ends[0]);
    {
      Line line{ends[1]};
      body(line);
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  line_ = std::make_unique<Line>(ends[0]);
}

Forked::~Forked() {
  line_->close();
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace firedrill::tests
