"""The processes a benchmark starts: started, watched through /proc, ended by pid. Nothing else is ever ended."""
import contextlib
import ctypes
import os
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
SLACK = 8.0  # seconds that a load may take beyond what it was asked for

LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)  # what our children leave behind comes to us, to be waited for


class Failed(Exception):
    """A measurement that could not be made, and why."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tcp_sockets(port, state):
    """How many sockets of this machine have this local port and state ("01" established, "0A" listening)."""
    wanted = f":{port:04X}"
    count = 0
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table) as lines:
                for fields in map(str.split, lines):
                    count += fields[1].endswith(wanted) and fields[3] == state
        except FileNotFoundError:
            pass
    return count


def last_words(path):
    """The last line of a log, for a message of failure."""
    lines = [line.strip() for line in path.read_text(errors="replace").splitlines() if line.strip()]
    return f": {lines[-1][:300]}" if lines else ""


class Child:
    """A process of ours and its children. Its output goes to a log; if this program dies, so does it."""

    def __init__(self, name, command, directory, cores=None):
        self.name = name
        self.log = Path(directory) / f"{name}.log"

        clock, told = os.pipe()

        def prepare():
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if cores:
                os.sched_setaffinity(0, cores)
            os.write(told, struct.pack("d", time.perf_counter()))

        with open(self.log, "wb") as log, open(clock, "rb") as clock, open(told, "wb"):
            try:
                self.process = subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=log, start_new_session=True, preexec_fn=prepare)
            except OSError as error:
                raise Failed(f"{name} does not start: {error.strerror or error}") from None
            # By time.perf_counter(). How long it took to copy this process first is not the program's doing.
            self.begun, = struct.unpack("d", clock.read(8))
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def ended(self):
        # Not reaped, so that neither the pid nor the group's number can become somebody else's.
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)

    def must_run(self):
        gone = self.ended()
        if gone:
            how = f"ended with code {gone.si_status}" if gone.si_code == os.CLD_EXITED else \
                f"was ended by {signal.Signals(gone.si_status).name}"
            raise Failed(f"{self.name} {how}{last_words(self.log)}")

    def listening_on(self, port, within=10.0):
        """Waits until somebody listens on the port, without connecting to it."""
        deadline = time.monotonic() + within
        while not tcp_sockets(port, "0A"):
            self.must_run()
            if time.monotonic() > deadline:
                raise Failed(f"{self.name} does not listen on port {port} after {within:.0f} s{last_words(self.log)}")
            time.sleep(0.01)
        return self

    def tree(self):
        """The pids of the process and all that descend from it."""
        pids = [self.pid]
        for pid in pids:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    pids += map(int, children.read_text().split())
                except (FileNotFoundError, ProcessLookupError):
                    pass
        return pids

    def cpu_seconds(self):
        """Spent so far in user space and kernel by the tree, and by those of it that have ended and been waited for."""
        ticks = 0
        for pid in self.tree():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
            except (FileNotFoundError, ProcessLookupError):
                pass
        return ticks / TICK

    def memory_kib(self):
        """The tree's proportional set size."""
        total = 0
        for pid in self.tree():
            try:
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
            except PermissionError:
                raise Failed(f"may not read the memory of {self.name} (pid {pid})") from None
            except (FileNotFoundError, ProcessLookupError):
                pass
        return total

    def peak_kib(self):
        """The most that the process itself has had resident so far."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
        raise Failed(f"{self.name} (pid {self.pid}) says nothing of its memory")

    def end(self, grace=5.0):
        """SIGTERM, after a grace SIGKILL; SIGKILL for the rest of its group. Says whether the grace was enough."""
        if self.process.returncode is not None:
            return True
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while not self.ended() and time.monotonic() < deadline:
            time.sleep(0.005)
        in_time = bool(self.ended())
        os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-self.pid, 0)
        return in_time


def run_load(name, command, seconds, directory, cores=None):
    """Runs a load that ends by itself; returns its standard output. Ended and failed when it takes far too long."""
    with Child(name, command, directory, cores) as load:
        deadline = time.monotonic() + seconds + SLACK
        while not (gone := load.ended()):
            if time.monotonic() > deadline:
                raise Failed(f"{name} was not done after {seconds + SLACK:.0f} s{last_words(load.log)}")
            time.sleep(0.005)
        text = load.log.read_text(errors="replace")
        if gone.si_code != os.CLD_EXITED:
            load.must_run()
        return gone.si_status, text
