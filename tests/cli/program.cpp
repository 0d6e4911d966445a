// Processes by hand: popen gives neither two streams nor a terminal.
#include "tests/cli/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include "places.hpp"

namespace firedrill::tests {
namespace {

constexpr int patience_ms = 110'000;  // less than ctest has

[[noreturn]] void become_program(const Desk& desk, const std::vector<std::string>& arguments,
                                 const std::vector<std::string>& environment, const std::string& name) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::chdir(desk.path().c_str()) != 0) ::_exit(126);
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "xterm", 1);
  for (const std::string& variable : environment) ::putenv(::strdup(variable.c_str()));
  std::vector<char*> words{::strdup(name.empty() ? FIREDRILL_PROGRAM : ("./" + name).c_str())};
  for (const std::string& argument : arguments) words.push_back(::strdup(argument.c_str()));
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  ::_exit(127);
}

}  // namespace

std::string Desk::read(const std::string& file) const {
  std::ostringstream text;
  text << std::ifstream{*this / file}.rdbuf();
  return text.str();
}

nlohmann::ordered_json Desk::report(const std::string& directory) const {
  return nlohmann::ordered_json::parse(read(directory + "/report.json"));
}

Program::Program(const Desk& desk, std::vector<std::string> arguments, std::vector<std::string> environment,
                 Streams streams, unsigned short columns, unsigned short rows, const std::string& name) {
  if (streams == Streams::terminal) {
    const winsize size{rows, columns, 0, 0};
    pid_ = ::forkpty(&out_, nullptr, nullptr, &size);
    if (pid_ == 0) become_program(desk, arguments, environment, name);
    return;
  }
  int out[2], error[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(error, O_CLOEXEC) != 0) throw std::runtime_error{"pipe2"};
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(error[1], STDERR_FILENO);
    become_program(desk, arguments, environment, name);
  }
  ::close(out[1]);
  ::close(error[1]);
  out_ = out[0];
  error_ = error[0];
}

Program::~Program() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0) ::close(out_);
  if (error_ >= 0) ::close(error_);
}

void Program::signal(int signal) const { ::kill(pid_, signal); }

// False once both streams have ended. A terminal ends with EIO.
bool Program::read_some() {
  pollfd streams[2]{{out_, POLLIN, 0}, {error_, POLLIN, 0}};
  if (out_ < 0 && error_ < 0) return false;
  if (::poll(streams, 2, patience_ms) <= 0)
    throw std::runtime_error{"the program went silent; so far: " + finished_.out};
  const auto take = [](const pollfd& stream, int& file, std::string& text) {
    if (file < 0 || stream.revents == 0) return;
    char bytes[4096];
    const ssize_t n = ::read(file, bytes, sizeof bytes);
    if (n > 0) {
      text.append(bytes, static_cast<std::size_t>(n));
      return;
    }
    ::close(file);
    file = -1;
  };
  take(streams[0], out_, finished_.out);
  take(streams[1], error_, finished_.error);
  return out_ >= 0 || error_ >= 0;
}

bool Program::said(const std::string& text) {
  while (finished_.out.find(text) == std::string::npos)
    if (!read_some()) return false;
  return true;
}

void Program::stop_reading() {
  ::close(out_);
  out_ = -1;
}

Finished Program::finish() {
  while (read_some()) {
  }
  int status = 0;
  if (pid_ > 0 && ::waitpid(pid_, &status, 0) == pid_ && WIFEXITED(status)) finished_.exit_code = WEXITSTATUS(status);
  pid_ = -1;
  return finished_;
}

void link_program(const Desk& desk, const std::string& name) {
  std::filesystem::create_symlink(FIREDRILL_PROGRAM, desk / name);
}

std::string small_drill(const std::string& settings) {
  return "[drill]\nname = \"small\"\ntitle = \"A little late\"\nseed = 7\n" + settings + R"(

[[backend]]
name = "web"
listen = "127.0.0.1:0"
service_time = "1ms"

[[proxy]]
name = "api"
listen = "127.0.0.1:0"
upstream = "backend:web"

[[load]]
name = "users"
http = "proxy:api/"
rate = 100

[[fault]]
name = "late"
proxy = "api"
kind = "latency"
at = "500ms"
for = "500ms"
delay = "30ms"

[[check]]
name = "users are served"
load = "users"
expect = { errors = "< 1%" }

[[check]]
name = "users wait"
load = "users"
during = "late"
expect = { p50 = ">= 25ms" }
)";
}

std::string library(const std::string& name) {
  return std::string{FIREDRILL_SOURCE_DIR} + "/drills/library/" + name + ".toml";
}

}  // namespace firedrill::tests
