// Which handler a request is for.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "control/http.hpp"

namespace firedrill::control {

/// What the placeholders of a route's path stand for, by name: {"proxy": "api"}.
using Places = std::map<std::string, std::string, std::less<>>;

class Router {
 public:
  using Handler = std::function<Response(const Request&, const Places&)>;

  /// `path`: "/v1/proxies/{proxy}". A placeholder matches one segment, whatever is in it.
  void add(std::string_view method, std::string_view path, Handler handler);

  /// 404 for a path that no route has, 405 with Allow for a method that none of its routes has. HEAD is served by GET.
  Response route(const Request& request) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;  // "{proxy}" is a placeholder
    Handler handler;
  };
  std::vector<Route> routes_;
};

}  // namespace firedrill::control
