// Sockets are told of once, by edges: whoever looks at one goes on until it would have to wait.
#include "drills/socket_client.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "proxy/socket.hpp"

namespace firedrill::drills {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int due_at_a_time = 64;    // requests sent before sockets get their turn
constexpr int reads_at_a_time = 16;  // of one connection before the others get theirs
constexpr std::size_t read_size = 16 * 1024;

std::string_view error_of(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL:
      return "not_sent";
    case ECONNREFUSED:
    case ENOENT:  // of a Unix socket: nobody has made it
    case EAGAIN:  // of a Unix socket: its backlog is full
      return "refused";
    case ECONNRESET:
    case EPIPE:
      return "reset";
    case ETIMEDOUT:
      return "timeout";
    default:
      return "other";
  }
}

KeepSpec held(const LoadSpec& spec) {
  if (spec.keep) return *spec.keep;
  KeepSpec simple;
  simple.max = spec.keep_alive ? spec.connections : UINT32_MAX;
  return simple;
}

}  // namespace

/// Its connections, and which of them carries what.
class SocketClient::Worker final : public ClientPool::Hands {
 public:
  Worker(SocketClient& client, std::size_t number, const KeepSpec& spec)
      : pool{spec}, client_{client}, number_{number} {}

  void open(Connection connection, Request request) override {
    if (links.size() <= connection) links.resize(connection + 1);
    if (!links[connection]) links[connection] = std::make_unique<Link>();
    carry(connection, request);
  }
  void reuse(Connection connection, Request request) override { carry(connection, request); }
  void close(Connection connection) override { client_.drop(*links[connection]); }
  void refuse(Request request, std::string_view why) override { client_.settle(request, why); }

  ClientPool pool;
  std::vector<std::unique_ptr<Link>> links;  // by connection

 private:
  void carry(Connection connection, Request request) {
    Link& link = *links[connection];
    link.request = request;
    link.bytes = &client_.requests_[request % client_.requests_.size()];
    link.sent = 0;
    link.begun = false;
    link.unsent = 0;
    client_.active_.at(request).connection = connection;
    client_.to_move_.push_back({number_, connection});
  }

  SocketClient& client_;
  std::size_t number_;
};

SocketClient::SocketClient(const RequesterParts& parts)
    : spec_{parts.spec},
      meter_{parts.meter},
      arrivals_{parts.spec, parts.seed},
      epoll_{parts.epoll},
      mark_{parts.mark},
      lateness_{parts.lateness},
      buffer_(read_size) {
  if (spec_.tcp.text.empty()) {
    const HttpPlace place = http_place(parts.target);
    addresses_ = addresses_of(place.address);
    requests_ = http_requests(place, spec_.request, spec_.keep_alive);
  } else {
    addresses_ = addresses_of(parts.target);
    requests_ = {spec_.talk.send};
  }
  const KeepSpec keep = held(spec_);
  for (std::size_t i = 0; i < keep.workers; ++i) workers_.push_back(std::make_unique<Worker>(*this, i, keep));
}

SocketClient::~SocketClient() = default;

SocketClient::Link& SocketClient::link_at(const Place& place) {
  return *workers_[place.worker]->links[place.connection];
}

void SocketClient::ready(int descriptor, std::uint32_t) {
  if (const auto found = places_.find(descriptor); found != places_.end()) move(Place{found->second});
  work();
}

void SocketClient::turn(Time start, Time end) {
  send_due(start, end);
  expire();
  for (const auto& worker : workers_) worker->pool.tick(SteadyClock::now(), *worker);
  work();
}

Time SocketClient::wake(Time start, Time end) const {
  if (!to_move_.empty()) return start;
  Time next = faults::never;
  if (const Time due = start + arrivals_.next(); due < end) next = due;
  if (!active_.empty()) next = std::min(next, active_.begin()->second.due + spec_.timeout);
  for (const auto& worker : workers_) next = std::min(next, worker->pool.wake());
  return next;
}

void SocketClient::send_due(Time start, Time end) {
  for (int sent = 0; sent < due_at_a_time; ++sent) {
    const Time due = start + arrivals_.next(), now = SteadyClock::now();
    if (due >= end || due > now) return;
    arrivals_.pop();
    const Request request = next_++;
    const std::size_t number = request % workers_.size();
    active_.emplace(request, Active{due, number, std::nullopt});
    workers_[number]->pool.arrive(request, now, *workers_[number]);
    if (const auto found = active_.find(request); found != active_.end() && found->second.connection)
      lateness_.record(now - due);
  }
}

void SocketClient::expire() {
  const Time latest = SteadyClock::now() - spec_.timeout;
  while (!active_.empty() && active_.begin()->second.due <= latest) {
    const auto& [request, active] = *active_.begin();
    if (active.connection) {
      fail({active.worker, *active.connection}, "timeout");
    } else {
      workers_[active.worker]->pool.withdraw(request);
      settle(request, "timeout");
    }
  }
}

// A turn's worth: what comes on top of it waits for the next one.
void SocketClient::work() {
  for (std::size_t left = to_move_.size(); left > 0; --left) {
    const Place place = to_move_.front();
    to_move_.pop_front();
    move(place);
  }
}

void SocketClient::move(const Place& place) {
  Link& link = link_at(place);
  if (link.fd.get() < 0 && (!link.request || !dial(place, link))) return;
  if (link.connecting) {
    if (const int error = proxy::pending_error(link.fd.get()); error != 0) {
      drop(link);
      if (++link.address >= addresses_.size()) return fail(place, error_of(error));
      to_move_.push_back(place);  // the next address of the name
      return;
    }
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(link.fd.get(), reinterpret_cast<sockaddr*>(&peer), &size) != 0) return;  // an edge of another one
    link.connecting = false;
  }
  if (link.request && !write(place, link)) return;
  read(place, link);
}

bool SocketClient::dial(const Place& place, Link& link) {
  const SocketAddress& address = addresses_[link.address];
  const int family = address.data()->sa_family;
  link.fd = proxy::Descriptor{::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (link.fd.get() < 0) {
    const int error = errno;
    if (error == EAFNOSUPPORT && ++link.address < addresses_.size()) {
      to_move_.push_back(place);
    } else {
      fail(place, error_of(error));
    }
    return false;
  }
  count_opened();
  if (family != AF_UNIX) proxy::set_no_delay(link.fd.get());
  link.connecting = true;
  if (::connect(link.fd.get(), address.data(), static_cast<socklen_t>(address.size())) != 0 && errno != EINPROGRESS) {
    const int error = errno;
    drop(link);
    if (++link.address < addresses_.size()) {
      to_move_.push_back(place);
    } else {
      fail(place, error_of(error));
    }
    return false;
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = (std::uint64_t{mark_} << 32U) | static_cast<std::uint32_t>(link.fd.get());
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, link.fd.get(), &event) != 0) {
    fail(place, "not_sent");
    return false;
  }
  places_[link.fd.get()] = place;
  if (!link.reply)
    link.reply = spec_.tcp.text.empty() ? http_reply(spec_.request.verb() == "HEAD" ? BodyOf::head : BodyOf::answer)
                                        : talk_reply(spec_.talk);
  return false;  // its edge tells when it is connected
}

bool SocketClient::write(const Place& place, Link& link) {
  if (!std::exchange(link.begun, true)) link.reply->begin();
  while (link.sent < link.bytes->size()) {
    const ssize_t n = ::send(link.fd.get(), link.bytes->data() + link.sent, link.bytes->size() - link.sent,
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return true;
    if (n < 0) {
      link.unsent = errno;  // there may be an answer all the same
      return true;
    }
    link.sent += static_cast<std::size_t>(n);
  }
  if (link.sent == link.bytes->size() && !link.reply->is_awaited()) {
    done(place, "", spec_.keep_alive);
    return false;
  }
  return true;
}

void SocketClient::read(const Place& place, Link& link) {
  for (int turn = 0; turn < reads_at_a_time; ++turn) {
    const ssize_t n = ::recv(link.fd.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      if (link.request && link.unsent != 0) fail(place, error_of(link.unsent));
      return;
    }
    if (!link.request) {  // bytes that nobody asked for, or the end
      drop(link);
      workers_[place.worker]->pool.lost(place.connection);
      return;
    }
    if (n < 0) return fail(place, error_of(errno));
    const Reply::State state =
        n == 0 ? link.reply->finish() : link.reply->take({buffer_.data(), static_cast<std::size_t>(n)});
    if (n == 0 && state == Reply::State::part) return fail(place, "closed");
    if (state != Reply::State::part) return received(place, link, state);
  }
  to_move_.push_back(place);
}

void SocketClient::received(const Place& place, Link& link, Reply::State state) {
  const std::string error = link.reply->error();
  bool reusable =
      state == Reply::State::whole && spec_.keep_alive && link.reply->keeps() && link.sent == link.bytes->size();
  // What came behind it has had its edge.
  char next = 0;
  if (reusable) reusable = ::recv(link.fd.get(), &next, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
  done(place, error, reusable);
}

void SocketClient::done(const Place& place, std::string_view error, bool reusable) {
  Link& link = link_at(place);
  const Request request = *std::exchange(link.request, std::nullopt);
  settle(request, error);
  if (!reusable) drop(link);
  if (!reusable) link.address = 0;
  Worker& worker = *workers_[place.worker];
  worker.pool.over(place.connection, reusable, SteadyClock::now(), worker);
}

void SocketClient::settle(Request request, std::string_view error) {
  const auto found = active_.find(request);
  const Time now = SteadyClock::now(), due = found->second.due;
  const bool late = now - due > spec_.timeout && error != "not_sent";
  active_.erase(found);
  meter_.record(due, now, late ? "timeout" : error);
}

void SocketClient::drop(Link& link) {
  if (link.fd.get() < 0) return;
  places_.erase(link.fd.get());
  link.fd = proxy::Descriptor{};
  link.connecting = false;
  count_closed();
}

}  // namespace firedrill::drills
