"""What is measured with faults in force, from outside: each group answers with the figures of its rows."""
import math
import statistics
import tempfile
import time
from pathlib import Path
from typing import Callable, NamedTuple

from daemon import Daemon
from processes import Child, Failed, free_port, run_load
from rows import last_line

MESSAGE_RATE = 20  # of each link, a second
BANDWIDTHS = (("10KB/s", 10e3), ("1MB/s", 1e6), ("100MB/s", 100e6), ("400MB/s", 400e6))
# Shapes whose delays hardly ever reach the 200 ms between two messages of a link: what waits for the one before it is not
# distributed as asked, since bytes keep their order.
SHAPES = {
    "uniform": ({"delay": "60ms", "jitter": "50ms"}, lambda ms: (ms - 10) / 100),
    "normal": ({"delay": "100ms", "distribution": "normal", "deviation": "20ms"},
               lambda ms: statistics.NormalDist(100, 20).cdf(ms)),
    "lognormal": ({"delay": "30ms", "distribution": "lognormal", "sigma": 0.5},
                  lambda ms: statistics.NormalDist(math.log(30), 0.5).cdf(math.log(ms))),
}


class Row(NamedTuple):
    key: str
    title: str
    most: float | None = None   # the goal: at most this
    least: float | None = None  # or at least this


class Group(NamedTuple):
    name: str
    measure: Callable  # bench -> {row's key: figure}; raises Failed
    rows: list


class Bench(NamedTuple):
    directory: str
    program: Path
    tools: Path
    seconds: int

    def daemon(self, where):
        return Daemon(self.program, where)

    def tool(self, name, arguments, seconds, where):
        code, text = run_load(name, [str(self.tools / name), *map(str, arguments)], seconds, where)
        said = last_line(name, PEER, code, text)
        if code:
            raise Failed(f"{name}: exit code {code}: {text[-300:]}")
        return said


class PEER:  # who stands in between, for messages of failure
    name = "firedrill"


def flood(bench, fault, rate=1, seconds=None):
    """One stream from client to backend; what came, and the memory that the proxy took at most, in KiB."""
    seconds = seconds or bench.seconds
    with tempfile.TemporaryDirectory(dir=bench.directory) as where, bench.daemon(where) as daemon:
        sink = free_port()
        port = daemon.proxy("bulk", sink, fault and {"direction": "upstream", **fault})
        before = daemon.child.peak_kib()
        said = bench.tool("flood", (sink, port, seconds, int(rate)), seconds + 1, where)
        return said, daemon.child.peak_kib() - before


def courier(bench, daemon, port, sink, links, rate, where, seconds=None, sleep_us=10_000):
    """Messages from client to backend; the summary, and every delay in ms."""
    seconds = seconds or bench.seconds
    delays = Path(where, "delays")
    said = bench.tool("courier", (sink, port, links, rate, seconds, sleep_us, delays), seconds + 8, where)
    daemon.child.must_run()
    if said["came"] != said["sent"]:
        raise Failed(f"courier: {said['came']:,} of {said['sent']:,} messages came")
    return said, [float(line) / 1e3 for line in delays.read_text().split()]


def deliver(bench, fault, links, rate, seconds=None):
    with tempfile.TemporaryDirectory(dir=bench.directory) as where, bench.daemon(where) as daemon:
        sink = free_port()
        port = daemon.proxy("messages", sink, fault and {"direction": "upstream", **fault})
        return courier(bench, daemon, port, sink, links, rate, where, seconds)


def stream(bench):
    """200 ms of latency on one stream, beside the same lane clean, and beside one that has a fault which does nothing."""
    clean, _ = flood(bench, None)
    chained, _ = flood(bench, {"kind": "slice", "size": "1GiB"})
    delayed, memory = flood(bench, {"kind": "latency", "delay": "200ms"})
    gbit = {name: said["bytes_per_second"] * 8 / 1e9
            for name, said in (("clean", clean), ("chained", chained), ("delayed", delayed))}
    return {"stream_clean": gbit["clean"], "stream_chained": gbit["chained"], "stream_delayed": gbit["delayed"],
            "stream_share": gbit["delayed"] / gbit["chained"], "stream_memory": memory / 1024}


def messages(bench):
    """10,000 small messages a second on one link, under a second of latency."""
    said, delays = deliver(bench, {"kind": "latency", "delay": "1s"}, 1, 10_000)
    return {"messages_p50": said["p50_us"] / 1e3 - 1000, "messages_p99": said["p99_us"] / 1e3 - 1000,
            "messages_on_time": sum(1000 <= delay <= 1010 for delay in delays) / len(delays) * 100}


def delay(bench):
    """10 ms of latency at rest and in a crowd, with a plain sleep of 10 ms in the same process at the same time."""
    rest, delays = deliver(bench, {"kind": "latency", "delay": "10ms"}, 10, MESSAGE_RATE, max(bench.seconds, 3))
    crowd, _ = deliver(bench, {"kind": "latency", "delay": "10ms"}, 1000, MESSAGE_RATE, max(bench.seconds, 3))
    late = {which: rest[which] - 10_000 for which in ("p50_us", "p99_us")}
    return {"delay_p50": late["p50_us"], "delay_p99": late["p99_us"],
            "sleep_p50": rest["sleep_p50_us"], "sleep_p99": rest["sleep_p99_us"],
            "delay_over_sleep": late["p50_us"] - rest["sleep_p50_us"],
            "delay_p99_ratio": late["p99_us"] / rest["sleep_p99_us"],
            "delay_early": sum(delay < 10 for delay in delays),
            "crowd_p50": crowd["p50_us"] - 10_000, "crowd_p99": crowd["p99_us"] - 10_000,
            "crowd_sleep_p99": crowd["sleep_p99_us"],
            "crowd_p99_ratio": (crowd["p99_us"] - 10_000) / crowd["sleep_p99_us"]}


def kolmogorov_smirnov(values, share_below):
    """How far the achieved distribution is from the asked one, as a share of what chance allows in one of a hundred."""
    values, n = sorted(values), len(values)
    shares = [min(max(share_below(value), 0.0), 1.0) for value in values]
    apart = max(max((i + 1) / n - share, share - i / n) for i, share in enumerate(shares))
    return apart / (1.628 / math.sqrt(n))


def jitter(bench):
    """Delays drawn from three distributions; 200 links, five messages a second on each."""
    return {f"jitter_{name}": kolmogorov_smirnov(deliver(bench, {"kind": "latency", **settings}, 200, 5)[1], share_below)
            for name, (settings, share_below) in SHAPES.items()}


def bandwidth(bench):
    """What passes in any second, and in any tenth of one, in percent off the rate that was asked for."""
    figures = {}
    for name, rate in BANDWIDTHS:
        said, _ = flood(bench, {"kind": "bandwidth", "rate": name}, rate, max(bench.seconds, 3))
        off = (said["most_in_a_second"] - 1, 1 - said["least_in_a_second"], abs(said["bytes_per_second"] / rate - 1))
        figures[f"rate_{name}"] = 100 * max(off)  # windows of a slow line are as coarse as its pieces; its mean is not
        figures[f"tenth_{name}"] = 100 * max(said["most_in_a_tenth"] - 1, 0)
    return figures


def neighbour(bench):
    """A proxy beside another one with 4,000 messages a second, which by turns has no fault and latency."""
    took = {"clean": [], "faulty": []}
    with tempfile.TemporaryDirectory(dir=bench.directory) as where, bench.daemon(where) as daemon:
        sink, echo = free_port(), free_port()
        busy, quiet = daemon.proxy("busy", sink), daemon.proxy("quiet", echo)
        load = [str(bench.tools / "courier"), str(sink), str(busy), "200", str(MESSAGE_RATE), str(6 * bench.seconds), "10000",
                f"{where}/delays"]
        with Child("echo", [str(bench.tools / "pingpong"), "echo", str(echo)], where) as server, \
                Child("courier", load, where):
            server.listening_on(echo)
            time.sleep(1)
            for turn in range(4):
                if turn % 2:
                    daemon.set("busy", {"kind": "latency", "delay": "50ms", "direction": "both"})
                said = bench.tool("pingpong", ("ping", quiet, bench.seconds, 64), bench.seconds, where)
                took["faulty" if turn % 2 else "clean"].append(said)
                if turn % 2:
                    daemon.heal("busy")
    figures = {f"neighbour_{what}_{q}": statistics.mean(said[f"{q}_us"] for said in turns)
               for what, turns in took.items() for q in ("p50", "p99")}
    return figures | {f"neighbour_{q}": figures[f"neighbour_faulty_{q}"] / figures[f"neighbour_clean_{q}"]
                      for q in ("p50", "p99")}


GROUPS = [
    Group("stream", stream, [
        Row("stream_clean", "one stream, clean, Gbit/s"), Row("stream_chained", "with a fault that does nothing, Gbit/s"),
        Row("stream_delayed", "with latency 200 ms, Gbit/s"),
        Row("stream_share", "with latency / with a fault that does nothing", least=0.8),
        Row("stream_memory", "memory that it takes, MiB")]),
    Group("messages", messages, [
        Row("messages_p50", "10,000 messages/s under latency 1 s: late by, p50, ms"),
        Row("messages_p99", "p99, ms"),
        Row("messages_on_time", "on time (never early, at most 1 % late), %", least=99)]),
    Group("delay", delay, [
        Row("delay_p50", "latency 10 ms at rest: late by, p50, µs"), Row("delay_p99", "p99, µs"),
        Row("sleep_p50", "a plain nanosleep besides, p50, µs"), Row("sleep_p99", "p99, µs"),
        Row("delay_over_sleep", "p50, later than nanosleep by, µs", most=50),
        Row("delay_p99_ratio", "p99 / nanosleep's", most=1.3), Row("delay_early", "messages that came early", most=0),
        Row("crowd_p50", "1,000 links, 20,000 messages/s: p50, µs"), Row("crowd_p99", "p99, µs"),
        Row("crowd_sleep_p99", "a plain nanosleep besides, p99, µs"),
        Row("crowd_p99_ratio", "p99 / nanosleep's", most=2)]),
    Group("jitter", jitter, [Row(f"jitter_{name}", f"{name}: Kolmogorov-Smirnov, 1 is the limit at 1 %", most=1)
                             for name in SHAPES]),
    Group("bandwidth", bandwidth, [
        row for name, _ in BANDWIDTHS
        for row in (Row(f"rate_{name}", f"bandwidth {name}: worst second, % off", most=0.5),
                    Row(f"tenth_{name}", "worst 100 ms, % over", most=5))]),
    Group("neighbour", neighbour, [
        Row("neighbour_clean_p50", "round trip beside a busy clean proxy, p50, µs"),
        Row("neighbour_faulty_p50", "beside one with latency 50 ms, p50, µs"),
        Row("neighbour_p50", "the one / the other, p50", most=1.05), Row("neighbour_p99", "p99")]),
]
