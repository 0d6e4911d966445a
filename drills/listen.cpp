// Sockets that listen.
#include "drills/listen.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <system_error>
#include <vector>

#include <asio/ip/tcp.hpp>

#include "proxy/socket.hpp"

namespace firedrill::drills {
namespace {

constexpr int backlog = 4096;

std::vector<asio::generic::stream_protocol::endpoint> addresses(asio::io_context& context, const proxy::Endpoint& at,
                                                                asio::error_code& error) {
  if (const auto numeric = at.numeric()) return {*numeric};
  std::vector<asio::generic::stream_protocol::endpoint> all;
  asio::ip::tcp::resolver resolver{context};
  for (const auto& found : resolver.resolve(at.host, std::to_string(at.port), asio::ip::resolver_base::passive, error))
    all.emplace_back(found.endpoint());
  return all;
}

void try_listen(Acceptor& acceptor, const asio::generic::stream_protocol::endpoint& at, asio::error_code& error) {
  acceptor.open(at.protocol(), error);
  if (!error && at.protocol().family() != AF_UNIX) acceptor.set_option(asio::socket_base::reuse_address{true}, error);
  if (!error) acceptor.bind(at, error);
  if (!error) acceptor.listen(backlog, error);
  asio::error_code ignored;
  if (error) acceptor.close(ignored);
}

/// Asio's category for system errors is one of its own, that compares to no std::errc.
std::error_code standard(const asio::error_code& error) {
  return error.category() == asio::error::get_system_category() ? std::error_code{error.value(), std::system_category()}
                                                                : error;
}

}  // namespace

proxy::Endpoint listen(Acceptor& acceptor, asio::io_context& context, proxy::Endpoint at) {
  asio::error_code error;
  for (const auto& address : addresses(context, at, error)) {
    error.clear();
    try_listen(acceptor, address, error);
    if (error == asio::error::address_in_use && at.is_unix() && proxy::remove_stale_socket(at.path)) {
      error.clear();
      try_listen(acceptor, address, error);
    }
    if (!error) break;
  }
  if (error) throw std::system_error{standard(error)};
  if (at.is_unix()) return at;
  // The port lies in the same place for IPv4 and IPv6.
  const auto local = acceptor.local_endpoint();
  at.port = ntohs(reinterpret_cast<const sockaddr_in*>(local.data())->sin_port);
  return at;
}

}  // namespace firedrill::drills
