// Which handler a request is for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/access.hpp"
#include "control/http.hpp"

namespace firedrill::control {

/// What the placeholders of a route's path stand for, by name: {"proxy": "api"}.
using Places = std::map<std::string, std::string, std::less<>>;

class Router {
 public:
  using Handler = std::function<Response(const Request&, const Places&)>;

  /// `path`: "/v1/proxies/{proxy}". A placeholder matches one segment, whatever is in it.
  /// Answers what no route is for: `allowed` lists the methods that the path takes, and is empty for an unknown path.
  using Miss = std::function<Response(const Request&, const std::set<std::string>& allowed)>;
  enum class Head : std::uint8_t { like_get, not_at_all };
  explicit Router(Miss miss = nullptr, Head head = Head::like_get) : miss_{std::move(miss)}, head_{head} {}

  /// `needed`: the least role that may have it.
  void add(std::string_view method, std::string_view path, Role needed, Handler handler);

  /// The answer of the route that fits, if `access` has nothing against it; without one, that of `miss`. HEAD is served
  /// by GET.
  Response route(Request request, const Access& access) const;

 private:
  struct Route {
    std::string method;
    Role needed;
    std::vector<std::string> segments;  // "{proxy}" is a placeholder
    Handler handler;
  };
  Miss miss_;
  Head head_;
  std::vector<Route> routes_;
};

}  // namespace firedrill::control
