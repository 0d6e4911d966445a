// pipe2, fcntl, splice.
#include "proxy/pipes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <utility>

namespace firedrill::proxy {
namespace {

constexpr int wanted_room = 1024 * 1024;  // what an unprivileged process may ask for, unless its user has many

ssize_t move(int from, int to, std::size_t most) {
  ssize_t n = 0;
  do {
    n = ::splice(from, nullptr, to, nullptr, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  } while (n < 0 && errno == EINTR);
  return n;
}

}  // namespace

Pipe::Pipe() {
  int ends[2];
  if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return;
  out_ = Descriptor{ends[0]};
  in_ = Descriptor{ends[1]};
  ::fcntl(in_.get(), F_SETPIPE_SZ, wanted_room);
  const int room = ::fcntl(in_.get(), F_GETPIPE_SZ);  // it may have been refused
  room_ = room > 0 ? static_cast<std::size_t>(room) : 0;
}

Moved Pipe::fill(int socket) {
  const ssize_t n = move(socket, in_.get(), room_);
  if (n > 0) held_ += static_cast<std::size_t>(n);
  return n == 0 ? Moved{Moved::What::end} : Moved::by(n);
}

Moved Pipe::empty_into(int socket) {
  const ssize_t n = move(out_.get(), socket, held_);
  if (n > 0) held_ -= static_cast<std::size_t>(n);
  return Moved::by(n);
}

void Pipe::read(char* into) {
  while (held_ > 0) {
    const ssize_t n = ::read(out_.get(), into, held_);
    if (n < 0 && errno == EINTR) continue;
    assert(n > 0);
    into += n;
    held_ -= static_cast<std::size_t>(n);
  }
}

std::unique_ptr<Pipe> Pipes::borrow() {
  if (idle_.empty()) {
    auto made = std::make_unique<Pipe>();
    return made->is_open() ? std::move(made) : nullptr;
  }
  std::unique_ptr<Pipe> pipe = std::move(idle_.back());
  idle_.pop_back();
  return pipe;
}

void Pipes::give_back(std::unique_ptr<Pipe> pipe) {
  if (pipe && pipe->held() == 0 && idle_.size() < most_idle) idle_.push_back(std::move(pipe));
}

}  // namespace firedrill::proxy
