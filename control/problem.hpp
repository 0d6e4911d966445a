// Refusals: thrown where they are found, answered as problem details (RFC 9457).
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "control/http.hpp"
#include "faults/problems.hpp"
#include "proxy/endpoint.hpp"

namespace firedrill::control {

/// Carries the HTTP status that it is answered with. what() says what is wrong and what to do.
class Refusal : public std::runtime_error {
 public:
  Refusal(unsigned http_status, const std::string& what) : std::runtime_error{what}, status{http_status} {}
  unsigned status;
};

/// The address is taken, or none of this machine's.
class CannotListen : public Refusal {
 public:
  CannotListen(proxy::Endpoint at, const std::system_error& error)
      : Refusal{409, error.what()}, listen{std::move(at)}, code{error.code()} {}
  proxy::Endpoint listen;
  std::error_code code;
};

Response problem(unsigned status, const std::string& detail);
/// 400, with `errors`: [{"pointer": "/delay", "detail": "…"}].
Response problem(const faults::Problems& problems);

}  // namespace firedrill::control
