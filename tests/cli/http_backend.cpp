// It says its port in the first line.
#include "tests/cli/http_backend.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace firedrill::tests {

HttpBackend::HttpBackend(const std::string& python, const std::string& directory) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"pipe2"};
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    if (const int none = ::open("/dev/null", O_WRONLY); none >= 0) ::dup2(none, STDERR_FILENO);
    ::execlp(python.c_str(), python.c_str(), "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory",
             directory.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(ends[1]);
  said_ = ends[0];
  std::string line;
  for (char c = 0; c != '\n' && line.size() < 200; line += c) {
    pollfd reading{said_, POLLIN, 0};
    if (::poll(&reading, 1, 60'000) <= 0 || ::read(said_, &c, 1) != 1)
      throw std::runtime_error{"python's http.server does not come up; it said: " + line};
  }
  const std::size_t port = line.find("port ");  // Serving HTTP on 127.0.0.1 port 41233 (http://…) ...
  if (port == std::string::npos) throw std::runtime_error{"python's http.server names no port: " + line};
  address_ = "127.0.0.1:" + line.substr(port + 5, line.find(' ', port + 5) - port - 5);
}

HttpBackend::~HttpBackend() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (said_ >= 0) ::close(said_);
}

}  // namespace firedrill::tests
