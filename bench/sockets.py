"""Measures the sockets of groups with mindspace_swarm (bench/swarm): an open loop, in which latencies count from the
scheduled time of a message, not from when it was sent."""

import contextlib
import json
import pathlib
import subprocess
import tempfile
from collections.abc import Callable, Iterator

from bench import processes
from bench.people import Person, call

SOURCES = 16  # loopback addresses that sockets come from: each has its own ports
AT_ONCE = 100  # sockets that join at the same time
ROOM = 50
MOST_MS = 250  # the capacity is what is delivered with a p99 up to this
PATIENCE_S = 2

Group = tuple[str, list[Person]]


class Swarm:
    """One process with many sockets."""

    def __init__(self, binary: pathlib.Path, directory: pathlib.Path, port: int, groups: list[Group]) -> None:
        self.plan = tempfile.NamedTemporaryFile("w", dir=directory, suffix=".plan")
        number = 0
        for group, members in groups:
            for place, person in enumerate(members):
                part = "member" if place else "host"
                self.plan.write(f"127.0.0.{2 + number % SOURCES} {port} {group} {person.token} {part}\n")
                number += 1
        self.plan.flush()
        self.process = subprocess.Popen([*processes.ends_with_us(), binary, self.plan.name], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def call(self, text: str) -> dict:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"mindspace_swarm ended at: {text}")
        return json.loads(line)

    def join(self, by_ticket: bool = False) -> dict:
        report = self.call(f"join {AT_ONCE} {int(by_ticket)}")
        if report["lost"]:
            raise SystemExit(f"sockets could not join despite retrying as the API requires: {report}")
        return report

    def stop(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(60)
        self.plan.close()


class Sockets:
    """The measurements on one side. `port`: of its server; `pids`: its processes."""

    def __init__(self, binary: pathlib.Path, directory: pathlib.Path, port: int, pids: list[int], people: list[Person],
                 usage: Callable[[], dict[str, float]]) -> None:
        self._binary, self._directory, self._port, self._pids, self._people = binary, directory, port, pids, people
        self._usage = usage

    def _groups(self, sockets: int, size: int) -> list[Group]:
        """Groups of `size` people each; the first one is the host."""
        groups = []
        for at in range(0, sockets, size):
            members = self._people[at:at + size]
            made = call(self._port, "POST", "/groups", members[0].token,
                        {"title": "Load", "kind": "breathing", "plannedSeconds": 600})
            groups.append((made["id"], members))
        return groups

    @contextlib.contextmanager
    def _swarm(self, sockets: int, size: int) -> Iterator[Swarm]:
        swarm = Swarm(self._binary, self._directory, self._port, self._groups(sockets, size))
        try:
            yield swarm
        finally:
            swarm.stop()

    def _spent(self, before: dict[str, float]) -> dict[str, float]:
        return {part: after - before[part] for part, after in self._usage().items()}

    def join_by_ticket(self, sockets: int, size: int) -> tuple[dict, dict[str, float]]:
        with self._swarm(sockets, size) as swarm:
            before = self._usage()
            return swarm.join(by_ticket=True), self._spent(before)

    def deliver(self, rooms: int, rate: float, seconds: float, size: int = ROOM) -> tuple[dict, dict[str, float]]:
        """`rate` reactions a second, each delivered to all of its room."""
        with self._swarm(rooms * size, size) as swarm:
            swarm.join()
            swarm.call("idle 1")
            before = self._usage()
            return swarm.call(f"react {rate} {seconds}"), self._spent(before)

    def ramp(self, rooms: int, rates: list[float], seconds: float) -> list[dict]:
        """Higher rates one after the other, until p99 is too high twice: each with `rate`, `delivered` a second and CPU."""
        stages = []
        with self._swarm(rooms * ROOM, ROOM) as swarm:
            swarm.join()
            swarm.call("idle 1")
            for rate in rates:
                for _ in range(2):
                    before = self._usage()
                    report = swarm.call(f"react {rate} {seconds}")
                    used = self._spent(before)
                    count = report["latency"]["count"]
                    stages.append({"rate": rate, "delivered": rate * ROOM, "p50_ms": report["latency"]["p50_ms"],
                                   "p99_ms": report["latency"]["p99_ms"], "lost": report["expected"] - count,
                                   "cpu_us": 1e6 * used["program"] / max(count, 1), "redis_us": 1e6 * used["redis"] / max(count, 1)})
                    if is_good(stages[-1]):
                        break
                    swarm.call(f"idle {PATIENCE_S}")
                else:
                    break
        return stages

    def start_room(self, size: int) -> dict:
        """One room, which its host starts: {joined, seconds, start: {p50_ms, max_ms}, bell_error}."""
        with self._swarm(size, size) as swarm:
            joined = swarm.join()
            swarm.call("idle 2")
            return joined | swarm.call(f"start {int(swarm.call('now')) + 4_000_000_000} 2")

    def hold(self, sockets: int, seconds: float) -> dict:
        """Idle sockets in rooms of fifty: memory and CPU of each."""
        groups = self._groups(sockets, ROOM)
        before = processes.memory(self._pids)
        swarm = Swarm(self._binary, self._directory, self._port, groups)
        try:
            joined = swarm.join()
            swarm.call("idle 3")
            used = self._usage()
            report = swarm.call(f"idle {seconds}")
            spent = self._spent(used)
            held = processes.memory(self._pids) - before
        finally:
            swarm.stop()
        return {"sockets": joined["joined"], "seconds": joined["seconds"], "lost": report["lost"],
                "kib": held / 1024 / joined["joined"], "cores": spent["program"] / seconds}


def is_good(stage: dict) -> bool:
    return not stage["lost"] and stage["p99_ms"] is not None and stage["p99_ms"] <= MOST_MS
