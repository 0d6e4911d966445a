// Broken [[check]] and [abort] blocks, and what is said of each.
#include <gtest/gtest.h>

#include "tests/drills/broken.hpp"

namespace firedrill::drills {
namespace {

const Broken broken[] = {
    {"NoSource", Given::rest,
     R"([[check]]
name = "c"
expect = { errors = "< 1%" }
)",
     R"(d.toml:12:1: check "c": nothing to look at; give one of load, proxy, http, tcp or command)"},
    {"TwoSources", Given::rest,
     R"([[check]]
name = "c"
load = "users"
proxy = "api"
expect = { errors = "< 1%" }
)",
     R"(d.toml:15:9: check "c": proxy = "api": load is given too; a source is one of the two)"},
    {"Prometheus", Given::rest,
     R"([[check]]
name = "c"
prometheus = { query = "up" }
expect = { value = 1 }
)",
     R"(d.toml:14:14: check "c": prometheus = a table: not available yet; give load, proxy, http, tcp or command)"},
    {"UnknownLoad", Given::rest,
     R"([[check]]
name = "c"
load = "user"
expect = { errors = "< 1%" }
)",
     R"(d.toml:14:8: check "c": load = "user": there is no load "user"; did you mean "users"?)"},
    {"Figures", Given::rest,
     R"([[check]]
name = "c"
load = "users"
expect = { erors = "< 1%", queue_timeouts = 3, errors = "< 1s", p99 = 200, requests = "30%", rate = "10ms" }
)",
     R"(d.toml:15:12: check "c": expect: a load has no figure "erors"; did you mean "errors"?
d.toml:15:28: check "c": expect: a load has no figure "queue_timeouts"; there are errors, p50, p90, p95, p99, p999, requests, rate
d.toml:15:57: check "c": expect: errors = "< 1s": must be a share such as "< 1%", ">= 99%" or "25%..35%"
d.toml:15:71: check "c": expect: p99 = 200: must be a duration such as "< 200ms", ">= 1s" or "150ms..250ms"
d.toml:15:87: check "c": expect: requests = "30%": must be a count such as "> 0", "<= 10", "5..9" or 7
d.toml:15:101: check "c": expect: rate = "10ms": must be a number per second such as ">= 100" or "90..110")"},
    {"ProxyFigures", Given::rest,
     R"([[check]]
name = "c"
proxy = "api"
expect = { connections = "-1", pool_utilisation = "80%..20%", queue_max = ">= 0", resets = "< 0" }
)",
     R"(d.toml:15:26: check "c": expect: connections = "-1": must be a count such as "> 0", "<= 10", "5..9" or 7
d.toml:15:51: check "c": expect: pool_utilisation = "80%..20%": the lower bound comes first
d.toml:15:75: check "c": expect: queue_max = ">= 0": holds whatever is measured; give a bound that can be missed
d.toml:15:92: check "c": expect: resets = "< 0": can never hold; give a bound that can be met)"},
    {"NoExpectation", Given::rest,
     R"([[check]]
name = "c"
load = "users"
)",
     R"(d.toml:12:1: check "c": expect is missing; give at least one figure, such as { errors = "< 1%" })"},
    {"ProbeKeysOnLoad", Given::rest,
     R"([[check]]
name = "c"
load = "users"
every = "1s"
pass = "50%"
status = 200
exit_code = 1
expect = { errors = "< 1%" }
)",
     R"(d.toml:15:9: check "c": every = "1s": goes with http, tcp and command only; a load is measured all the time
d.toml:16:8: check "c": pass = "50%": goes with http, tcp and command only; a load is measured all the time
d.toml:17:10: check "c": status = 200: goes with http only
d.toml:18:13: check "c": exit_code = 1: goes with command only)"},
    {"Probes", Given::rest,
     R"([[check]]
name = "c"
http = "http://127.0.0.1:99999/"
every = "50ms"
pass = "120%"
exit_code = 1
)",
     R"(d.toml:14:8: check "c": http = "http://127.0.0.1:99999/": must be a URL such as "http://127.0.0.1:8081/", or "proxy:NAME/PATH" or "backend:NAME/PATH" of this drill
d.toml:15:9: check "c": every = "50ms": must be at least 100ms
d.toml:16:8: check "c": pass = "120%": must be a share from "0%" to "100%"
d.toml:17:13: check "c": exit_code = 1: goes with command only)"},
    {"Tcp", Given::rest,
     R"([[check]]
name = "c"
tcp = "proxy:api/x"
pass = "0%"
)",
     R"(d.toml:14:7: check "c": tcp = "proxy:api/x": a connection has no path; must be an address such as "127.0.0.1:5432", or "proxy:NAME" or "backend:NAME" of this drill
d.toml:15:8: check "c": pass = "0%": holds whatever is measured; give a share that can be missed)"},
    {"Command", Given::rest,
     R"([[check]]
name = "c"
command = "pg_isready -q"
expect = { success = "> 10%" }
pass = "90%"
)",
     R"(d.toml:14:11: check "c": command = "pg_isready -q": must be a list of texts, the program first, such as ["pg_isready", "-q"]; no shell is in between
d.toml:16:8: check "c": pass = "90%": expect.success says the same; give one of the two)"},
    {"During", Given::rest,
     R"([[check]]
name = "c"
load = "users"
during = "slo"
expect = { errors = "< 1%" }
[[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "1ms"
)",
     R"(d.toml:15:10: check "c": during = "slo": there is no fault "slo"; did you mean "slow"?)"},
    {"DuringUnknown", Given::rest,
     R"([[check]]
name = "c"
load = "users"
during = "xyz"
expect = { errors = "< 1%" }
[[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "1ms"
)",
     R"(d.toml:15:10: check "c": during = "xyz": must be one of before, fault, after, always, slow)"},
    {"DuringNever", Given::rest,
     R"([[check]]
name = "b"
load = "users"
during = "before"
expect = { errors = "< 1%" }
[[check]]
name = "a"
load = "users"
during = "after"
expect = { errors = "< 1%" }
[[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "1ms"
)",
     R"(d.toml:15:10: check "b": during = "before": the first fault comes at 0s, and nothing is before it
d.toml:20:10: check "a": during = "after": the last fault stays until the run ends (20s), and nothing is after it)"},
    {"DuringNoFault", Given::rest,
     R"([[check]]
name = "c"
load = "users"
during = "fault"
expect = { errors = "< 1%" }
)",
     R"(d.toml:15:10: check "c": during = "fault": the drill has no [[fault]])"},
    {"Abort", Given::rest,
     R"([abort]
when = [{ load = "usrs", errors = "> 80%", over = "500ms" }, { proxy = "api", over = "10s" }, { errors = "> 1%" }, 3]
)",
     R"(d.toml:13:18: abort condition 1: load = "usrs": there is no load "usrs"; did you mean "users"?
d.toml:13:51: abort condition 1: over = "500ms": must be at least 1s
d.toml:13:62: abort condition 2: no figure; give at least one, such as errors = "> 80%"
d.toml:13:95: abort condition 3: over is missing; give a duration with a unit, such as "250ms", "30s" or "5m"
d.toml:13:95: abort condition 3: nothing to look at; give one of load, proxy, http, tcp or command
d.toml:13:116: abort condition 4: must be a table such as { load = "users", errors = "> 80%", over = "10s" })"},
    {"AbortEmpty", Given::rest,
     R"([abort]
when = []
)",
     R"(d.toml:13:8: abort: write [abort] with when = [{ load = "users", errors = "> 80%", over = "10s" }])"},
    {"AbortForm", Given::rest,
     R"([abort]
load = "users"
)",
     R"(d.toml:12:1: abort: write [abort] with when = [{ load = "users", errors = "> 80%", over = "10s" }])"},
};

class BrokenCheck : public testing::TestWithParam<Broken> {};

TEST_P(BrokenCheck, IsExplained) { EXPECT_EQ(problems_of(GetParam()), GetParam().said); }

INSTANTIATE_TEST_SUITE_P(Table, BrokenCheck, testing::ValuesIn(broken), [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace firedrill::drills
