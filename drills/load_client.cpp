// How libcurl is made to send each request on time and once.
#include "drills/load_client.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <new>
#include <utility>

#include <fmt/format.h>

namespace firedrill::drills {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int batch = 64;  // requests sent before sockets get their turn

bool exhausted(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EADDRNOTAVAIL;
}

bool is_reset(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_CLOSE;
}

}  // namespace

LoadClient::LoadClient(const RequesterParts& parts)
    : spec_{parts.spec},
      url_{parts.target},
      meter_{parts.meter},
      arrivals_{parts.spec, parts.seed},
      epoll_{parts.epoll},
      mark_{parts.mark},
      lateness_{parts.lateness},
      multi_{make_multi()} {
  if (!multi_) throw std::bad_alloc{};
  add_headers();
  CURLM* m = multi_.get();
  curl().multi_setopt(m, CURLMOPT_SOCKETFUNCTION, &LoadClient::watch);
  curl().multi_setopt(m, CURLMOPT_SOCKETDATA, this);
  curl().multi_setopt(m, CURLMOPT_TIMERFUNCTION, &LoadClient::set_timer);
  curl().multi_setopt(m, CURLMOPT_TIMERDATA, this);
  curl().multi_setopt(m, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  // How many to keep for reuse; the default depends on how many requests happen to be in flight.
  if (spec_.keep_alive)
    curl().multi_setopt(m, CURLMOPT_MAXCONNECTS,
                        static_cast<long>(std::min<std::uint64_t>(spec_.connections, 1U << 20U)));
}

void LoadClient::add_headers() {
  const auto add = [this](const std::string& line) {
    if (curl_slist* longer = curl().slist_append(headers_.get(), line.c_str())) {
      static_cast<void>(headers_.release());  // it is the longer one now
      headers_.reset(longer);
    }
  };
  if (!spec_.keep_alive) add("Connection: close");
  // What libcurl would add to a body by itself: a type that it does not know, and a question that takes a second.
  const auto given = [this](std::string_view name) {
    return std::any_of(spec_.request.headers.begin(), spec_.request.headers.end(), [&](const auto& header) {
      return curl().strequal(header.first.c_str(), std::string{name}.c_str()) != 0;
    });
  };
  if (spec_.request.has_length())
    for (const std::string_view name : {"Content-Type", "Expect"})
      if (!given(name)) add(std::string{name} + ":");
  for (const auto& [name, value] : spec_.request.headers) add(name + (value.empty() ? ";" : ": " + value));
}

LoadClient::~LoadClient() {
  for (Request& request : active_) curl().multi_remove_handle(multi_.get(), request.easy.get());
}

void LoadClient::ready(int descriptor, std::uint32_t events) {
  int what = 0;
  if ((events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
  if ((events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
  int running = 0;
  curl().multi_socket_action(multi_.get(), descriptor, what, &running);
  collect();
}

void LoadClient::turn(Time start, Time end) {
  send_due(start, end);
  if (timer_ <= Clock::now()) {
    timer_ = faults::never;
    int running = 0;
    curl().multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  }
  collect();
  expire();
  send_waiting();
}

Time LoadClient::wake(Time start, Time end) const {
  Time next = timer_;
  if (const Time due = start + arrivals_.next(); due < end) next = std::min(next, due);
  if (!active_.empty()) next = std::min(next, active_.front().due + spec_.timeout);
  if (!waiting_.empty()) next = std::min(next, waiting_.front() + spec_.timeout);
  return next;
}

void LoadClient::send_due(Time start, Time end) {
  for (int sent = 0; sent < batch; ++sent) {
    const Time due = start + arrivals_.next();
    const Time now = Clock::now();
    if (due >= end || due > now) return;
    arrivals_.pop();
    if (!waiting_.empty() || !room()) {
      waiting_.push_back(due);
      continue;
    }
    lateness_.record(now - due);
    send(due);
  }
}

void LoadClient::send_waiting() {
  while (!waiting_.empty() && room()) {
    send(waiting_.front());
    waiting_.pop_front();
  }
}

void LoadClient::send(Time due) {
  if (idle_.empty()) add_idle();
  Request& request = idle_.front();
  active_.splice(active_.end(), idle_, idle_.begin());
  request.due = due;
  request.sent = false;
  request.no_socket = 0;
  // The new handle sets libcurl's timer to now: the connection is dialled or reused in this turn or the next.
  if (!request.easy) return settle(request, "not_sent");
  give_body(request.easy.get());
  if (curl().multi_add_handle(multi_.get(), request.easy.get()) != CURLM_OK) settle(request, "not_sent");
}

void LoadClient::give_body(CURL* easy) {
  if (spec_.request.bodies.empty()) return;
  const std::string& body = *spec_.request.bodies[next_body_++ % spec_.request.bodies.size()];
  curl().easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
  curl().easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
}

void LoadClient::add_idle() {
  Request& request = idle_.emplace_back();
  request.client = this;
  request.place = std::prev(idle_.end());
  request.easy = plain_get(url_, spec_.timeout);
  CURL* e = request.easy.get();
  if (e == nullptr) return;
  curl().easy_setopt(e, CURLOPT_PRIVATE, &request);
  curl().easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, &LoadClient::open_socket);
  curl().easy_setopt(e, CURLOPT_OPENSOCKETDATA, &request);
  curl().easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, &LoadClient::close_socket);
  curl().easy_setopt(e, CURLOPT_CLOSESOCKETDATA, this);
  if (headers_) curl().easy_setopt(e, CURLOPT_HTTPHEADER, headers_.get());
  const std::string_view verb = spec_.request.verb();
  if (verb == "HEAD") curl().easy_setopt(e, CURLOPT_NOBODY, 1L);
  if (spec_.request.has_length() && spec_.request.bodies.empty()) {
    curl().easy_setopt(e, CURLOPT_POSTFIELDS, "");
    curl().easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t{0});
  }
  if (!spec_.request.method.empty()) curl().easy_setopt(e, CURLOPT_CUSTOMREQUEST, spec_.request.method.c_str());
  if (!spec_.keep_alive) {
    curl().easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
    curl().easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
    return;
  }
  curl().easy_setopt(e, CURLOPT_PREREQFUNCTION, &LoadClient::before_sending);
  curl().easy_setopt(e, CURLOPT_PREREQDATA, &request);
}

void LoadClient::collect() {
  int left = 0;
  while (const CURLMsg* message = curl().multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    void* found = nullptr;
    curl().easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &found);
    auto& request = *static_cast<Request*>(found);
    settle(request, error_of(request, code));
  }
}

void LoadClient::expire() {
  const Time latest = Clock::now() - spec_.timeout;
  while (!active_.empty() && active_.front().due <= latest) settle(active_.front(), "timeout");
  for (; !waiting_.empty() && waiting_.front() <= latest; waiting_.pop_front())
    meter_.record(waiting_.front(), Clock::now(), "timeout");
}

void LoadClient::settle(Request& request, std::string_view error) {
  const Time now = Clock::now();
  if (request.easy) curl().multi_remove_handle(multi_.get(), request.easy.get());
  const bool late = now - request.due > spec_.timeout && error != "not_sent";
  meter_.record(request.due, now, late ? "timeout" : error);
  if (request.easy)
    idle_.splice(idle_.begin(), active_, request.place);
  else
    active_.erase(request.place);
}

std::string LoadClient::error_of(const Request& request, CURLcode code) const {
  const int error = system_error(request.easy.get());
  switch (code) {
    case CURLE_OK: {
      const long answered = status(request.easy.get());
      return answered < 400 ? std::string{} : fmt::format("http_{}", answered);
    }
    case CURLE_OUT_OF_MEMORY:
      return "not_sent";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "unresolved";
    case CURLE_OPERATION_TIMEDOUT:
      return "timeout";
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return "closed";
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_COULDNT_CONNECT:
      if (request.sent) return request.was_reset ? "reset" : "closed";  // the second try, which was not allowed
      if (exhausted(request.no_socket) || exhausted(error)) return "not_sent";
      if (error == ECONNREFUSED) return "refused";
      if (error == ECONNRESET) return "reset";
      if (error == ETIMEDOUT) return "timeout";
      return "other";
    default:
      if (error == ECONNRESET || error == EPIPE) return "reset";
      // What libcurl makes of every sixth second try of a handle: it takes them for one request's, and gives up.
      if (code == CURLE_SEND_ERROR && request.sent) return last_death_was_reset_ ? "reset" : "closed";
      return "other";
  }
}

int LoadClient::watch(CURL*, curl_socket_t fd, int what, void* self, void* known) {
  auto& client = *static_cast<LoadClient*>(self);
  epoll_event event{};
  if (what == CURL_POLL_REMOVE) {
    ::epoll_ctl(client.epoll_, EPOLL_CTL_DEL, fd, &event);
    curl().multi_assign(client.multi_.get(), fd, nullptr);
    return 0;
  }
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  event.data.u64 = (std::uint64_t{client.mark_} << 32U) | static_cast<std::uint32_t>(fd);
  ::epoll_ctl(client.epoll_, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
  curl().multi_assign(client.multi_.get(), fd, self);
  return 0;
}

int LoadClient::set_timer(CURLM*, long milliseconds, void* self) {
  auto& timer = static_cast<LoadClient*>(self)->timer_;
  timer = milliseconds < 0 ? faults::never : Clock::now() + std::chrono::milliseconds{milliseconds};
  return 0;
}

curl_socket_t LoadClient::open_socket(void* request, curlsocktype, curl_sockaddr* address) {
  auto& r = *static_cast<Request*>(request);
  if (r.sent) {  // libcurl wants to try again what died on a reused connection, which it has just closed
    r.was_reset = r.client->last_death_was_reset_;
    return CURL_SOCKET_BAD;
  }
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) r.no_socket = errno;
  if (fd >= 0) r.client->count_opened();
  return fd;
}

int LoadClient::close_socket(void* self, curl_socket_t fd) {
  auto& client = *static_cast<LoadClient*>(self);
  client.last_death_was_reset_ = is_reset(fd);
  client.count_closed();
  return ::close(fd);
}

int LoadClient::before_sending(void* request, char*, char*, int, int) {
  auto& r = *static_cast<Request*>(request);
  if (!std::exchange(r.sent, true)) return CURL_PREREQFUNC_OK;
  r.was_reset = r.client->last_death_was_reset_;  // as in open_socket(), but there was another connection to reuse
  return CURL_PREREQFUNC_ABORT;
}

}  // namespace firedrill::drills
