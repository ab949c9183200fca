"""What a report states about the machine and the versions."""

import datetime
import os
import pathlib
import platform
import re
import subprocess


def first_line(*command: str) -> str:
    try:
        ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except OSError:
        return "not installed"
    return ended.stdout.partition("\n")[0].strip()


def describe(binary: pathlib.Path, postgres: pathlib.Path) -> dict[str, str]:
    processors = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"model name\s*: (.*)", processors)
    size = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text(encoding="utf-8"))
    load = os.getloadavg()
    return {
        "time": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{int(size[1]) / 1024 / 1024:.0f} GiB" if size else "",
        "kernel": platform.release(),
        "load before the run": f"{load[0]:.1f}",
        "program": first_line(str(binary), "--version"),
        "PostgreSQL": first_line(str(postgres / "postgres"), "--version"),
        "Redis": first_line("redis-server", "--version").partition(" sha")[0],
        "Node.js": first_line("node", "--version"),
        "Nginx": first_line("nginx", "-v").removeprefix("nginx version: "),
    }
