"""What may stand between client and server: nothing, Firedrill, HAProxy, nginx, or any command that forwards a port."""
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from processes import Child, Failed, free_port

PATH = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


def program(name):
    """Where a program is; Debian keeps servers out of an ordinary user's PATH."""
    return shutil.which(name, path=PATH)


def first_line(command):
    """What a program says of its version."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL)
        return (done.stdout + done.stderr).strip().splitlines()[0]
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return "unknown"


@dataclass(frozen=True)
class Peer:
    name: str
    version: str
    command: Callable | None  # (listen port, upstream port, directory) -> argv; None: nothing stands between
    missing: str = ""         # why it cannot be measured
    only: tuple = ()          # the groups that it is measured in; empty: all

    def takes_part(self, group):
        return (not self.only or group.name in self.only) and (group.direct or self.name != "direct")

    def start(self, upstream, directory, cores=None):
        """Starts it in front of the upstream port; answers with the process and the port it listens on."""
        if self.missing:
            raise Failed(self.missing)
        listen = free_port()
        child = Child(self.name, self.command(listen, upstream, directory), directory, cores)
        try:
            return child.listening_on(listen), listen
        except BaseException:
            child.end()
            raise


def firedrill(path):
    """The program as it is used: a run whose drill has a proxy and a check, and no fault. SIGTERM ends it."""
    def command(listen, upstream, directory):
        Path(directory, "bench.toml").write_text(f"""
[drill]
name         = "bench"
duration     = "30m"
max_duration = "30m"

[[proxy]]
name     = "clean"
listen   = "127.0.0.1:{listen}"
upstream = "127.0.0.1:{upstream}"

[[check]]
name   = "traffic reached it"
proxy  = "clean"
expect = {{ connections = "> 0" }}
""")
        return [str(path), "run", "bench.toml", "--report", "report"]

    return Peer("firedrill", first_line([path, "--version"]), command)


def haproxy(workers, links, splice=False):
    """TCP mode. `splice`: forced, both ways, in the groups that move bulk: splice-auto of 2.6 never takes to it."""
    path = program("haproxy")
    name, only = ("haproxy-splice", ("one-stream", "four-streams")) if splice else ("haproxy", ())
    if not path:
        return Peer(name, "missing", None, "haproxy is not installed", only)
    forced = "  option splice-request\n  option splice-response\n" if splice else ""

    def command(listen, upstream, directory):
        Path(directory, "haproxy.cfg").write_text(f"""
global
  nbthread {workers}
  maxconn {max(links + 200, 2000)}
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
{forced}listen bench
  bind 127.0.0.1:{listen}
  server upstream 127.0.0.1:{upstream}
""")
        return [path, "-db", "-f", "haproxy.cfg"]

    return Peer(name, first_line([path, "-v"]), command, only=only)


def nginx_main(workers, connections):
    """The lines that every nginx of ours begins with."""
    user = "user root;\n" if os.geteuid() == 0 else ""
    return f"""{user}daemon off;
pid nginx.pid;
error_log stderr;
worker_processes {workers};
events {{ worker_connections {connections}; }}
"""


def nginx_stream(workers, links):
    path = program("nginx")
    if not path:
        return Peer("nginx", "missing", None, "nginx is not installed")
    built = subprocess.run([path, "-V"], capture_output=True, text=True, check=False).stderr
    modules = re.search(r"--modules-path=(\S+)", built)
    module = Path(modules[1] if modules else "modules", "ngx_stream_module.so")
    load = f"load_module {module};\n" if module.exists() else ""
    if not load and not re.search(r"--with-stream(\s|$)", built):
        return Peer("nginx", "no stream", None, "nginx has no stream module (Debian: libnginx-mod-stream)")

    def command(listen, upstream, directory):
        Path(directory, "nginx.conf").write_text(load + nginx_main(workers, 2 * links + 1000) + f"""stream {{
  proxy_timeout 1h;
  server {{
    listen 127.0.0.1:{listen} backlog=4096;
    proxy_pass 127.0.0.1:{upstream};
  }}
}}
""")
        return [path, "-p", str(directory), "-e", "stderr", "-c", "nginx.conf"]

    return Peer("nginx", first_line([path, "-v"]), command)


def given(text, taken):
    """A --peer NAME=COMMAND. Raises ValueError with what is wrong with it."""
    name, equals, words = text.partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z0-9_.-]{1,32}", name):
        raise ValueError(f"--peer {text}: want NAME=COMMAND")
    if name in taken:
        raise ValueError(f"--peer {name}: there is one of that name already")
    argv = shlex.split(words)
    if not argv or not program(argv[0]):
        raise ValueError(f"--peer {name}: no such program: {argv[0] if argv else ''}")
    if "{listen" not in words or "{upstream" not in words:
        raise ValueError(f"--peer {name}: the command must say where {{listen}} and {{upstream}} go")

    def command(listen, upstream, directory):
        places = {"{listen}": f"127.0.0.1:{listen}", "{upstream}": f"127.0.0.1:{upstream}",
                  "{listen_port}": str(listen), "{upstream_port}": str(upstream), "{dir}": str(directory)}
        filled = []
        for word in [program(argv[0]), *argv[1:]]:
            for place, value in places.items():
                word = word.replace(place, value)
            filled.append(word)
        return filled

    return Peer(name, f"given: {words}", command)


def http_backend(workers, directory):
    """A small nginx that answers 200 to everything; answers with the process and its port."""
    path = program("nginx")
    if not path:
        raise Failed("nginx is not installed")
    port = free_port()
    Path(directory, "nginx.conf").write_text(nginx_main(workers, 8192) + f"""http {{
  access_log off;
  keepalive_requests 1000000000;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ return 200 "ok\\n"; }}
  }}
}}
""")
    child = Child("http-backend", [path, "-p", str(directory), "-e", "stderr", "-c", "nginx.conf"], directory)
    try:
        return child.listening_on(port), port
    except BaseException:
        child.end()
        raise
