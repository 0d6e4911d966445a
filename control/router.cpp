// Segment by segment.
#include "control/router.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "control/problem.hpp"

namespace firedrill::control {
namespace {

bool is_place(const std::string& segment) { return segment.starts_with('{'); }

std::string name_of(const std::string& place) { return place.substr(1, place.size() - 2); }

}  // namespace

void Router::add(std::string_view method, std::string_view path, Role needed, Handler handler) {
  Route route{std::string{method}, needed, {}, std::move(handler)};
  segments_of(path, route.segments);
  routes_.push_back(std::move(route));
}

Response Router::route(Request request, const Access& access) const {
  std::vector<std::string> segments;
  if (!segments_of(request.target, segments)) return problem(400, "the path is malformed");
  const std::string& wanted = request.method == "HEAD" && head_ == Head::like_get ? "GET" : request.method;
  std::set<std::string> allowed;
  for (const Route& route : routes_) {
    const bool fits =
        std::equal(route.segments.begin(), route.segments.end(), segments.begin(), segments.end(),
                   [](const std::string& a, const std::string& b) { return is_place(a) ? !b.empty() : a == b; });
    if (!fits) continue;
    allowed.insert(route.method);
    if (route.method != wanted) continue;
    if (auto refused = access.refusal(request, route.needed)) return *std::move(refused);
    Places places;
    for (std::size_t i = 0; i < segments.size(); ++i)
      if (is_place(route.segments[i])) places.emplace(name_of(route.segments[i]), segments[i]);
    return route.handler(request, places);
  }
  // Who may not look learns nothing of what there is.
  if (auto refused = access.refusal(request, Role::viewer)) return *std::move(refused);
  if (miss_) return miss_(request, allowed);
  if (allowed.empty()) return problem(404, "there is nothing at this path; /v1/openapi.json lists what there is");
  const std::string list = fmt::format("{}", fmt::join(allowed, ", "));
  Response response = problem(405, fmt::format("{} is not for this path; it takes {}", request.method, list));
  response.headers.emplace_back("Allow", list);
  return response;
}

}  // namespace firedrill::control
