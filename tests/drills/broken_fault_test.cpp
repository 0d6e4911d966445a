// Broken [[fault]] blocks, and what is said of each.
#include <gtest/gtest.h>

#include "tests/drills/broken.hpp"

namespace firedrill::drills {
namespace {

const Broken broken[] = {
    {"TimelineOverMax", Given::all,
     R"([drill]
name = "d"
max_duration = "1m"
[[proxy]]
name = "api"
listen = ":0"
upstream = "127.0.0.1:9"
[[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "1ms"
at = "50s"
for = "20s"
)",
     R"(d.toml:1:1: drill: the last fault ends at 1m10s, after max_duration (1m))"},
    {"EndlessFault", Given::all,
     R"([drill]
name = "d"
[[proxy]]
name = "api"
listen = ":0"
upstream = "127.0.0.1:9"
[[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "1ms"
)",
     R"(d.toml:7:1: fault "slow": for is missing; without it the fault lasts until the end of the run, and the drill has no duration)"},
    {"UnknownProxy", Given::rest,
     R"([[fault]]
name = "slow"
proxy = ["api", "apj", "api"]
kind = "latency"
delay = "1ms"
at = "1s"
)",
     R"(d.toml:14:17: fault "slow": proxy = "apj": there is no proxy "apj"; did you mean "api"?
d.toml:14:24: fault "slow": proxy = "api": named twice)"},
    {"NoProxy", Given::rest,
     R"([[fault]]
name = "slow"
kind = "latency"
delay = "1ms"
)",
     R"(d.toml:12:1: fault "slow": proxy is missing; give the name of a proxy or a list of names)"},
    {"UnknownKind", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latensy"
)",
     R"(d.toml:15:8: fault "slow": kind = "latensy": is no kind of fault; did you mean "latency"?)"},
    {"FaultSettings", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
dely = "1ms"
at = "1s"
)",
     R"(d.toml:12:1: fault "slow": delay is missing; give a duration with a unit, such as "250ms", "30s" or "5m"
d.toml:16:1: fault "slow": unknown key "dely"; did you mean "delay"?)"},
    {"Reserved", Given::rest,
     R"([[fault]]
name = "after"
proxy = "api"
kind = "latency"
delay = "1ms"
)",
     R"(d.toml:13:8: fault "after": name = "after": is the name of a phase; before, fault, after and always are reserved)"},
    {"AtTooLate", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "1ms"
at = "20s"
)",
     R"(d.toml:17:6: fault "slow": at = "20s": the drill lasts 20s only)"},
    {"ForAndRepeat", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "1ms"
for = "2s"
repeat = { on = "1s", off = "1s", times = 2 }
)",
     R"(d.toml:17:7: fault "slow": for = "2s": repeat says how long and how often; give one of the two)"},
    {"BadRepeat", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "1ms"
repeat = { on = "1s", times = 0, of = "1s" }
)",
     R"(d.toml:17:10: fault "slow": repeat: off is missing; give a duration with a unit, such as "250ms", "30s" or "5m"
d.toml:17:31: fault "slow": repeat: times = 0: must be at least 1
d.toml:17:34: fault "slow": repeat: unknown key "of"; did you mean "on"?)"},
    {"RampMissing", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay.ramp = { from = "1ms", over = 5 }
)",
     R"(d.toml:16:14: fault "slow": delay.ramp: to is missing; write { from = 40, to = 7, over = "20s" }
d.toml:16:37: fault "slow": delay.ramp: over = 5: must be a duration with a unit, such as "250ms", "30s" or "5m")"},
    {"RampUnits", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay.ramp = { from = 40, to = "7ms", over = "5s" }
)",
     R"(d.toml:16:32: fault "slow": delay.ramp: to = "7ms": must be of the same unit as from = 40)"},
    {"RampFromBad", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "10ms"
jitter.ramp = { from = "20ms", to = "1ms", over = "5s" }
)",
     R"(d.toml:17:24: fault "slow": jitter = "20ms": must be at most delay (10ms))"},
    {"RampTooLong", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay.ramp = { from = "1ms", to = "2ms", over = "5s" }
at = "1s"
for = "4s"
)",
     R"(d.toml:12:1: fault "slow": delay.ramp: over = "5s" is longer than the fault is in force (4s))"},
    {"RampNotAlone", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = { ramp = { from = "1ms", to = "2ms", over = "5s" }, x = 1 }
)",
     R"(d.toml:16:18: fault "slow": delay: a ramp is one table and stands alone: delay.ramp = { from = 40, to = 7, over = "20s" })"},
    {"RampOfText", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "1ms"
distribution.ramp = { from = "normal", to = "pareto", over = "1s" }
)",
     R"(d.toml:17:30: fault "slow": distribution.ramp: from = "normal": must be a number, or a text with a unit such as "250ms", "64KiB", "10MB/s" or "30%"
d.toml:17:45: fault "slow": distribution.ramp: to = "pareto": must be a number, or a text with a unit such as "250ms", "64KiB", "10MB/s" or "30%")"},
    {"Date", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "1ms"
at = 12:00:00
)",
     R"(d.toml:17:6: a date or time; a drill counts from its own start: write a duration such as "30s", or a text in quotes)"},
    {"TooManySteps", Given::rest,
     R"([[fault]]
name = "slow"
proxy = "api"
kind = "latency"
delay = "1ms"
repeat = { on = "10ms", off = "10ms", times = 60000 }
)",
     R"(d.toml:12:1: fault "slow": repeat and ramps make 120000 changes; at most 100000 (a ramp changes every 100ms))"},
};

class BrokenFault : public testing::TestWithParam<Broken> {};

TEST_P(BrokenFault, IsExplained) { EXPECT_EQ(problems_of(GetParam()), GetParam().said); }

INSTANTIATE_TEST_SUITE_P(Table, BrokenFault, testing::ValuesIn(broken), [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace firedrill::drills
