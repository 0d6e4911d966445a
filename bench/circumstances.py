"""What somebody needs to know of a machine to believe, or repeat, figures."""
import os
import platform
import shlex
import sys
from pathlib import Path


def of(program, load):
    """`load` is the load average before anything was measured."""
    try:
        cpus = Path("/proc/cpuinfo").read_text()
        model = next(line.partition(":")[2].strip() for line in cpus.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        system = platform.system()
    return {"command": shlex.join([program, *sys.argv[1:]]), "cores": len(os.sched_getaffinity(0)), "cpu": model,
            "kernel": platform.release(), "system": system, "load_average_before": [round(figure, 2) for figure in load]}


def words(facts):
    """The same as paragraphs."""
    load = facts["load_average_before"][0]
    busy = [f"The machine was busy before it began: load average {load}."] if load > facts["cores"] / 2 else []
    return [*busy, f"`{facts['command']}`, {facts['system']}, Linux {facts['kernel']}, {facts['cores']} cores, "
                   f"{facts['cpu']}."]
