// The one source that knows Boost.Beast. One thread does all I/O, so that sessions need no locks; handlers run on a
// pool.
#include "control/server.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <list>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http.hpp>

namespace firedrill::control {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

class Session;
using Sessions = std::list<std::shared_ptr<Session>>;  // the longest idle first

/// What all sessions have together.
struct Hall {
  explicit Hall(Server::Handler h, ServerLimits l) : handler{std::move(h)}, limits{l}, pool{l.threads} {}

  const Server::Handler handler;
  const ServerLimits limits;
  asio::io_context context{1};
  Sessions sessions;
  asio::thread_pool pool;
};

Response plain_error(unsigned status, std::string_view what) {
  return {status, "application/problem+json",
          fmt::format(R"({{"type":"about:blank","title":"{}","status":{},"detail":"{}"}})", reason_of(status), status,
                      what) +
              "\n"};
}

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Hall& hall, tcp::socket socket)
      : hall_{hall}, socket_{std::move(socket)}, deadline_{hall.context, asio::steady_timer::time_point::max()} {
    error_code ignored;
    const auto peer = socket_.remote_endpoint(ignored);
    peer_ = fmt::format("{}{}{}:{}", peer.address().is_v6() ? "[" : "", peer.address().to_string(),
                        peer.address().is_v6() ? "]" : "", peer.port());
    socket_.set_option(tcp::no_delay{true}, ignored);
  }

  Sessions::iterator place;
  /// What it waits for; whoever waits for its client may have to give way.
  enum class Waits : std::uint8_t { for_a_request, for_the_rest_of_it, for_news, for_us };
  Waits waits() const { return waits_; }

  /// Waits for a request's first bytes, for as long as a connection may be idle; then for the rest of it.
  void read() {
    waits_ = Waits::for_a_request;
    hall_.sessions.splice(hall_.sessions.end(), hall_.sessions, place);
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(hall_.limits.head));
    parser_->body_limit(hall_.limits.body);
    if (buffer_.size() > 0) return read_request();
    end_after(hall_.limits.idle);
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code error) {
      if (error || self->closed_) return self->close();
      self->read_request();
    });
  }

  void answer(Response response) {
    auto& message = message_.emplace();
    message.version(parser_->get().version());
    message.result(response.status);
    message.reason(reason_of(response.status));
    message.set(http::field::server, "firedrill");
    for (const auto& [name, value] : response.headers) message.set(name, value);
    if (!response.body.empty() && !response.type.empty()) message.set(http::field::content_type, response.type);
    waits_ = Waits::for_us;
    feed_ = std::move(response.feed);
    keep_ = keep_ && !feed_;
    message.keep_alive(keep_);
    message.body() = std::move(response.body);
    if (response.status != 204 && !feed_) message.content_length(message.body().size());
    end_after(hall_.limits.write);
    const bool head = parser_->get().method() == http::verb::head;
    auto written = [self = shared_from_this()](error_code error, std::size_t) {
      if (error || self->closed_) return self->close();
      if (self->feed_) return self->follow();
      if (!self->keep_) return self->leave();
      self->read();
    };
    if (head) {
      feed_ = nullptr;
      serializer_.emplace(message);
      serializer_->split(true);
      http::async_write_header(socket_, *serializer_, std::move(written));
    } else {
      http::async_write(socket_, message, std::move(written));
    }
  }

  void refuse(unsigned status, std::string_view what) {
    keep_ = false;
    if (!parser_) parser_.emplace();
    answer(plain_error(status, what));
  }

  /// What was done before, and whose handler runs only afterwards, finds `closed_` and goes no further.
  void close() {
    if (std::exchange(closed_, true)) return;
    error_code ignored;
    socket_.close(ignored);
    deadline_.cancel();
    hall_.sessions.erase(place);
  }

 private:
  // What goes on is cancelled then.
  void end_after(std::chrono::milliseconds limit) {
    late_ = false;
    deadline_.expires_after(limit);
    deadline_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (cancelled || self->closed_ || self->deadline_.expiry() > asio::steady_timer::clock_type::now()) return;
      self->late_ = true;
      error_code ignored;
      self->socket_.cancel(ignored);
    });
  }

  void read_request() {
    waits_ = Waits::for_the_rest_of_it;
    end_after(hall_.limits.read);
    http::async_read_header(socket_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error || self->closed_ || self->parser_->is_done()) return self->have_read(error);
      self->invite();
      http::async_read(self->socket_, self->buffer_, *self->parser_,
                       [self](error_code e, std::size_t) { self->have_read(e); });
    });
  }

  // Whoever waits to be told that its body is welcome is told so.
  void invite() {
    if (!parser_->is_header_done() || !beast::iequals(parser_->get()[http::field::expect], "100-continue")) return;
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    error_code ignored;  // an empty socket buffer takes 25 bytes at once; if it does not, the client goes on unasked
    socket_.non_blocking(true, ignored);
    socket_.send(asio::buffer(go_on), 0, ignored);
  }

  void have_read(error_code error) {
    if (closed_) return;
    if (error) return give_up(error);
    waits_ = Waits::for_us;
    auto& message = parser_->get();
    keep_ = message.keep_alive();
    Request request;
    request.method = std::string{message.method_string()};
    request.target = std::string{message.target()};
    for (const auto& field : message) request.headers.emplace_back(field.name_string(), field.value());
    request.body = std::move(message.body());
    request.peer = peer_;
    deadline_.cancel();
    asio::post(hall_.pool, [self = shared_from_this(), request = std::move(request)] {
      Response response;
      try {
        response = self->hall_.handler(request);
      } catch (const std::exception& problem) {
        spdlog::error("{} {}: {}", request.method, request.target, problem.what());
        response = plain_error(500, "this is a mistake of firedrill's; its log says more");
      }
      asio::post(self->hall_.context, [self, response = std::move(response)]() mutable {
        if (!self->closed_) self->answer(std::move(response));
      });
    });
  }

  // A client that was slow or wrong is told so, as far as it can be.
  void give_up(error_code error) {
    if (error == http::error::body_limit)
      return refuse(413, fmt::format("the body has more than {} bytes", hall_.limits.body));
    if (error == http::error::header_limit)
      return refuse(431, fmt::format("request line and headers have more than {} bytes", hall_.limits.head));
    if (late_) return refuse(408, fmt::format("the request took more than {} ms to come", hall_.limits.read.count()));
    if (error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message)
      return refuse(400, "this is no HTTP request: " + error.message());
    close();
  }

  // Server-sent events and the like: looked for ten times a second, with a word now and then so that whoever left is
  // noticed and nobody in between gives up.
  void follow() {
    waits_ = Waits::for_news;
    last_word_ = asio::steady_timer::clock_type::now();
    watch_for_end();
    feed_some();
  }

  void feed_some() {
    if (closed_) return;
    text_ = feed_();
    const auto now = asio::steady_timer::clock_type::now();
    if (text_.empty() && now - last_word_ > std::chrono::seconds{15}) text_ = ": still here\n\n";
    if (text_.empty()) {
      deadline_.expires_after(std::chrono::milliseconds{100});
      deadline_.async_wait([self = shared_from_this()](error_code cancelled) {
        if (!cancelled) self->feed_some();
      });
      return;
    }
    last_word_ = now;
    end_after(hall_.limits.write);
    asio::async_write(socket_, asio::buffer(text_), [self = shared_from_this()](error_code error, std::size_t) {
      if (error || self->closed_) return self->close();
      self->feed_some();
    });
  }

  void watch_for_end() {
    buffer_.clear();
    socket_.async_read_some(buffer_.prepare(512), [self = shared_from_this()](error_code error, std::size_t) {
      if (error == asio::error::operation_aborted) return;  // a write that was too slow: it closes
      if (error || self->closed_) return self->close();
      self->watch_for_end();
    });
  }

  // The answer must not be lost to an RST that unread bytes would cause: the end is told, and what still comes is
  // read for a moment.
  void leave() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    end_after(std::chrono::seconds{1});
    drain();
  }

  void drain() {
    buffer_.clear();
    socket_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code error, std::size_t) {
      if (error || self->closed_) return self->close();
      self->drain();
    });
  }

  Hall& hall_;
  tcp::socket socket_;
  asio::steady_timer deadline_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> message_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  std::function<std::string()> feed_;
  std::string text_;  // being written
  asio::steady_timer::time_point last_word_{};
  std::string peer_;
  Waits waits_ = Waits::for_a_request;
  bool keep_ = true, late_ = false, closed_ = false;
};

}  // namespace

struct Server::State : Hall {
  using Hall::Hall;

  void accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      // Closed: also for one that was let in just before, whose turn comes only now.
      if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
      if (error && (!is_want_of_descriptors(error) || !spend_spare())) return pause(error);
      if (!error) welcome(std::move(socket));
      accept();
    });
  }

  // Links may take every descriptor there is; whoever wants to heal must get in all the same.
  bool spend_spare() {
    if (spare.empty()) return false;
    ::close(spare.back());
    spare.pop_back();
    return true;
  }
  void fill_spare() {
    while (spare.size() < most_spare) {
      const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
      if (fd < 0) return;
      spare.push_back(fd);
    }
  }
  static bool is_want_of_descriptors(error_code error) { return error.value() == EMFILE || error.value() == ENFILE; }

  void welcome(tcp::socket socket) {
    fill_spare();
    auto session = std::make_shared<Session>(*this, std::move(socket));
    session->place = sessions.insert(sessions.end(), session);
    if (sessions.size() <= limits.connections) return session->read();
    if (const auto gone = longest_waiting(*session); gone) {
      gone->close();
      return session->read();
    }
    session->refuse(503, "too many connections to the control port");
  }

  // Nobody may keep others from healing by coming in numbers: neither by saying nothing, nor by the byte, nor by
  // listening.
  std::shared_ptr<Session> longest_waiting(const Session& newcomer) const {
    using Waits = Session::Waits;
    for (const Waits kind : {Waits::for_a_request, Waits::for_the_rest_of_it, Waits::for_news})
      for (const auto& one : sessions)
        if (one.get() != &newcomer && one->waits() == kind) return one;
    return nullptr;
  }

  void pause(error_code error) {
    spdlog::warn("control port: accept: {}", error.message());
    retry.expires_after(std::chrono::milliseconds{100});
    retry.async_wait([this](error_code cancelled) {
      if (!cancelled) accept();
    });
  }

  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  tcp::acceptor acceptor{context};
  asio::steady_timer retry{context};
  static constexpr std::size_t most_spare = 8;
  std::vector<int> spare;  // descriptors that are held for clients of this port
  std::thread thread;
};

namespace {

// Where descriptors are few, those who watch must not take them from the proxies.
ServerLimits within_reason(ServerLimits limits) {
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0)
    limits.connections = std::min(limits.connections, std::max<std::size_t>(16, descriptors.rlim_cur / 8));
  return limits;
}

}  // namespace

Server::Server(const proxy::Endpoint& listen, Handler handler, ServerLimits limits)
    : state_{std::make_unique<State>(std::move(handler), within_reason(limits))} {
  try {
    const tcp::endpoint address{asio::ip::make_address(listen.host), listen.port};
    state_->acceptor.open(address.protocol());
    state_->acceptor.set_option(tcp::acceptor::reuse_address{true});
    state_->acceptor.bind(address);
    state_->acceptor.listen();
    state_->fill_spare();
  } catch (const boost::system::system_error& error) {
    throw std::system_error{error.code().value(), std::system_category(), "control port " + listen.text()};
  }
  state_->accept();
  state_->thread = std::thread{[state = state_.get()] {
    pthread_setname_np(pthread_self(), "firedrill-http");
    state->context.run();
  }};
}

Server::~Server() {
  asio::post(state_->context, [state = state_.get()] {
    error_code ignored;
    state->acceptor.close(ignored);
    state->retry.cancel();
    while (!state->sessions.empty()) std::shared_ptr {
        state->sessions.front()
        } -> close();
  });
  state_->pool.join();
  state_->guard.reset();
  state_->thread.join();
  while (state_->spend_spare()) {
  }
}

std::uint16_t Server::port() const { return state_->acceptor.local_endpoint().port(); }

}  // namespace firedrill::control
