// The fuse: the first, second, third … system call of the workers fails, until a run needs no more calls than that.
// Whatever fails, no link is left over, every one has ended once, and the books balance. The linker puts these
// functions before the real ones (--wrap).
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <string_view>

#include "tests/support/loopback.hpp"

namespace firedrill {
namespace {

std::atomic<int> calls_left{0};
std::atomic<bool> burnt{false};

// True for the call that is to fail: of the proxy's own threads only.
bool burns() {
  thread_local const bool is_worker = [] {
    char thread_name[16] = "";
    pthread_getname_np(pthread_self(), thread_name, sizeof thread_name);
    return std::string_view{thread_name} == "firedrill-link";
  }();
  if (!is_worker || calls_left.load() <= 0 || calls_left.fetch_sub(1) != 1) return false;
  burnt = true;
  return true;
}

int fail(int error) {
  errno = error;
  return -1;
}

}  // namespace
}  // namespace firedrill

// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
ssize_t __real_recv(int, void*, size_t, int);
ssize_t __real_send(int, const void*, size_t, int);
int __real_accept4(int, sockaddr*, socklen_t*, int);
int __real_socket(int, int, int);
int __real_connect(int, const sockaddr*, socklen_t);
int __real_shutdown(int, int);
int __real_epoll_ctl(int, int, int, epoll_event*);
ssize_t __real_splice(int, off64_t*, int, off64_t*, size_t, unsigned);
int __real_pipe2(int*, int);

ssize_t __wrap_recv(int fd, void* into, size_t most, int flags) {
  return firedrill::burns() ? firedrill::fail(ECONNRESET) : __real_recv(fd, into, most, flags);
}
ssize_t __wrap_send(int fd, const void* from, size_t n, int flags) {
  return firedrill::burns() ? firedrill::fail(EPIPE) : __real_send(fd, from, n, flags);
}
int __wrap_accept4(int fd, sockaddr* from, socklen_t* size, int flags) {
  return firedrill::burns() ? firedrill::fail(EMFILE) : __real_accept4(fd, from, size, flags);
}
int __wrap_socket(int family, int type, int protocol) {
  return firedrill::burns() ? firedrill::fail(EMFILE) : __real_socket(family, type, protocol);
}
int __wrap_connect(int fd, const sockaddr* to, socklen_t size) {
  return firedrill::burns() ? firedrill::fail(EADDRNOTAVAIL) : __real_connect(fd, to, size);
}
int __wrap_shutdown(int fd, int how) {
  return firedrill::burns() ? firedrill::fail(ENOTCONN) : __real_shutdown(fd, how);
}
int __wrap_epoll_ctl(int epoll, int how, int fd, epoll_event* event) {
  return firedrill::burns() ? firedrill::fail(ENOMEM) : __real_epoll_ctl(epoll, how, fd, event);
}
ssize_t __wrap_splice(int in, off64_t* in_from, int out, off64_t* out_from, size_t most, unsigned flags) {
  return firedrill::burns() ? firedrill::fail(ECONNRESET) : __real_splice(in, in_from, out, out_from, most, flags);
}
int __wrap_pipe2(int* ends, int flags) {
  return firedrill::burns() ? firedrill::fail(EMFILE) : __real_pipe2(ends, flags);
}
}
// NOLINTEND(bugprone-reserved-identifier)

namespace firedrill {
namespace {

using namespace std::chrono_literals;
using tests::eventually;
using tests::Loopback;

struct Scene {
  const char* name;
  const char* faults[2][2];  // kind, settings
};

void PrintTo(const Scene& scene, std::ostream* out) { *out << scene.name; }

class Fuse : public Loopback, public testing::WithParamInterface<Scene> {
 protected:
  /// One link's life, with peers that take whatever comes.
  void live() {
    client = connect();
    client.send_some("request");
    client.finish_sending();
    // A dial that failed ends the client instead.
    EXPECT_TRUE(eventually([this] { return backend.has_caller() || client.is_readable(); }));
    if (backend.has_caller()) {
      server = backend.accept();
      server.read(7);
      server.send_some("answer");
      server.finish_sending();
    }
    heal();
    client.read(7);
    client.close();
    server.close();
    EXPECT_TRUE(eventually([this] { return counters().open == 0; })) << "a link is left over";
  }
};

INSTANTIATE_TEST_SUITE_P(
    All, Fuse,
    testing::Values(Scene{"Clean", {}}, Scene{"Sliced", {{"slice", "size=2B direction=both"}}},
                    Scene{"LateAndSliced", {{"latency", "delay=1ms direction=both"}, {"slice", "size=3B gap=1ms"}}},
                    Scene{"ClosedByBytes", {{"close", "bytes=10B"}}}, Scene{"Refused", {{"refuse", "how=close"}}},
                    Scene{"Queued", {{"pool", "max_connections=0 queue_timeout=1ms on_timeout=close"}}}),
    [](const auto& scene) { return scene.param.name; });

TEST_P(Fuse, WhateverCallFailsEveryLinkEndsOnce) {
  open();
  int runs = 0;
  for (int call = 1; call < 200; ++call, ++runs) {
    for (const auto& [kind, settings] : GetParam().faults)
      if (kind != nullptr) put(kind, kind, settings);
    burnt = false;
    calls_left = call;

    live();

    calls_left = 0;
    ASSERT_FALSE(HasFailure()) << "call " << call;
    if (!burnt) break;
  }

  EXPECT_GT(runs, 3);
  EXPECT_LT(runs, 199);
  link();  // and the proxy still works
  client.send("request");
  server.expect("request");
}

}  // namespace
}  // namespace firedrill
