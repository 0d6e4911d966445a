// Names become addresses, requests become bytes.
#include "drills/dialled.hpp"

#include <netdb.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "proxy/endpoint.hpp"

namespace firedrill::drills {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

}  // namespace

std::vector<SocketAddress> addresses_of(const std::string& address) {
  const auto endpoint = proxy::Endpoint::parse(address);
  if (!endpoint) throw std::runtime_error{fmt::format("{} is no address", address)};
  if (const auto numeric = endpoint->numeric()) return {*numeric};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(endpoint->host.c_str(), std::to_string(endpoint->port).c_str(), &hints, &found);
      error != 0)
    throw std::runtime_error{fmt::format("{}: {}", address, ::gai_strerror(error))};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned{found, &::freeaddrinfo};
  std::vector<SocketAddress> all;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) all.emplace_back(one->ai_addr, one->ai_addrlen);
  return all;
}

HttpPlace http_place(std::string url) {
  constexpr std::string_view scheme = "http://";
  if (url.starts_with(scheme)) url.erase(0, scheme.size());
  url.erase(std::min(url.find('#'), url.size()));
  HttpPlace place;
  place.host = url.substr(0, url.find_first_of("/?"));
  place.path = url.substr(place.host.size());
  if (!place.path.starts_with('/')) place.path.insert(0, "/");
  const auto given = proxy::Endpoint::parse(place.host);
  place.address = given && given->port != 0 ? place.host : place.host + ":80";
  return place;
}

std::vector<std::string> http_requests(const HttpPlace& place, const RequestSpec& request, bool keep_alive) {
  std::string head = fmt::format("{} {} HTTP/1.1\r\n", request.verb(), place.path);
  const auto unless_given = [&](std::string_view name, std::string_view value) {
    const bool given = std::any_of(request.headers.begin(), request.headers.end(),
                                   [&](const auto& header) { return same_name(header.first, name); });
    if (!given) head += fmt::format("{}: {}\r\n", name, value);
  };
  unless_given("Host", place.host);
  unless_given("User-Agent", "firedrill");
  unless_given("Accept", "*/*");
  for (const auto& [name, value] : request.headers) head += fmt::format("{}: {}\r\n", name, value);
  if (!keep_alive) head += "Connection: close\r\n";
  if (request.bodies.empty()) return {head + (request.has_length() ? "Content-Length: 0\r\n\r\n" : "\r\n")};
  std::vector<std::string> all;
  for (const auto& body : request.bodies)
    all.push_back(fmt::format("{}Content-Length: {}\r\n\r\n{}", head, body->size(), *body));
  return all;
}

}  // namespace firedrill::drills
