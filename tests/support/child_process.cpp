// posix_spawn, waitpid, files for output.
#include "tests/support/child_process.hpp"

#include <fcntl.h>
#include <glob.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

bool can_run(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

}  // namespace

std::string program(const std::vector<std::string>& names) {
  const char* const path = std::getenv("PATH");
  for (const std::string& name : names) {
    if (name.find('/') != std::string::npos) {
      glob_t found{};
      std::string last;
      if (::glob(name.c_str(), 0, nullptr, &found) == 0) last = found.gl_pathv[found.gl_pathc - 1];
      ::globfree(&found);
      if (!last.empty() && can_run(last)) return last;
      continue;
    }
    std::istringstream directories{std::string{path != nullptr ? path : "/usr/bin:/bin"} + ":/usr/sbin:/sbin"};
    for (std::string directory; std::getline(directories, directory, ':');)
      if (std::string whole = directory + "/" + name; can_run(whole)) return whole;
  }
  return "";
}

Command without_rights(Command command, const std::string& owned) {
  if (::geteuid() != 0) return command;
  const passwd* user = ::getpwnam("postgres");
  if (user == nullptr) user = ::getpwnam("nobody");
  if (user == nullptr) return command;
  if (::chown(owned.c_str(), user->pw_uid, user->pw_gid) != 0) ADD_FAILURE() << "chown " << owned;
  Command whole{program({"setpriv"}), "--reuid=" + std::to_string(user->pw_uid),
                "--regid=" + std::to_string(user->pw_gid), "--clear-groups", "--"};
  whole.insert(whole.end(), command.begin(), command.end());
  return whole;
}

ChildProcess::ChildProcess(const Command& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  const std::string output = directory_ / "output";
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  posix_spawn_file_actions_addchdir_np(&files, directory_.path().c_str());
  const int error = ::posix_spawnp(&pid_, arguments[0], &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  running_ = error == 0;
  if (!running_) ADD_FAILURE() << command[0] << ": " << std::strerror(error);
}

ChildProcess::~ChildProcess() { stop(); }

void ChildProcess::ended(int status) {
  running_ = false;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool ChildProcess::is_running() {
  int status = 0;
  if (running_ && ::waitpid(pid_, &status, WNOHANG) == pid_) ended(status);
  return running_;
}

int ChildProcess::wait(std::chrono::milliseconds most) {
  if (eventually([this] { return !is_running(); }, most)) return code_;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  running_ = false;
  return code_ = -1;
}

int ChildProcess::stop(int signal) {
  if (is_running()) ::kill(pid_, signal);
  return wait();
}

bool ChildProcess::wait_for_port(std::uint16_t port) {
  return eventually([&] {
           Peer peer;
           return !is_running() || Peer::try_connect(local(port), peer) == 0;
         }) &&
         is_running();
}

std::string ChildProcess::output() const {
  std::ostringstream text;
  text << std::ifstream{directory_ / "output"}.rdbuf();
  return text.str();
}

Exited run(const Command& command, std::chrono::milliseconds most) {
  ChildProcess child{command};
  const int code = child.wait(most);
  return {code, child.output()};
}

}  // namespace firedrill::tests
