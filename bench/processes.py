"""Processes that a run starts: how they end with it, and the CPU and memory that they use, from /proc."""

import contextlib
import os
import pathlib
import random
import socket
import subprocess
import time
from collections.abc import Callable, Sequence

TICKS = os.sysconf("SC_CLK_TCK")
FIRST_PORT, LAST_PORT = 12_000, 21_999


def ends_with_us(signal: str = "TERM", account: str = "") -> list[str]:
    """The words before a command that gets this signal when the run ends, however it ends. As `user:group`, if we are root."""
    words = ["setpriv", "--pdeathsig", signal]
    if account and os.geteuid() == 0:
        user, _, group = account.partition(":")
        words += [f"--reuid={user}", f"--regid={group}", "--clear-groups"]
    return words


def free_port() -> int:
    """A TCP port that the kernel assigns to no client by chance, since it is below their range, and that nobody else who asks
    this way gets while this process lives (as in tests/support/base/process.cpp)."""
    while True:
        port = random.randint(FIRST_PORT, LAST_PORT)
        if _is_free(port) and _reserve(port):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True


def _reserve(port: int) -> bool:
    owner = socket.socket(socket.AF_UNIX)
    try:
        owner.bind(f"\0mindspace-test-port-{port}")
    except OSError:
        owner.close()
        return False
    owner.detach()  # open until this process ends
    return True


def stop(process: subprocess.Popen, seconds: float = 60) -> None:
    """Asks it to end; kills it if it does not."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60, every: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {seconds:.0f} s: {what}")
        time.sleep(every)


def stat(pid: int) -> list[str]:
    text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return text[text.rindex(")") + 2:].split()


def cpu(pids: Sequence[int]) -> float:
    """Seconds of CPU that the processes have used, by their clocks (clock_getcpuclockid): /proc counts in 10 ms."""
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)


def tree_cpu(pid: int) -> float:
    """Seconds of CPU of a process and its children, the ended ones included."""
    total = sum(int(ticks) for ticks in stat(pid)[11:15]) / TICKS
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                if stat(int(entry))[1] == str(pid):
                    total += cpu([int(entry)])
    return total


def machine_cpu() -> float:
    """Seconds of CPU that everything on the machine has used."""
    ticks = [int(number) for number in pathlib.Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / TICKS


def memory(pids: Sequence[int]) -> int:
    """Bytes of memory that the processes alone use."""
    total = 0
    for pid in pids:
        lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss_Anon:"))
    return total
