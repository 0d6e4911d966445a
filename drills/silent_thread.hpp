// A thread that signals leave alone: they are for the one that runs the program.
#pragma once

#include <pthread.h>

#include <csignal>
#include <thread>
#include <utility>

namespace firedrill::drills {

/// Starts a thread with every signal blocked, SIGPIPE too. `name` has at most 15 characters.
template <class Function>
std::thread silent_thread(const char* name, Function&& function) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  std::thread thread{std::forward<Function>(function)};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread.native_handle(), name);
  return thread;
}

}  // namespace firedrill::drills
