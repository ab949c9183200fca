"""Measures both sides in turns, A B A B, so that whatever else the machine does meets both."""

import dataclasses
import os
import statistics
import time
from collections.abc import Callable, Sequence

from bench import processes
from bench.drive import Generator, Load
from bench.operations import Operation, State
from bench.people import check
from bench.rows import Figures
from bench.servers import Servers

Usage = dict[str, float]
LONGEST_WAIT = 15  # seconds, until earlier changes have reached the statistics


@dataclasses.dataclass
class Side:
    """A started server and what its calls use."""

    name: str
    port: int
    pids: list[int]
    state: State


@dataclasses.dataclass
class Turn:
    closed: Load
    used: Usage


@dataclasses.dataclass
class Measured:
    """All turns of one operation on one side."""

    turns: list[Turn] = dataclasses.field(default_factory=list)
    opened: Load | None = None
    others: float = 0

    def figures(self) -> Figures:
        def median(of: Callable[[Turn], float]) -> float:
            return statistics.median(map(of, self.turns))

        def cpu(part: str) -> float:
            return median(lambda turn: 1e6 * turn.used[part] / max(turn.closed.requests, 1))

        return Figures(
            value=median(lambda turn: turn.closed.rate), p50_ms=median(lambda turn: turn.closed.p50),
            p99_ms=median(lambda turn: turn.closed.p99), open_p50_ms=self.opened.p50 if self.opened else None,
            open_p99_ms=self.opened.p99 if self.opened else None, cpu_us=cpu("program"), postgres_us=cpu("postgres"),
            redis_us=cpu("redis"), failed=sum(turn.closed.failed for turn in self.turns) + (self.opened.failed if self.opened else 0))


class Measurement:
    """`seconds`: of a closed loop; `turns`: of each side; `opens`: whether an open loop follows; `patience`: how long settle()
    waits at most."""

    def __init__(self, servers: Servers, generator: Generator, seconds: float, turns: int, say: Callable[[str], None],
                 opens: bool = True, patience: float = LONGEST_WAIT) -> None:
        self._servers, self._generator, self._seconds, self._turns = servers, generator, seconds, turns
        self._say, self._opens, self._patience = say, opens, patience

    def usage(self, side: Side) -> Usage:
        postgres, redis = self._servers.cpu()
        clients = os.times()
        return {"program": processes.cpu(side.pids), "postgres": postgres, "redis": redis,
                "clients": clients.user + clients.system + clients.children_user + clients.children_system,
                "machine": processes.machine_cpu()}

    def settle(self, sides: Sequence[Side]) -> None:
        """Waits until earlier changes have reached the statistics: less than 10 % of a core is used. Not for long: what the
        servers do in the background belongs to the measurement."""
        def used() -> float:
            return self._servers.cpu()[0] + sum(processes.cpu(side.pids) for side in sides)

        deadline, before = time.monotonic() + self._patience, used()
        while time.monotonic() < deadline:
            time.sleep(0.4)
            now = used()
            if now - before < 0.04:
                return
            before = now

    def _run(self, operation: Operation, side: Side, seconds: float, rate: float = 0) -> Load:
        load = self._generator.run(side.port, operation.requests(side.state), seconds=0 if operation.once else seconds, rate=rate,
                                   connections=operation.connections, saves_bodies=operation.learn is not None)
        if operation.once:  # what follows needs each of them
            check(load, f"{operation.name}, {side.name}")
        elif load.failed:
            self._say(f"{load.failed} of {load.requests} requests failed: {load.statuses}")
        if operation.learn:
            operation.learn(side.state, load)
        return load

    def measure(self, group: Sequence[Operation], sides: Sequence[Side]) -> dict[str, dict[str, Measured]]:
        """Operations that belong together, such as a start and its completion: {operation: {side: …}}."""
        found = {operation.name: {side.name: Measured() for side in sides} for operation in group}
        for turn in range(self._turns):
            for side in sides:
                for operation in group:
                    self._say(f"{operation.title}: {side.name}, turn {turn + 1} of {self._turns}")
                    if turn == 0 and not operation.once:
                        self._run(operation, side, self._seconds / 2)  # warms up
                    self.settle(sides)
                    self._measure_turn(operation, side, found[operation.name][side.name])
        for side in sides if self._opens else []:
            for operation in group:
                self._say(f"{operation.title}: {side.name}, at half of this rate")
                measured = found[operation.name][side.name]
                self.settle(sides)
                measured.opened = self._run(operation, side, self._seconds, measured.figures().value / 2)
        return found

    def _measure_turn(self, operation: Operation, side: Side, measured: Measured) -> None:
        before = self.usage(side)
        began = time.monotonic()
        closed = self._run(operation, side, self._seconds)
        if operation.once:
            self.settle([side])  # a write also costs what its event does later
        took = time.monotonic() - began
        used = {part: after - before[part] for part, after in self.usage(side).items()}
        measured.turns.append(Turn(closed, used))
        ours = used["program"] + used["postgres"] + used["redis"] + used["clients"]
        measured.others = max(measured.others, (used["machine"] - ours) / took)
