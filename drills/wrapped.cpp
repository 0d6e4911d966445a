// A process, its group, and the terminal that they may share with us.
#include "drills/wrapped.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "drills/program.hpp"
#include "proxy/socket.hpp"

namespace firedrill::drills {
namespace {

std::string message(int error) { return std::generic_category().message(error); }

bool in_foreground() {
  const proxy::Descriptor terminal{::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)};
  return terminal.get() >= 0 && ::tcgetpgrp(terminal.get()) == ::getpgrp();
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> all;
  for (const std::string& word : words) all.push_back(const_cast<char*>(word.c_str()));  // never written to
  all.push_back(nullptr);
  return all;
}

// Ours, with those of the same name replaced.
std::vector<std::string> environment_with(const EnvironmentVariables& variables) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view name = std::string_view{*entry}.substr(0, std::string_view{*entry}.find('='));
    const auto same = [&](const auto& variable) { return variable.first == name; };
    if (std::none_of(variables.begin(), variables.end(), same)) all.emplace_back(*entry);
  }
  for (const auto& [name, value] : variables) all.push_back(name + "=" + value);
  return all;
}

/// Default signals and the standard streams; no descriptor of the data plane: one left open in the command would keep a
/// link's peer from seeing the end.
class Start {
 public:
  explicit Start(bool own_group) {
    posix_spawnattr_init(&attributes_);
    sigset_t none, reset;
    sigemptyset(&none);
    sigemptyset(&reset);
    // A shell starts what is in the background deaf to SIGINT; we heed it all the same, and so shall the command.
    for (const int signal : {SIGPIPE, SIGINT, SIGQUIT, SIGTERM}) sigaddset(&reset, signal);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &reset);
    posix_spawnattr_setpgroup(&attributes_, 0);
    const int group = own_group ? POSIX_SPAWN_SETPGROUP : 0;
    posix_spawnattr_setflags(&attributes_, static_cast<short>(group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addclosefrom_np(&files_, 3);
  }
  ~Start() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&files_);
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;

  /// An errno.
  int spawn(const std::string& program, const std::vector<std::string>& argv,
            const std::vector<std::string>& environment, pid_t& pid) const {
    return posix_spawn(&pid, program.c_str(), &files_, &attributes_, pointers(argv).data(),
                       pointers(environment).data());
  }

 private:
  posix_spawnattr_t attributes_;
  posix_spawn_file_actions_t files_;
};

}  // namespace

Wrapped::Wrapped(std::vector<std::string> argv, std::function<void(const EnvironmentVariables&)> announce)
    : argv_{std::move(argv)}, announce_{std::move(announce)} {
  Program program = find_program(argv_.front());
  program_ = std::move(program.path);
  obstacle_ = std::move(program.obstacle);
  own_group_ = !in_foreground();
}

Wrapped::~Wrapped() {
  end(std::chrono::seconds{0});
  if (thread_.joinable()) thread_.join();
}

void Wrapped::start(const EnvironmentVariables& variables, std::function<void()> ended) {
  if (announce_) announce_(variables);
  const std::vector<std::string> environment = environment_with(variables);
  const Start start{own_group_};
  {
    const std::lock_guard lock{mutex_};
    int error = start.spawn(program_, argv_, environment, pid_);
    if (error == ENOEXEC) {  // a script that does not say what for
      std::vector<std::string> words{"sh", program_};
      words.insert(words.end(), argv_.begin() + 1, argv_.end());
      error = start.spawn("/bin/sh", words, environment, pid_);
    }
    if (error != 0) {
      pid_ = 0;
      throw std::runtime_error{message(error)};
    }
    done_ = false;
  }
  thread_ = std::thread{[this, ended = std::move(ended)] { watch(ended); }};
}

// Until it is reaped its number, and that of its group, is nobody else's.
void Wrapped::watch(const std::function<void()>& ended) {
  siginfo_t about{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &about, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  Ending ending;
  ending.at = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock{mutex_};
    ending.told = told_;
    if (told_ && own_group_) send(SIGKILL);  // what it started and left behind
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) ending.signal = WTERMSIG(status);
    if (WIFEXITED(status)) ending.exit_code = WEXITSTATUS(status);
    pid_ = 0;
    ending_ = ending;
  }
  ended();
  const std::lock_guard lock{mutex_};
  done_ = true;
  over_.notify_all();
}

void Wrapped::send(int signal) const {
  if (pid_ > 0) ::kill(own_group_ ? -pid_ : pid_, signal);
}

void Wrapped::pass(int signal, From from) {
  const std::lock_guard lock{mutex_};
  told_ = told_ || pid_ > 0;
  if (own_group_ || from == From::process) send(signal);
}

void Wrapped::pause() {
  const std::lock_guard lock{mutex_};
  send(SIGSTOP);
}

void Wrapped::resume() {
  const std::lock_guard lock{mutex_};
  send(SIGCONT);
}

void Wrapped::kill() {
  const std::lock_guard lock{mutex_};
  told_ = told_ || pid_ > 0;
  send(SIGKILL);
}

void Wrapped::end(std::chrono::seconds patience) {
  std::unique_lock lock{mutex_};
  if (pid_ > 0 && !told_) {
    told_ = true;
    send(SIGTERM);
  }
  const auto is_over = [this] { return done_; };
  if (over_.wait_for(lock, patience, is_over)) return;
  send(SIGKILL);
  over_.wait(lock, is_over);
}

std::optional<Wrapped::Ending> Wrapped::ending() const {
  const std::lock_guard lock{mutex_};
  return ending_;
}

}  // namespace firedrill::drills
