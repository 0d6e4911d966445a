// Connections, their requests, and the queue for the workers that this backend pretends to have.
#include "drills/backend.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <list>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <asio/post.hpp>

#include "drills/backend_session.hpp"
#include "drills/listen.hpp"
#include "drills/service.hpp"
#include "proxy/socket.hpp"

namespace firedrill::drills {
namespace {

using faults::Time;
using proxy::Moved;
using Socket = BackendSocket;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t chunk = 16 * 1024;
constexpr std::size_t early_limit = 64 * 1024;  // pipelined bytes kept while an answer is due; more stay in the kernel
constexpr Duration farewell_limit = 5s;         // for a client to close after our FIN

using Session = BackendSession;
using Ptr = Session::Ptr;
using State = Session::State;

}  // namespace

class Backend::House : public std::enable_shared_from_this<House> {  // its handlers outlive the Backend
 public:
  House(asio::io_context& context, const BackendSpec& spec, faults::Seed seed, Duration idle_limit)
      : context_{context},
        acceptor_{context},
        pause_{context},
        sweep_{context},
        spec_{spec},
        times_{spec, seed},
        idle_limit_{idle_limit},
        buffer_(chunk) {
    const bool has_body = spec.status != 204 && spec.status != 304;
    const std::uint64_t body = has_body ? spec.body : 0;
    body_.assign(static_cast<std::size_t>(std::min<std::uint64_t>(body, chunk)), 'x');
    for (const bool keep : {false, true}) {
      heads_[keep] = answer_head(spec.status, body, keep);
      answers_[keep] = heads_[keep] + body_;
    }
    rest_ = body - body_.size();
  }

  void open() {
    try {
      spec_.listen = listen(acceptor_, context_, spec_.listen);
    } catch (const std::system_error& error) {
      throw std::system_error{error.code(), fmt::format("backend \"{}\": listen {}", spec_.name, spec_.listen.text())};
    }
    accept();
    sweep();
  }

  void close() {
    if (!std::exchange(open_, false)) return;
    asio::error_code ignored;
    acceptor_.close(ignored);
    if (spec_.listen.is_unix()) ::unlink(spec_.listen.path.c_str());
    pause_.cancel();
    sweep_.cancel();
    queue_.clear();
    for (const Ptr& s : std::exchange(sessions_, {})) {
      s->state = State::closed;
      s->service.cancel();
      s->socket.close(ignored);
    }
  }

  asio::io_context& context() { return context_; }
  const proxy::Endpoint& endpoint() const { return spec_.listen; }

  struct Cells {
    std::atomic<std::uint64_t> connections{0}, served{0}, gone{0}, bad{0}, in_service{0}, in_service_max{0}, waiting{0},
        waiting_max{0}, accept_pauses{0};
  };
  Cells cells;

 private:
  void accept() {
    acceptor_.async_accept([self = shared_from_this()](asio::error_code error, Socket socket) {
      if (!self->open_) return;
      if (error) return self->pause();
      self->welcome(std::move(socket));
      self->accept();
    });
  }

  // Out of descriptors, most likely. The connection stays in the backlog, so that trying again at once would spin.
  void pause() {
    ++cells.accept_pauses;
    pause_.expires_after(100ms);
    pause_.async_wait([self = shared_from_this()](asio::error_code error) {
      if (!error && self->open_) self->accept();
    });
  }

  void welcome(Socket&& socket) {
    ++cells.connections;
    if (!spec_.listen.is_unix()) proxy::set_no_delay(socket.native_handle());
    const auto session = std::make_shared<Session>(std::move(socket), context_);
    sessions_.insert(session);
    watch(session);
  }

  /// Reads when there is something to read, in every state: only reading shows that a client has left.
  void watch(const Ptr& s) {
    if (s->listening || s->ended || s->state == State::closed || s->early.size() >= early_limit) return;
    s->listening = true;
    s->socket.async_wait(Socket::wait_read, [self = shared_from_this(), s](asio::error_code error) {
      s->listening = false;
      if (s->state == State::closed) return;
      if (error) return self->drop(s);
      self->read(s);
    });
  }

  void read(const Ptr& s) {
    const Moved moved = proxy::receive(s->socket.native_handle(), buffer_.data(), buffer_.size());
    if (moved.what == Moved::What::broken) return drop(s);
    if (moved.what == Moved::What::end) {
      s->ended = true;
      if (s->state != State::serving && s->state != State::writing) drop(s);
      return;
    }
    if (moved.what == Moved::What::bytes) {
      s->moved = Clock::now();
      const std::string_view bytes{buffer_.data(), moved.bytes};
      if (s->state == State::reading)
        parse(s, bytes);
      else if (s->state != State::leaving)
        s->early += bytes;
    }
    watch(s);
  }

  void parse(const Ptr& s, std::string_view bytes) {
    const Session::Parsed parsed = s->parse(bytes);
    if (parsed == Session::Parsed::part) return;
    if (parsed == Session::Parsed::too_large) return refuse(s, 431);
    if (parsed == Session::Parsed::malformed || s->is(HTTP_CONNECT)) return refuse(s, 400);
    s->ordinal = requests_++;
    if (spec_.concurrency && cells.in_service >= *spec_.concurrency) {
      s->state = State::waiting;
      s->place = queue_.insert(queue_.end(), s);
      raise(cells.waiting_max, ++cells.waiting);
    } else {
      serve(s);
    }
  }

  void serve(const Ptr& s) {
    s->state = State::serving;
    raise(cells.in_service_max, ++cells.in_service);
    s->service.expires_after(times_.of(s->ordinal));
    s->service.async_wait([self = shared_from_this(), s](asio::error_code) {
      if (self->open_) self->served(s);
    });
  }

  void served(const Ptr& s) {
    --cells.in_service;
    if (!queue_.empty()) {
      const Ptr next = queue_.front();
      queue_.pop_front();
      --cells.waiting;
      serve(next);
    }
    if (s->state == State::closed) {
      ++cells.gone;
      sessions_.erase(s);
      return;
    }
    ++cells.served;
    const bool bodiless = s->is(HTTP_HEAD);
    s->keep = s->keep && !(s->ended && s->early.empty());
    s->out = (bodiless ? heads_ : answers_)[s->keep];
    s->out_body = bodiless ? 0 : rest_;
    s->state = State::writing;
    write(s);
  }

  void refuse(const Ptr& s, unsigned status) {
    static const std::string bad_request = answer_head(400, 0, false), too_large = answer_head(431, 0, false);
    ++cells.bad;
    s->keep = false;
    s->out = status == 431 ? too_large : bad_request;
    s->out_body = 0;
    s->state = State::writing;
    write(s);
  }

  void write(const Ptr& s) {
    // A few chunks a turn: one greedy reader may not keep the thread from the others.
    for (int turn = 0; turn < 16 && !(s->out.empty() && s->out_body == 0); ++turn) {
      if (s->out.empty()) {
        s->out = std::string_view{body_}.substr(
            0, static_cast<std::size_t>(std::min<std::uint64_t>(s->out_body, body_.size())));
        s->out_body -= s->out.size();
      }
      const Moved moved = proxy::send(s->socket.native_handle(), s->out);
      if (moved.what == Moved::What::later) break;
      if (moved.what != Moved::What::bytes) return drop(s);
      s->out.remove_prefix(moved.bytes);
      s->moved = Clock::now();
    }
    if (s->out.empty() && s->out_body == 0) return written(s);
    s->socket.async_wait(Socket::wait_write, [self = shared_from_this(), s](asio::error_code error) {
      if (s->state == State::closed) return;
      if (error) return self->drop(s);
      self->write(s);
    });
  }

  void written(const Ptr& s) {
    if (!s->keep) {
      // Closing with unread bytes would reset the connection and might take the answer with it: the client closes
      // first.
      proxy::finish_sending(s->socket.native_handle());
      s->early.clear();
      s->state = State::leaving;
      if (s->ended) drop(s);
      return watch(s);
    }
    s->state = State::reading;
    s->resume();
    if (!s->early.empty()) parse(s, std::exchange(s->early, {}));
    if (s->ended && s->state == State::reading) return drop(s);
    watch(s);
  }

  void drop(const Ptr& s) {
    const State was = std::exchange(s->state, State::closed);
    asio::error_code ignored;
    s->socket.close(ignored);
    if (was == State::waiting) {
      ++cells.gone;
      --cells.waiting;
      queue_.erase(s->place);
    }
    if (was != State::serving) sessions_.erase(s);  // else served() does: the slot is taken until then
  }

  void sweep() {
    sweep_.expires_after(std::min<Duration>(idle_limit_ / 4, 1s));
    sweep_.async_wait([self = shared_from_this()](asio::error_code error) {
      if (error || !self->open_) return;
      self->drop_idle(Clock::now());
      self->sweep();
    });
  }

  void drop_idle(Time now) {
    std::vector<Ptr> idle;
    for (const Ptr& s : sessions_) {
      const Duration limit = s->state == State::leaving ? std::min(idle_limit_, farewell_limit) : idle_limit_;
      const bool ours = s->state == State::waiting || s->state == State::serving || s->state == State::closed;
      if (!ours && now - s->moved > limit) idle.push_back(s);
    }
    for (const Ptr& s : idle) drop(s);
  }

  static void raise(std::atomic<std::uint64_t>& most, std::uint64_t value) {
    if (value > most) most = value;
  }

  asio::io_context& context_;
  Acceptor acceptor_;
  BackendTimer pause_, sweep_;
  BackendSpec spec_;
  ServiceTimes times_;
  Duration idle_limit_;
  std::string body_;                            // the body, or a chunk of a large one
  std::array<std::string, 2> heads_, answers_;  // without and with body_; by keep
  std::uint64_t rest_ = 0;                      // of a large body, behind body_
  std::vector<char> buffer_;                    // for every read: bytes never stay in it
  bool open_ = true;
  std::uint64_t requests_ = 0;
  std::unordered_set<Ptr> sessions_;
  std::list<Ptr> queue_;
};

Backend::Backend(asio::io_context& context, const BackendSpec& spec, faults::Seed seed, Duration idle_limit)
    : house_{std::make_shared<House>(context, spec, seed, idle_limit)} {
  house_->open();
}

Backend::~Backend() { stop(); }

const proxy::Endpoint& Backend::endpoint() const { return house_->endpoint(); }

Backend::Figures Backend::figures() const {
  const House::Cells& c = house_->cells;
  return {c.connections,    c.served,  c.gone,        c.bad,          c.in_service,
          c.in_service_max, c.waiting, c.waiting_max, c.accept_pauses};
}

void Backend::stop() {
  asio::post(house_->context(), [house = house_] { house->close(); });
}

}  // namespace firedrill::drills
