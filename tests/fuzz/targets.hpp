// What is fuzzed. Each target is one function, so that libFuzzer and the ordinary tests call the same thing.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace firedrill::fuzz {

using Input = std::span<const std::uint8_t>;

/// A law did not hold. Nobody catches it: libFuzzer keeps the input, GoogleTest says which corpus file it was.
struct Broken : std::logic_error {
  using std::logic_error::logic_error;
};

inline void require(bool holds, const char* law) {
  if (!holds) throw Broken{law};
}
/// With what was seen, which is put into words only once it is wrong.
template <typename Seen>
requires std::is_invocable_r_v<std::string, Seen>
void require(bool holds, const char* law, Seen seen) {
  if (!holds) throw Broken{std::string{law} + ": " + seen()};
}

/// Whether the input is worth a place in a corpus.
enum class Worth : std::uint8_t { nothing, keeping };

/// The bytes are a drill file: read, judged, outlined and spread over time, as `check` and `run --dry-run` do.
Worth drill_file(Input input);
/// The bytes are a script: faults, settings and traffic, played in virtual time against the laws of their contracts.
Worth chain(Input input);
/// The bytes are a request, to the native API or to Toxiproxy's.
Worth control_request(Input input);
/// The bytes are a target, two headers and a body: what every request is taken apart by.
Worth http_target(Input input);
/// The bytes are a configuration of HAProxy, of nginx, or of Envoy: checked as `firedrill check` does.
Worth haproxy_file(Input input);
Worth nginx_file(Input input);
Worth envoy_file(Input input);

}  // namespace firedrill::fuzz
