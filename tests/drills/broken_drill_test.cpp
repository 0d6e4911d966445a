// Broken [drill], [[backend]], [[proxy]] and [[load]] blocks, and what is said of each.
#include <gtest/gtest.h>

#include "tests/drills/broken.hpp"

namespace firedrill::drills {
namespace {

const Broken broken[] = {
    {"Empty", Given::all, "",
     R"(d.toml:1:1: drill file: [drill] is missing; it gives the drill its name
d.toml:1:1: drill: there is no [[proxy]], so nothing can go wrong on purpose
d.toml:1:1: drill: there is nothing to do: no [[fault]], no [[load]], no [[check]])"},
    {"NoHeader", Given::all,
     R"([[proxy]]
name = "api"
listen = ":0"
upstream = "127.0.0.1:9"
[[load]]
name = "u"
http = "proxy:api"
rate = 1
)",
     R"(d.toml:1:1: drill file: [drill] is missing; it gives the drill its name)"},
    {"NoProxies", Given::all,
     R"([drill]
name = "d"
duration = "1s"
)",
     R"(d.toml:1:1: drill: there is no [[proxy]], so nothing can go wrong on purpose
d.toml:1:1: drill: there is nothing to do: no [[fault]], no [[load]], no [[check]])"},
    {"BadHeader", Given::all,
     R"([drill]
name = "My Drill"
seed = -1
duration = "20"
max_duration = 5
owner = 3
nam = "x"
[[proxy]]
name = "api"
listen = ":0"
upstream = "127.0.0.1:9"
[[load]]
name = "u"
http = "proxy:api"
rate = 1
)",
     R"(d.toml:2:8: drill: name = "My Drill": must be at most 64 small letters, digits and -: directories are named after it
d.toml:3:8: drill: seed = -1: must be a whole number, 0 or more
d.toml:4:12: drill: duration = "20": must be a duration with a unit, such as "250ms", "30s" or "5m"
d.toml:5:16: drill: max_duration = 5: must be a duration with a unit, such as "250ms", "30s" or "5m"
d.toml:6:9: drill: owner = 3: must be a text
d.toml:7:1: drill: unknown key "nam"; did you mean "name"?)"},
    {"DurationOverMax", Given::all,
     R"([drill]
name = "d"
duration = "15m"
[[proxy]]
name = "api"
listen = ":0"
upstream = "127.0.0.1:9"
[[load]]
name = "u"
http = "proxy:api"
rate = 1
)",
     R"(d.toml:3:12: drill: duration = "15m": longer than max_duration (10m unless given))"},
    {"NoLength", Given::all,
     R"([drill]
name = "d"
[[proxy]]
name = "api"
listen = ":0"
upstream = "127.0.0.1:9"
[[load]]
name = "u"
http = "proxy:api"
rate = 1
)",
     R"(d.toml:1:1: drill: duration is missing; there is no fault whose end would end the drill)"},
    {"Syntax", Given::rest,
     R"([[fault]
)",
     R"(d.toml:12:9: Error while parsing table header: expected ']', saw '\n')"},
    {"TopKeys", Given::rest,
     R"([[falt]]
name = "x"
[shedule]
cron = "x"
)",
     R"(d.toml:12:3: drill file: unknown key "falt"; did you mean "fault"?
d.toml:14:2: drill file: unknown key "shedule"; known keys: drill, backend, proxy, fault, load, check, abort)"},
    {"NotBlocks", Given::rest,
     R"([fault]
name = "x"
)",
     R"(d.toml:12:1: fault: write [[fault]], once for each fault)"},
    {"Names", Given::rest,
     R"([[proxy]]
listen = "127.0.0.1:0"
upstream = "127.0.0.1:9"
[[proxy]]
name = "a b"
listen = "127.0.0.1:0"
upstream = "127.0.0.1:9"
[[proxy]]
name = ""
listen = "127.0.0.1:0"
upstream = "127.0.0.1:9"
)",
     R"(d.toml:12:1: proxy number 2: name is missing; give a text
d.toml:16:8: proxy number 3: name = "a b": must be at most 64 letters, digits, - and _
d.toml:20:8: proxy number 4: name = "": must not be empty)"},
    {"Duplicates", Given::rest,
     R"([[proxy]]
name = "api"
listen = "127.0.0.1:0"
upstream = "127.0.0.1:9"
)",
     R"(d.toml:13:8: proxy "api": name = "api": taken by the proxy at d.toml:5:8)"},
    {"Listeners", Given::rest,
     R"([[backend]]
name = "b"
listen = "127.0.0.1:9001"
service_time = "1ms"
[[proxy]]
name = "x"
listen = ":9001"
upstream = "backend:b"
[[proxy]]
name = "y"
listen = "[::1]:9002"
upstream = "backend:b"
[[proxy]]
name = "z"
listen = "0.0.0.0:9002"
upstream = "backend:b"
)",
     R"(d.toml:18:10: proxy "x": listen = ":9001": backend "b" listens on 127.0.0.1:9001 already)"},
    {"Addresses", Given::rest,
     R"([[proxy]]
name = "x"
listen = "localhost:80"
upstream = "127.0.0.1"
[[proxy]]
name = "y"
listen = "127.0.0.300:1"
upstream = "backend:b"
[[proxy]]
name = "z"
listen = "127.0.0.1:81"
upstream = "127.0.0.1:81"
)",
     R"(d.toml:14:10: proxy "x": listen = "localhost:80": is a name, which may stand for several addresses; must be an address such as "127.0.0.1:8081", "[::1]:8081" or "unix:/run/app.sock"; port 0 takes a free one
d.toml:15:12: proxy "x": upstream = "127.0.0.1": must be an address such as "127.0.0.1:9001", "db.internal:5432" or "unix:/run/app.sock", or "backend:NAME" of this drill
d.toml:18:10: proxy "y": listen = "127.0.0.300:1": must be an address such as "127.0.0.1:8081", "[::1]:8081" or "unix:/run/app.sock"; port 0 takes a free one
d.toml:19:12: proxy "y": upstream = "backend:b": there is no backend "b"; the drill has no [[backend]]
d.toml:23:12: proxy "z": upstream = "127.0.0.1:81": the proxy listens there itself)"},
    {"Backend", Given::rest,
     R"([[backend]]
name = "b"
listen = "127.0.0.1:0"
service_time = 50
concurrency = 0
status = 99
body = "17MiB"
)",
     R"(d.toml:15:16: backend "b": service_time = 50: must be a duration with a unit, such as "250ms", "30s" or "5m"
d.toml:16:15: backend "b": concurrency = 0: must be at least 1
d.toml:17:10: backend "b": status = 99: must be at least 200
d.toml:18:8: backend "b": body = "17MiB": must be at most 16MiB)"},
    {"Load", Given::rest,
     R"([[load]]
name = "l"
http = "proxy:apj/"
rate = 0
connections = 3
timeout = "20s"
arrivals = "poison"
[[load]]
name = "m"
http = "ftp://x/"
)",
     R"(d.toml:14:8: load "l": http = "proxy:apj/": there is no proxy "apj"; did you mean "api"?
d.toml:15:8: load "l": rate = 0: must be at least 0.01
d.toml:16:15: load "l": connections = 3: goes with keep_alive = true; without it every request has a connection of its own
d.toml:17:11: load "l": timeout = "20s": must be less than the drill lasts (20s)
d.toml:18:12: load "l": arrivals = "poison": must be one of constant, poisson; did you mean "poisson"?
d.toml:19:1: load "m": rate is missing; give a number
d.toml:21:8: load "m": http = "ftp://x/": must be a URL such as "http://127.0.0.1:8081/", or "proxy:NAME/PATH" or "backend:NAME/PATH" of this drill)"},
    {"Variables", Given::rest,
     R"([[load]]
name = "l"
http = "${TARGET}/${"
rate = "${RATE}"
timeout = "${UNSET}"
)",
     R"(d.toml:14:8: "${" begins a variable such as ${HOME}; write "$${" for the characters themselves
d.toml:15:8: load "l": rate = "ten": must be a number
d.toml:16:11: the environment variable UNSET is not set)"},
};

class BrokenDrill : public testing::TestWithParam<Broken> {};

TEST_P(BrokenDrill, IsExplained) { EXPECT_EQ(problems_of(GetParam()), GetParam().said); }

INSTANTIATE_TEST_SUITE_P(Table, BrokenDrill, testing::ValuesIn(broken), [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace firedrill::drills
