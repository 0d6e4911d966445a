"""What is measured: each group runs one load through one peer and answers with the figures of its rows."""
import contextlib
import json
import os
import socket
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, NamedTuple

from peers import http_backend
from processes import Child, Failed, free_port, run_load, tcp_sockets

MESSAGE = b"x" * 64
CONNECTIONS = 64


class Row(NamedTuple):
    key: str
    title: str
    better: str  # "higher" or "lower"


class Group(NamedTuple):
    name: str
    measure: Callable  # (bench, peer) -> {row's key: figure}; raises Failed
    rows: list
    direct: bool = True  # whether it can be measured with nothing in between


class Way(NamedTuple):
    port: int        # where the client goes
    proxy: object    # the process in between; None: nothing
    directory: str


@dataclass
class Bench:
    """What all measurements of a run share."""
    directory: str
    tools: Path  # where pingpong and storm are
    seconds: int
    links: int
    workers: int
    notes: list = field(default_factory=list)
    http_port: int = 0
    echo_port: int = 0

    @contextlib.contextmanager
    def backends(self):
        """The servers that stand during the whole run."""
        with contextlib.ExitStack() as stack:
            where = stack.enter_context(tempfile.TemporaryDirectory(dir=self.directory))
            child, self.http_port = http_backend(self.workers, where)
            stack.enter_context(child)
            self.echo_port = stack.enter_context(self.echo(where))
            yield

    @contextlib.contextmanager
    def echo(self, directory, cores=None):
        port = free_port()
        with Child("echo", [str(self.tools / "pingpong"), "echo", str(port)], directory, cores) as child:
            child.listening_on(port)
            yield port

    @contextlib.contextmanager
    def way(self, peer, upstream, cores=None):
        """A peer of its own for one measurement, in front of the upstream port."""
        with tempfile.TemporaryDirectory(dir=self.directory) as where:
            if not peer.command and not peer.missing:
                yield Way(upstream, None, where)
                return
            child, port = peer.start(upstream, where, cores)
            with child:
                try:
                    yield Way(port, child, where)
                except Failed:
                    time.sleep(0.1)
                    child.must_run()  # a peer that died explains best why its load failed
                    raise
                child.must_run()
                if not child.end():
                    self.notes.append(f"{peer.name} was still there 5 s after SIGTERM and had to be killed")


def cpu(way):
    return way.proxy.cpu_seconds() if way.proxy else 0.0


def transferred(peer, code, text):
    """What iperf3 says the server received."""
    try:
        said = json.loads(text[text.index("{"):text.rindex("}") + 1])
        if code or "error" in said:
            raise Failed(f"iperf3 through {peer.name}: {said.get('error', f'exit code {code}')}")
        received = said["end"]["sum_received"]
    except (ValueError, KeyError):
        raise Failed(f"iperf3 through {peer.name}: exit code {code}, unreadable answer") from None
    if not received["bytes"]:
        raise Failed(f"iperf3 through {peer.name}: no byte arrived")
    return received


def streams(count):
    """iperf3 from client to server, over so many connections."""
    prefix = f"streams_{count}"

    def measure(bench, peer):
        port = free_port()
        with tempfile.TemporaryDirectory(dir=bench.directory) as where, \
                Child("iperf3-server", ["iperf3", "-s", "-1", "-B", "127.0.0.1", "-p", str(port)], where) as server:
            server.listening_on(port)
            with bench.way(peer, port) as way:
                before = cpu(way)
                code, text = run_load("iperf3", ["iperf3", "-c", "127.0.0.1", "-p", str(way.port), "-J", "-t",
                                                 str(bench.seconds), "-P", str(count)], bench.seconds, way.directory)
                spent = cpu(way) - before
                received = transferred(peer, code, text)
        figures = {f"{prefix}_gbit": received["bits_per_second"] / 1e9}
        return figures | ({f"{prefix}_cpu": spent / (received["bytes"] / 1e9)} if way.proxy else {})

    return measure


def last_line(name, peer, code, text):
    """The JSON that a load ends its output with."""
    said = text.strip().splitlines()[-1:] or ["it said nothing"]
    try:
        return json.loads(said[0])
    except ValueError:
        raise Failed(f"{name} through {peer.name}, exit code {code}: {said[0][:300]}") from None


def served(bench, prefix, way, peer, spent, seconds, good, bad):
    """The figures of an HTTP load, of which `good` were answered and `bad` were not, by the way they failed."""
    told = ", ".join(f"{count:,} {kind}" for kind, count in bad.items() if count)
    if told:
        bench.notes.append(f"{prefix} through {peer.name}: {good:,} served, {told}")
    if not good:
        raise Failed(f"{prefix} through {peer.name}: none was served ({told or 'no answer came'})")
    figures = {f"{prefix}_rate": good / seconds, f"{prefix}_failed": sum(bad.values())}
    return figures | ({f"{prefix}_cpu": spent * 1e6 / good} if way.proxy else {})


def requests(bench, peer):
    """wrk, one request after another on each of its connections."""
    with bench.way(peer, bench.http_port) as way:
        before = cpu(way)
        script = str(Path(__file__).with_name("wrk.lua"))
        code, text = run_load("wrk", ["wrk", "-t", str(min(2, bench.workers)), "-c", str(CONNECTIONS), "-s", script,
                                      "-d", f"{bench.seconds}s", "--timeout", "2s",
                                      f"http://127.0.0.1:{way.port}/"], bench.seconds, way.directory)
        spent = cpu(way) - before
        said = last_line("wrk", peer, code, text)
        return served(bench, "requests", way, peer, spent, said["seconds"], said["requests"] - said["status"],
                      {kind: said[kind] for kind in ("connect", "read", "write", "timeout", "status")})


def connections(bench, peer):
    """One request on each connection, each followed until both sides have ended it."""
    with bench.way(peer, bench.http_port) as way:
        before = cpu(way)
        code, text = run_load("storm", [str(bench.tools / "storm"), str(way.port), str(bench.seconds),
                                        str(CONNECTIONS)], bench.seconds, way.directory)
        spent = cpu(way) - before
        said = last_line("storm", peer, code, text)
        return served(bench, "connections", way, peer, spent, said["seconds"], said["done"],
                      {kind: said[kind] for kind in ("refused", "broken", "lost")})


def round_trip(one_core):
    """64 bytes there and back on one connection; on request with client, peer and server all on one core."""
    prefix = "trip_core" if one_core else "trip"

    def measure(bench, peer):
        cores = {max(os.sched_getaffinity(0))} if one_core else None
        with tempfile.TemporaryDirectory(dir=bench.directory) as where, bench.echo(where, cores) as port, \
                bench.way(peer, port, cores) as way:
            code, text = run_load("pingpong", [str(bench.tools / "pingpong"), "ping", str(way.port), str(bench.seconds),
                                               str(len(MESSAGE))], bench.seconds, way.directory, cores)
            said = last_line("pingpong", peer, code, text)
        return {f"{prefix}_p50": said["p50_us"], f"{prefix}_p99": said["p99_us"]}

    return measure


def exchange(links, peer):
    """One message there and back on each."""
    for link in links:
        link.sendall(MESSAGE)
    for link in links:
        came = link.recv(len(MESSAGE), socket.MSG_WAITALL)
        if came != MESSAGE:
            raise Failed(f"through {peer.name} {len(came)} bytes of {len(MESSAGE)} came back")


def memory(bench, peer):
    """The peer's growth with idle links, before and after one message has gone through each."""
    settle = 0.3
    with bench.way(peer, bench.echo_port) as way, contextlib.ExitStack() as links:
        opened = []
        try:
            with socket.create_connection(("127.0.0.1", way.port), 5) as first:
                exchange([first], peer)
            time.sleep(settle)
            others = tcp_sockets(bench.echo_port, "01")
            empty = way.proxy.memory_kib()
            for _ in range(bench.links):
                opened.append(links.enter_context(socket.create_connection(("127.0.0.1", way.port), 5)))
            deadline = time.monotonic() + 10
            while (up := tcp_sockets(bench.echo_port, "01") - others) < bench.links:
                if time.monotonic() > deadline:
                    raise Failed(f"through {peer.name} only {up:,} of {bench.links:,} links reached the server")
                time.sleep(0.1)
            time.sleep(settle)
            silent = way.proxy.memory_kib()
            exchange(opened, peer)
            time.sleep(settle)
            used = way.proxy.memory_kib()
        except OSError as error:
            way.proxy.must_run()
            raise Failed(f"links through {peer.name}, {len(opened):,} of {bench.links:,} open: {error}") from None
    return {"memory_before": (silent - empty) / bench.links, "memory_after": (used - empty) / bench.links}


GROUPS = [
    Group("one-stream", streams(1), [Row("streams_1_gbit", "one stream, Gbit/s", "higher"),
                                     Row("streams_1_cpu", "proxy CPU, s per GB", "lower")]),
    Group("four-streams", streams(4), [Row("streams_4_gbit", "four streams, Gbit/s", "higher"),
                                       Row("streams_4_cpu", "proxy CPU, s per GB", "lower")]),
    Group("requests", requests, [Row("requests_rate", f"keep-alive requests/s, {CONNECTIONS} links", "higher"),
                                 Row("requests_cpu", "proxy CPU, µs per request", "lower"),
                                 Row("requests_failed", "requests failed", "lower")]),
    Group("connections", connections, [Row("connections_rate", "one connection per request, /s", "higher"),
                                       Row("connections_cpu", "proxy CPU, µs per connection", "lower"),
                                       Row("connections_failed", "connections failed or lost", "lower")]),
    Group("round-trip", round_trip(False), [Row("trip_p50", "64-byte round trip p50, µs", "lower"),
                                            Row("trip_p99", "64-byte round trip p99, µs", "lower")]),
    Group("round-trip-one-core", round_trip(True), [Row("trip_core_p50", "the same on one core p50, µs", "lower"),
                                                    Row("trip_core_p99", "the same on one core p99, µs", "lower")]),
    Group("memory", memory, [Row("memory_before", "memory per idle link, KiB", "lower"),
                             Row("memory_after", "the same after a message, KiB", "lower")], direct=False),
]
