// By libcurl or by sockets.
#include "drills/requester.hpp"

#include "drills/load_client.hpp"
#include "drills/socket_client.hpp"

namespace firedrill::drills {

std::unique_ptr<Requester> make_requester(const RequesterParts& parts) {
  if (parts.spec.keep || !parts.spec.tcp.text.empty()) return std::make_unique<SocketClient>(parts);
  return std::make_unique<LoadClient>(parts);
}

}  // namespace firedrill::drills
