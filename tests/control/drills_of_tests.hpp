// Drills that tests give to a daemon.
#pragma once

#include <string>

namespace firedrill::control {

/// 400 ms with traffic of its own, on a proxy that nobody else has.
inline const std::string short_drill = R"([drill]
name = "short"
title = "Over at once"
duration = "400ms"
[[backend]]
name = "app"
listen = "127.0.0.1:0"
service_time = "1ms"
[[proxy]]
name = "shop"
listen = "127.0.0.1:0"
upstream = "backend:app"
[[load]]
name = "users"
http = "proxy:shop/"
rate = 100
[[fault]]
name = "slow"
proxy = "shop"
kind = "latency"
delay = "2ms"
at = "50ms"
for = "300ms"
[[check]]
name = "served"
load = "users"
expect = { errors = "< 50%" }
)";

/// Lasts until it is told otherwise: `now` is in force from the start, `later` comes long after.
inline const std::string long_drill = R"([drill]
name = "long"
duration = "5m"
[[backend]]
name = "app"
listen = "127.0.0.1:0"
service_time = "1ms"
[[proxy]]
name = "cart"
listen = "127.0.0.1:0"
upstream = "backend:app"
[[fault]]
name = "now"
proxy = "cart"
kind = "latency"
delay = "2ms"
at = "0s"
for = "2m"
[[fault]]
name = "later"
proxy = "cart"
kind = "stall"
at = "3m"
for = "1m"
)";

inline std::string scheduled(const std::string& drill, const std::string& cron, const std::string& more = "") {
  return drill + "[schedule]\ncron = \"" + cron + "\"\n" + more;
}

}  // namespace firedrill::control
