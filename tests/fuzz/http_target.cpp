// What the control port reads before it knows what for: a target, a Host, an Origin, each on a line of its own; then a
// body, taken for JSON, and for the attributes of a toxic.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "control/access.hpp"
#include "control/guard.hpp"
#include "control/loose_json.hpp"
#include "control/problem.hpp"
#include "control/toxics.hpp"
#include "drills/toml_guard.hpp"
#include "tests/fuzz/targets.hpp"

namespace firedrill::fuzz {
namespace {

using namespace control;

constexpr std::array toxics{"latency", "bandwidth", "slow_close", "timeout", "reset_peer", "slicer", "limit_data"};

void judge_target(const std::string& target) {
  std::vector<std::string> segments, again;
  for (const char* const key : {"", "limit", "how", "after"}) {
    const std::string value = query_value(target, key, "none");
    require(value.size() <= std::max(target.size(), std::size_t{4}), "decoding makes nothing longer");
  }
  if (!segments_of(target, segments)) return;
  std::string path;
  for (const std::string& one : segments) {
    require(one.find('\0') == std::string::npos || target.find('\0') != std::string::npos, "no escape hides a NUL");
    path += "/" + segment(one);
  }
  const bool has_nul = target.find('\0') != std::string::npos;  // no server hands it on
  require(has_nul || (segments_of(path, again) && again == segments), "what is encoded is decoded",
          [&] { return path; });
  require(query_value(path + "?how=" + segment("a&b"), "how") != "a&b", "& separates");
}

void judge_guard(const Request& request) {
  for (const bool loopback : {true, false}) {
    const Guard guard{loopback, {"drills.example"}, {"https://drills.example"}};
    const auto refused = guard.answer(request);
    const std::string_view origin = request.header("Origin");
    require(origin.empty() || origin == "https://drills.example" || (refused && refused->status == 403),
            "a page that is not listed is refused");
    Response response;
    guard.let_read(request, response);
    require(response.headers.empty() || origin == "https://drills.example", "only listed pages read");
  }
}

/// Nothing, unless it is JSON.
template <typename Parse>
std::optional<Json> parsed(Parse parse, const std::string& body) {
  try {
    return parse(body);
  } catch (const Refusal& refusal) {
    require(refusal.status == 400 && !std::string_view{refusal.what()}.empty(), "what is wrong is said");
  } catch (const faults::PlanError& error) {
    require(!error.problems.empty(), "what is wrong is said");
  }
  return std::nullopt;
}

void judge_body(const std::string& body) {
  const auto whole = parsed(parse_json, body);
  const auto first = parsed(parse_first, body);
  if (whole) {
    require(first && *first == *whole, "the only value of a body is its first");
    require(!drills::not_utf8(settings_of(*whole).shown()) || drills::not_utf8(body), "settings are UTF-8");
    // Numbers too large for a double are refused; everything else survives.
    require(Json::parse(text_of(*whole)) == *whole, "JSON is written as it was read", [&] { return text_of(*whole); });
  }
  if (!first || !first->is_object()) return;
  for (const char* const type : toxics) {
    Toxic toxic = toxic_of(type, "upstream");
    const Toxic before = toxic;
    const auto taken = parsed([&](const std::string&) { return take_attributes(toxic, *first), *first; }, body);
    require(taken || toxic == before, "attributes that are refused change nothing");
    const NewFault fault = fault_of("it", toxic, std::nullopt, "nobody");
    require(fault.table.table() != nullptr, "a toxic is a fault");
    require(json_of("it", toxic).at("type") == type, "a toxic is shown");
  }
}

}  // namespace

Worth http_target(Input input) {
  std::string_view rest{reinterpret_cast<const char*>(input.data()), input.size()};  // NOLINT
  const auto line = [&rest] {
    const std::string_view one = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    return std::string{one};
  };
  Request request;
  request.method = "OPTIONS";
  request.target = line();
  request.headers.emplace_back("Host", line());
  request.headers.emplace_back("Origin", line());
  request.body = rest;
  judge_target(request.target);
  judge_guard(request);
  judge_body(request.body);
  return Worth::keeping;
}

}  // namespace firedrill::fuzz
