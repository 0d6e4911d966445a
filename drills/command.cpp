// Questions that a command answers.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "drills/question.hpp"
#include "faults/units.hpp"
#include "proxy/socket.hpp"

namespace firedrill::drills {
namespace {

using Clock = std::chrono::steady_clock;
using proxy::Descriptor;

constexpr std::size_t tail = 200;

std::string message(int error) { return std::generic_category().message(error); }

/// How the child starts: its own group, default signals, /dev/null for input, one pipe for what it says. Sockets of the
/// data plane are not its own: one left open in it would keep a link's peer from seeing the end.
class Start {
 public:
  explicit Start(int output) {
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, output, 1);
    posix_spawn_file_actions_adddup2(&files_, output, 2);
    posix_spawn_file_actions_addclosefrom_np(&files_, 3);
  }
  ~Start() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&files_);
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;

  /// An errno.
  int spawn(const std::vector<std::string>& argv, pid_t& pid) const {
    std::vector<char*> words;
    for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));  // never written to
    words.push_back(nullptr);
    return posix_spawnp(&pid, words[0], &files_, &attributes_, words.data(), environ);
  }

 private:
  posix_spawnattr_t attributes_;
  posix_spawn_file_actions_t files_;
};

/// Keeps the end of what comes. False at the end of it.
bool read_some(int from, std::string& said) {
  std::array<char, 4096> bytes;
  const ssize_t n = ::read(from, bytes.data(), bytes.size());
  if (n <= 0) return n < 0 && (errno == EAGAIN || errno == EINTR);
  said.append(bytes.data(), static_cast<std::size_t>(n));
  if (said.size() > 2 * bytes.size()) said.erase(0, said.size() - bytes.size());
  return true;
}

enum class Ended : std::uint8_t { itself, late, rung };

Ended wait_for(int process, int output, Duration timeout, int bell, std::string& said) {
  const auto deadline = Clock::now() + timeout;
  std::array<pollfd, 3> fds{{{bell, POLLIN, 0}, {process, POLLIN, 0}, {output, POLLIN, 0}}};
  while (true) {
    const Duration left = std::max<Duration>(deadline - Clock::now(), Duration::zero());
    const auto whole = std::chrono::floor<std::chrono::seconds>(left);
    const timespec most{whole.count(), (left - whole).count()};
    if (::ppoll(fds.data(), fds.size(), &most, nullptr) < 0) continue;  // EINTR
    if (fds[0].revents != 0) return Ended::rung;
    if (fds[1].revents != 0) return Ended::itself;
    if (fds[2].revents != 0 && !read_some(output, said)) fds[2].fd = -1;
    if (Clock::now() >= deadline) return Ended::late;
  }
}

/// The leader is still there, dead or alive, so that the group's number is nobody else's.
int end_group(pid_t leader) {
  ::kill(-leader, SIGKILL);
  int status = 0;
  while (::waitpid(leader, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string with(const std::string& text, const std::string& said) {
  const std::string end = printable_end(said);
  return end.empty() ? text : text + ": " + end;
}

}  // namespace

std::string printable_end(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    if (static_cast<unsigned char>(c) > 0x7f) c = '?';
  }
  const auto last = text.find_last_not_of(' ');
  if (last == std::string::npos) return {};
  text.erase(last + 1);
  if (text.size() > tail) text.erase(0, text.size() - tail);
  return text.substr(text.find_first_not_of(' '));
}

std::optional<Answer> ask(const CommandProbe& command, Duration timeout, int bell) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Answer{false, "cannot run it: " + message(errno)};
  const Descriptor output{ends[0]};
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
  pid_t pid = 0;
  {
    const Descriptor input{ends[1]};
    if (const int error = Start{input.get()}.spawn(command.argv, pid); error != 0)
      return Answer{false, fmt::format("cannot run {}: {}", command.argv.front(), message(error))};
  }
  const Descriptor process{
      static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};  // the header of glibc 2.36 is for C only
  if (process.get() < 0) {
    const int error = errno;
    end_group(pid);
    return Answer{false, "cannot watch it: " + message(error)};
  }

  std::string said;
  const Ended ended = wait_for(process.get(), output.get(), timeout, bell, said);
  const int status = end_group(pid);
  if (ended == Ended::rung) return std::nullopt;
  // What it wrote last; not for ever, if a descendant outside the group goes on writing.
  for (int i = 0; i < 64; ++i) {
    const std::size_t before = said.size();
    if (!read_some(output.get(), said) || said.size() == before) break;
  }
  if (ended == Ended::late) return Answer{false, with("not done within " + faults::show(timeout), said)};
  if (WIFSIGNALED(status)) return Answer{false, with(fmt::format("killed by signal {}", WTERMSIG(status)), said)};
  if (WEXITSTATUS(status) == command.exit_code) return Answer{true, {}};
  return Answer{false, with(fmt::format("exit code {}, not {}", WEXITSTATUS(status), command.exit_code), said)};
}

}  // namespace firedrill::drills
