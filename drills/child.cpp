// Spawning, watching and ending them.
#include "drills/child.hpp"

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

#include <fmt/format.h>

#include "proxy/descriptor.hpp"

namespace firedrill::drills {
namespace {

using faults::Duration;
using ChildClock = std::chrono::steady_clock;

std::string words_of(int error) { return std::generic_category().message(error); }

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
  int spawn(const std::vector<std::string>& argv, const std::vector<std::string>& environment, pid_t& pid) const {
    std::vector<char*> words, variables;
    for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));  // never written to
    for (char** one = environ; *one != nullptr; ++one) variables.push_back(*one);
    for (const std::string& one : environment) variables.push_back(const_cast<char*>(one.c_str()));
    words.push_back(nullptr);
    variables.push_back(nullptr);
    return posix_spawnp(&pid, words[0], &files_, &attributes_, words.data(), variables.data());
  }

 private:
  posix_spawnattr_t attributes_;
  posix_spawn_file_actions_t files_;
};

/// Keeps the end of what comes. False at the end of it.
bool read_some(int from, std::size_t keep, Ran& ran) {
  std::string& said = ran.said;
  std::array<char, 4096> bytes;
  const ssize_t n = ::read(from, bytes.data(), bytes.size());
  if (n <= 0) return n < 0 && (errno == EAGAIN || errno == EINTR);
  said.append(bytes.data(), static_cast<std::size_t>(n));
  if (said.size() > 2 * keep) {
    said.erase(0, said.size() - keep);
    ran.cut = true;
  }
  return true;
}

Ran::End wait_for(int process, int output, Duration timeout, int bell, std::size_t keep, Ran& ran) {
  const auto deadline = ChildClock::now() + timeout;
  std::array<pollfd, 3> fds{{{bell, POLLIN, 0}, {process, POLLIN, 0}, {output, POLLIN, 0}}};
  while (true) {
    const Duration left = std::max<Duration>(deadline - ChildClock::now(), Duration::zero());
    const auto whole = std::chrono::floor<std::chrono::seconds>(left);
    const timespec most{whole.count(), (left - whole).count()};
    if (::ppoll(fds.data(), fds.size(), &most, nullptr) < 0) continue;  // EINTR
    if (fds[0].revents != 0) return Ran::End::rung;
    if (fds[1].revents != 0) return Ran::End::itself;
    if (fds[2].revents != 0 && !read_some(output, keep, ran)) fds[2].fd = -1;
    if (ChildClock::now() >= deadline) return Ran::End::late;
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

}  // namespace

Ran run_child(const std::vector<std::string>& argv, const std::vector<std::string>& environment, Duration timeout,
              int bell, std::size_t keep) {
  Ran ran;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    ran.problem = "cannot run it: " + words_of(errno);
    return ran;
  }
  const proxy::Descriptor output{ends[0]};
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
  pid_t pid = 0;
  {
    const proxy::Descriptor input{ends[1]};
    if (const int error = Start{input.get()}.spawn(argv, environment, pid); error != 0) {
      ran.problem = fmt::format("cannot run {}: {}", argv.front(), words_of(error));
      return ran;
    }
  }
  const proxy::Descriptor process{
      static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};  // the header of glibc 2.36 is for C only
  if (process.get() < 0) {
    const int error = errno;
    end_group(pid);
    ran.problem = "cannot watch it: " + words_of(error);
    return ran;
  }
  ran.end = wait_for(process.get(), output.get(), timeout, bell, keep, ran);
  ran.status = end_group(pid);
  // What it wrote last; not for ever, if a descendant outside the group goes on writing.
  for (int i = 0; i < 64 && ran.end != Ran::End::rung; ++i) {
    const std::size_t before = ran.said.size();
    if (!read_some(output.get(), keep, ran) || ran.said.size() == before) break;
  }
  return ran;
}

}  // namespace firedrill::drills
