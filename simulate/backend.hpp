// The embedded backend in virtual time: the same parser, the same service times, the same queue for so many workers.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string_view>
#include <vector>

#include "drills/drill.hpp"
#include "drills/request_parser.hpp"
#include "drills/service.hpp"
#include "simulate/wire.hpp"

namespace firedrill::simulate {

class Backend final : public Place {
 public:
  Backend(Agenda& agenda, const drills::BackendSpec& spec, faults::Seed seed);
  ~Backend() override;

  std::optional<Plug> connect() override;

 private:
  struct Session;

  void turn(Session& session);
  void parse(Session& session, std::string_view bytes);
  void serve(Session& session);
  void served(Session& session);
  void answer(Session& session, unsigned status, std::uint64_t body);
  void write(Session& session);
  void written(Session& session);
  void drop(Session& session);
  void drop_idle(Session& session);
  void lay_out(Session& session);
  void bury();

  Agenda& agenda_;
  const drills::BackendSpec spec_;
  const drills::ServiceTimes times_;
  std::uint64_t requests_ = 0, in_service_ = 0;
  std::list<Session> sessions_;
  std::deque<Session*> queue_;
  std::vector<std::list<Session>::iterator> dead_;
  Alarm bury_;
};

}  // namespace firedrill::simulate
