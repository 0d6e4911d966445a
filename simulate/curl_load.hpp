// A load whose connections are held as libcurl holds them.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string_view>

#include "simulate/load.hpp"

namespace firedrill::simulate {

class CurlLoad final : public Load {
 public:
  explicit CurlLoad(LoadParts parts);
  ~CurlLoad() override;

 private:
  struct Request;
  using Active = std::list<std::unique_ptr<Request>>;

  void turn() override;
  std::size_t in_flight() const override { return active_.size() + waiting_.size(); }
  Time wake() const override;
  void close_all() override;

  bool room() const { return !spec_.keep_alive || active_.size() < spec_.connections; }
  void send(Time due);
  void answered(Request& request);
  void settle(Request& request, std::string_view error);

  std::size_t sent_ = 0;
  std::uint64_t made_ = 0;    // connections so far
  Active active_;             // by due time
  Active idle_;               // connections without a request, the oldest first
  Active spent_;              // gone with the next turn
  std::deque<Time> waiting_;  // due, but without a connection to go by
};

}  // namespace firedrill::simulate
