// A load as its block in a drill file has it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "drills/target.hpp"
#include "faults/time.hpp"

namespace firedrill::drills {

using faults::Duration;

/// One entry of `stages`.
struct RateStage {
  enum class What : std::uint8_t {
    ramp,   // { to = 200, over = "10s" }: evenly there; without `over` at once
    hold,   // { hold = "20s" }: stays as it is
    spike,  // { spike = 800, for = "2s" }: there at once, and back
  };
  What what = What::hold;
  double rate = 0;  // ramp, spike: where to, in requests per second
  Duration lasts{};
};

/// What an HTTP request consists of besides its target.
struct RequestSpec {
  std::string method;                                        // empty: GET, or POST where there is a body
  std::vector<std::pair<std::string, std::string>> headers;  // as written
  std::vector<std::shared_ptr<const std::string>> bodies;    // requests take them in turn; read once; none: no body

  std::string_view verb() const { return !method.empty() ? std::string_view{method} : bodies.empty() ? "GET" : "POST"; }
  /// Whether it says how long its body is, though that be nothing.
  bool has_length() const { return !bodies.empty() || verb() == "POST" || verb() == "PUT" || verb() == "PATCH"; }
};

/// What is said over a connection without a protocol that anybody here knows, and what is awaited.
struct TalkSpec {
  struct Bytes {
    std::string bytes;
  };
  struct Pattern {
    std::string regex;
  };
  struct Length {
    std::uint64_t bytes = 0;
  };
  struct Close {};
  struct Nothing {};
  std::string send;  // empty: the other side speaks first
  std::variant<Nothing, Bytes, Pattern, Length, Close>
      until;                                     // the answer is whole; Nothing: as soon as it is expected
  std::variant<Nothing, Bytes, Pattern> expect;  // the answer has that in it, or is an error
};

/// How connections are held between requests, as a load balancer holds those to its servers.
struct KeepSpec {
  enum class Reuse : std::uint8_t { lifo, fifo };
  std::uint64_t max = 64;             // open at once, of each worker
  std::uint64_t workers = 1;          // each has connections of its own, and requests are dealt to them in turn
  Reuse reuse = Reuse::lifo;          // which idle one: the one that was used last, or the one that was not longest
  std::optional<std::uint64_t> keep;  // idle at most, of each worker; none: all
  std::optional<Duration> idle;       // closed after so long without a request; none: never
  std::optional<std::uint64_t> max_requests;  // closed after so many; none: never
  std::optional<std::uint64_t> queue;         // requests that may wait for one, of each worker; none: any number
  std::optional<Duration> queue_timeout;      // for so long; none: as long as their own timeout lets them
};

/// A program that makes the load instead of Firedrill.
struct ToolSpec {
  enum class Format : std::uint8_t { wrk, hey, k6 };
  std::vector<std::string> argv;  // "{url}" and "{out}" still in it
  Format format = Format::wrk;
  Duration at{};
};

struct LoadSpec {
  enum class Arrivals : std::uint8_t { constant, poisson };
  std::string name;
  Target http;
  Target tcp;                     // instead of http
  double rate = 0;                // requests per second; with stages: before the first of them
  std::vector<RateStage> stages;  // one after the other from the start of the run; the last rate stays
  Arrivals arrivals = Arrivals::constant;
  RequestSpec request;  // with http
  TalkSpec talk;        // with tcp
  bool keep_alive = false;
  std::uint64_t connections = 64;  // with keep_alive: most at once
  std::optional<KeepSpec> keep;    // with keep_alive: all about them; then `connections` is its max
  std::optional<ToolSpec> tool;    // then rate, arrivals and connections say nothing
  Duration timeout{};              // from the intended send time, 2 s unless given; of a tool: for all it does

  /// Where its requests go. Of a tool: where it is told to send them, if it is.
  const Target& target() const { return tcp.text.empty() ? http : tcp; }
};

}  // namespace firedrill::drills
