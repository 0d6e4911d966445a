// One load's requests, from due to recorded, on a libcurl multi handle. The thread that owns it watches the sockets and
// the clock.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <string_view>

#include "drills/arrivals.hpp"
#include "drills/curl.hpp"
#include "drills/requester.hpp"

namespace firedrill::drills {

class LoadClient final : public Requester {
 public:
  explicit LoadClient(const RequesterParts& parts);
  ~LoadClient() override;

  void ready(int descriptor, std::uint32_t events) override;
  void turn(Time start, Time end) override;
  Time wake(Time start, Time end) const override;
  std::size_t in_flight() const override { return active_.size() + waiting_.size(); }
  bool over(Time start, Time end) const override { return in_flight() == 0 && start + arrivals_.next() >= end; }

 private:
  struct Request {
    Easy easy;  // null when there was none to be had
    std::list<Request>::iterator place;
    Time due{};
    LoadClient* client = nullptr;
    bool sent = false;       // with keep_alive only
    bool was_reset = false;  // how its connection died, where libcurl wanted to try again
    int no_socket = 0;       // errno
  };
  using List = std::list<Request>;

  bool room() const { return !spec_.keep_alive || active_.size() < spec_.connections; }
  void send_due(Time start, Time end);
  void send_waiting();
  void send(Time due);
  void add_idle();
  void add_headers();
  void give_body(CURL* easy);
  void collect();
  void expire();
  void settle(Request& request, std::string_view error);
  std::string error_of(const Request& request, CURLcode code) const;

  static int watch(CURL*, curl_socket_t fd, int what, void* self, void* known);
  static int set_timer(CURLM*, long milliseconds, void* self);
  static curl_socket_t open_socket(void* request, curlsocktype, curl_sockaddr* address);
  static int close_socket(void* self, curl_socket_t fd);
  static int before_sending(void* request, char*, char*, int, int);

  LoadSpec spec_;
  std::string url_;
  LoadMeter& meter_;
  Arrivals arrivals_;
  int epoll_;
  std::uint32_t mark_;
  faults::SharedHistogram& lateness_;
  Time timer_ = faults::never;         // libcurl's
  bool last_death_was_reset_ = false;  // of the socket closed last
  Headers headers_;
  std::size_t next_body_ = 0;
  Multi multi_;
  List active_;               // by due time, as they are sent in order
  List idle_;                 // handles for later
  std::deque<Time> waiting_;  // due, but without a connection to go by
};

}  // namespace firedrill::drills
