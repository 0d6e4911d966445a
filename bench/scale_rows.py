"""What many links cost, whether a burst of them is survived, and how soon the program is there."""
import contextlib
import os
import select
import socket
import statistics
import tempfile
import time
from pathlib import Path

from daemon import Daemon
from fault_rows import Group, Row
from peers import firedrill, http_backend
from processes import Child, Failed, free_port, tcp_sockets

SIZES = (100, 1000, 5000, 9000)
MESSAGE = b"x" * 64
BURST = 5000
MOST_FAULTS = 60  # that a drill may have
HOARDERS = 32     # each may have 256 MiB in flight, all together 1 GiB


def arrived(port, count):
    """Waits until so many connections have reached the port."""
    deadline = time.monotonic() + 30
    while (up := tcp_sockets(port, "01")) < count:
        if time.monotonic() > deadline:
            raise Failed(f"only {up:,} of {count:,} links reached the backend")
        time.sleep(0.1)


def still(child, seconds):
    """Milliseconds of CPU that it spends in a second in which nothing happens."""
    before = child.cpu_seconds()
    time.sleep(seconds)
    return (child.cpu_seconds() - before) / seconds * 1e3


def crowd(bench, count):
    """So many links, first silent, then with a message each that a stall holds; the control port all the while."""
    with tempfile.TemporaryDirectory(dir=bench.directory) as where, bench.daemon(where) as daemon, \
            contextlib.ExitStack() as links:
        echo = free_port()
        server = links.enter_context(Child("echo", [str(bench.tools / "pingpong"), "echo", str(echo)], where))
        server.listening_on(echo)
        port = daemon.proxy("crowd", echo)
        daemon.proxy("other", echo)
        daemon.latencies("other", 5)
        empty = daemon.child.memory_kib()
        opened = [links.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _ in range(count)]
        arrived(echo, count)
        time.sleep(0.3)
        idle, cpu_idle = daemon.child.memory_kib(), still(daemon.child, bench.seconds)
        control_idle = daemon.latencies("other", 40)
        daemon.set("crowd", {"kind": "stall", "direction": "both"})
        for link in opened:
            link.sendall(MESSAGE)
        time.sleep(0.5)
        held, cpu_held = daemon.child.memory_kib(), still(daemon.child, bench.seconds)
        control_held = daemon.latencies("other", 40)
        begun = time.perf_counter()
        daemon.heal("crowd")
        healed = time.perf_counter() - begun
        whole = 0
        for link in opened:
            link.settimeout(10)
            whole += link.recv(len(MESSAGE), socket.MSG_WAITALL) == MESSAGE
        if whole != count:
            raise Failed(f"{whole:,} of {count:,} links have their message after healing")
        return {"idle_kib": (idle - empty) / count, "held_kib": (held - empty) / count,
                "idle_cpu": cpu_idle, "held_cpu": cpu_held,
                "idle_control": statistics.median(control_idle) * 1e3, "held_control": statistics.median(control_held) * 1e3,
                "longest": max(control_idle + control_held) * 1e3, "heal": healed * 1e3}


def scale(bench):
    by_size = {size: crowd(bench, size) for size in SIZES}
    figures = {f"{what}_{size}": figure for size, said in by_size.items() for what, figure in said.items()}
    least, most = by_size[SIZES[1]], by_size[SIZES[-1]]
    return figures | {"idle_flat": most["idle_kib"] / least["idle_kib"], "held_flat": most["held_kib"] / least["held_kib"],
                      "control_flat": most["held_control"] / by_size[SIZES[0]]["held_control"]}


def cap(bench):
    """Links that send as fast as they can into an hour of latency, more of them than the process has memory for."""
    with tempfile.TemporaryDirectory(dir=bench.directory) as where, bench.daemon(where) as daemon, \
            contextlib.ExitStack() as stack, select.epoll() as poll:
        echo = free_port()
        server = stack.enter_context(Child("echo", [str(bench.tools / "pingpong"), "echo", str(echo)], where))
        server.listening_on(echo)
        port = daemon.proxy("full", echo, {"kind": "latency", "delay": "1h", "direction": "upstream"})
        before, sent, links = daemon.child.memory_kib(), 0, {}
        for _ in range(HOARDERS):
            link = stack.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            link.setblocking(False)
            links[link.fileno()] = link
            poll.register(link, select.EPOLLOUT)
        piece = b"x" * 256 * 1024
        deadline = time.monotonic() + 30
        while (ready := poll.poll(1.5)) and time.monotonic() < deadline:  # until all of them have been held up for a while
            for fd, _ in ready:
                with contextlib.suppress(BlockingIOError):
                    sent += links[fd].send(piece)
        if ready:
            raise Failed(f"after 30 s and {sent / 2**20:,.0f} MiB links were still read")
        return {"cap_sent": sent / 2**20, "cap_taken": (daemon.child.memory_kib() - before) / 1024}


def burst(bench):
    """5,000 connections at once, each with a request that has to be answered."""
    with tempfile.TemporaryDirectory(dir=bench.directory) as where, contextlib.ExitStack() as stack:
        Path(where, "backend").mkdir()
        server, port = http_backend(2, Path(where, "backend"))
        stack.enter_context(server)
        direct = bench.tool("storm", (port, "burst", BURST), 30, where)
        daemon = stack.enter_context(bench.daemon(where))
        said = bench.tool("storm", (daemon.proxy("storm", port), "burst", BURST), 30, where)
    return {"burst_lost": said["refused"] + said["broken"] + said["lost"], "burst_took": said["seconds"],
            "burst_direct": direct["seconds"]}


def once(command, directory):
    begun = time.perf_counter()
    done = os.posix_spawn(command[0], command, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, f"{directory}/said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2)])
    code = os.waitstatus_to_exitcode(os.waitpid(done, 0)[1])
    took = (time.perf_counter() - begun) * 1e3
    if code:
        raise Failed(f"{command}: exit code {code}: {Path(directory, 'said').read_text()[-300:]}")
    return took


def first_byte(bench, echo):
    """From the start of `firedrill run` to the first byte that has gone through its proxy and back, in ms."""
    peer, port = firedrill(bench.program), free_port()
    with tempfile.TemporaryDirectory(dir=bench.directory) as where:
        command = peer.command(port, echo, where)
        with Child("firedrill", command, where) as child:
            return reached(child, port)


def reached(child, port):
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as link:
                link.sendall(b"x")
                if link.recv(1) == b"x":
                    return (time.perf_counter() - child.begun) * 1e3
        except ConnectionRefusedError:
            child.must_run()
        if time.perf_counter() - child.begun > 10:
            raise Failed("no byte has come through firedrill after 10 s")
        time.sleep(0.0005)


def long_drill(lines):
    """A valid drill of so many lines, or a few more: proxies with faults, as many as a drill may have, and with checks."""
    parts = ["[drill]", 'name = "long"', 'duration = "60s"', 'max_duration = "2m"']
    kinds = (("latency", 'delay = "50ms"', 'jitter = "10ms"'), ("bandwidth", 'rate = "1MB/s"'),
             ("pool", "max_connections = 7", 'queue_timeout = "1s"'))
    number = 0
    while len(parts) < lines:
        number += 1
        parts += ["", "[[proxy]]", f'name = "proxy-{number}"', 'listen = "127.0.0.1:0"',
                  f'upstream = "127.0.0.1:{10000 + number}"']
        for kind, *settings in kinds if number <= MOST_FAULTS // len(kinds) else ():
            parts += ["", "[[fault]]", f'name = "{kind}-{number}"', f'proxy = "proxy-{number}"', f'kind = "{kind}"',
                      'at = "10s"', 'for = "30s"', *settings]
        parts += ["", "[[check]]", f'name = "traffic {number}"', f'proxy = "proxy-{number}"',
                  'expect = { connections = "> 0" }']
    return "\n".join(parts) + "\n"


def start(bench):
    times = 5 * bench.seconds
    with tempfile.TemporaryDirectory(dir=bench.directory) as where:
        drill = Path(where, "long.toml")
        drill.write_text(long_drill(1000))
        echo = free_port()
        with Child("echo", [str(bench.tools / "pingpong"), "echo", str(echo)], where) as server:
            server.listening_on(echo)
            served = [first_byte(bench, echo) for _ in range(times)]
        checked = [once([str(bench.program), "check", str(drill)], where) for _ in range(times)]
        nothing = [once(["/bin/true"], where) for _ in range(times)]
    return {"start_ms": statistics.median(served), "check_ms": statistics.median(checked),
            "true_ms": statistics.median(nothing)}


GROUPS = [
    Group("scale", scale, [
        *(Row(f"{key}_{size}", f"{size:,} links{title}") for size in SIZES for key, title in (
            ("idle_kib", ": memory per idle link, KiB"), ("held_kib", ": with 64 bytes held, KiB"),
            ("idle_cpu", " idle: CPU, ms per s"), ("held_cpu", " held: CPU, ms per s"),
            ("idle_control", " idle: control request, p50, ms"), ("held_control", " held: control request, p50, ms"),
            ("longest", ": the longest control request, ms"), ("heal", ": to heal, ms"))),
        Row("idle_flat", "memory per idle link, 9,000 / 1,000 links", most=1.1),
        Row("held_flat", "per link that holds, 9,000 / 1,000 links", most=1.1),
        Row("control_flat", "control request, 9,000 / 100 links held", most=1.5)]),
    Group("cap", cap, [
        Row("cap_sent", f"{HOARDERS} links into an hour of latency: taken from them, MiB"),
        Row("cap_taken", "memory for it, where the cap is 1,024 MiB", most=1130)]),
    Group("burst", burst, [
        Row("burst_lost", f"{BURST:,} connections at once: refused, broken or lost", most=0),
        Row("burst_took", "until all were answered, s"), Row("burst_direct", "the same without a proxy, s")]),
    Group("start", start, [
        Row("start_ms", "from start to first proxied byte, ms", most=30),
        Row("check_ms", "`firedrill check`, 1,000 lines, ms", most=20), Row("true_ms", "`/bin/true` besides, ms")]),
]
