// One load's requests over sockets of its own, where the drill says how connections are held, or what is said over
// them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "drills/arrivals.hpp"
#include "drills/client_pool.hpp"
#include "drills/dialled.hpp"
#include "drills/reply.hpp"
#include "drills/requester.hpp"
#include "proxy/descriptor.hpp"

namespace firedrill::drills {

class SocketClient final : public Requester {
 public:
  explicit SocketClient(const RequesterParts& parts);
  ~SocketClient() override;

  void ready(int descriptor, std::uint32_t events) override;
  void turn(Time start, Time end) override;
  Time wake(Time start, Time end) const override;
  std::size_t in_flight() const override { return active_.size(); }
  bool over(Time start, Time end) const override { return active_.empty() && start + arrivals_.next() >= end; }

 private:
  using Connection = ClientPool::Connection;
  using Request = ClientPool::Request;

  struct Link {
    proxy::Descriptor fd;
    std::size_t address = 0;  // which one is dialled
    bool connecting = false;
    std::optional<Request> request;  // none: idle
    const std::string* bytes = nullptr;
    std::size_t sent = 0;
    bool begun = false;  // the reply knows of the request
    int unsent = 0;      // errno: the rest cannot be sent any more
    std::unique_ptr<Reply> reply;
  };
  class Worker;
  struct Place {
    std::size_t worker;
    Connection connection;
  };
  struct Active {
    Time due;
    std::size_t worker;
    std::optional<Connection> connection;  // none: it waits for one
  };

  void send_due(Time start, Time end);
  void expire();
  void work();
  void move(const Place& place);
  /// False when the link is not of use any more.
  bool dial(const Place& place, Link& link);
  bool write(const Place& place, Link& link);
  void read(const Place& place, Link& link);
  void received(const Place& place, Link& link, Reply::State state);
  void fail(const Place& place, std::string_view error) { done(place, error, false); }
  void done(const Place& place, std::string_view error, bool reusable);
  void settle(Request request, std::string_view error);
  void drop(Link& link);
  Link& link_at(const Place& place);

  const LoadSpec spec_;
  LoadMeter& meter_;
  Arrivals arrivals_;
  const int epoll_;
  const std::uint32_t mark_;
  faults::SharedHistogram& lateness_;
  std::vector<SocketAddress> addresses_;
  std::vector<std::string> requests_;  // they take turns
  std::vector<std::unique_ptr<Worker>> workers_;
  Request next_ = 0;
  std::map<Request, Active> active_;  // in the order they were due
  std::unordered_map<int, Place> places_;
  std::deque<Place> to_move_;  // something to do that no socket will tell of
  std::vector<char> buffer_;
};

}  // namespace firedrill::drills
