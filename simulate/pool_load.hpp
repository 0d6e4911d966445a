// A load whose drill says how connections are held: by the pool that a run's own sockets have.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "drills/client_pool.hpp"
#include "simulate/load.hpp"

namespace firedrill::simulate {

class PoolLoad final : public Load {
 public:
  explicit PoolLoad(LoadParts parts);
  ~PoolLoad() override;

 private:
  using Connection = drills::ClientPool::Connection;
  using Request = drills::ClientPool::Request;
  class Worker;
  struct Active {
    Time due;
    std::size_t worker;
    std::optional<Connection> connection;  // none: it waits for one
  };

  void turn() override;
  std::size_t in_flight() const override { return active_.size(); }
  Time wake() const override;
  void close_all() override;

  void expire();
  void answered(std::size_t worker, Connection connection);
  void settle(Request request, std::string_view error);
  std::size_t open() const;

  std::vector<std::unique_ptr<Worker>> workers_;
  Request next_ = 0;
  std::map<Request, Active> active_;  // in the order they were due
};

}  // namespace firedrill::simulate
