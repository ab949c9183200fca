"""The rows and curves of sockets, both sides in turns."""

import dataclasses
from collections.abc import Callable, Mapping

from bench.limits import Limit
from bench.rows import Curve, Figures, Row
from bench.sockets import MOST_MS, ROOM, Sockets, is_good


@dataclasses.dataclass(frozen=True)
class SocketSize:
    """How many sockets are measured, and how long; 0: not at all."""

    seconds: float = 4
    turns: int = 2
    rooms: int = 20
    delivery_rate: float = 100
    ramp: tuple[float, ...] = tuple(600 * 1.25 ** step for step in range(12))
    large_room: int = 10000
    idle: int = 15000
    tickets: int = 3000


class SocketRows:
    """`send`: the limit of a delivery. The rows and curves are there after measure()."""

    def __init__(self, sides: Mapping[str, Sockets], size: SocketSize, send: Limit, say: Callable[[str], None]) -> None:
        self._sides, self._size, self._send, self._say = sides, size, send, say
        self.rows: list[Row] = []
        self.curves: list[Curve] = []

    def measure(self) -> None:
        if self._size.idle:
            self._measure_idle()
        if self._size.tickets:
            self._measure_tickets()
        self._measure_deliveries()
        if self._size.ramp:
            self._measure_ramp()
        if self._size.large_room:
            self._measure_large_room()

    def _in_turns(self, what: str, measure: Callable[[Sockets], Figures], turns: int) -> dict[str, Figures]:
        """The turn in the middle, by its value."""
        found: dict[str, list[Figures]] = {name: [] for name in self._sides}
        for turn in range(turns):
            for name, side in self._sides.items():
                self._say(f"{what}: {name}, turn {turn + 1} of {turns}")
                found[name].append(measure(side))
        return {name: sorted(turns, key=lambda figures: figures.value)[len(turns) // 2] for name, turns in found.items()}

    def _measure_tickets(self) -> None:
        def join(side: Sockets) -> Figures:
            report, used = side.join_by_ticket(self._size.tickets, 10)
            count = report["joined"]
            return Figures(count / report["seconds"], report["latency"]["p50_ms"], report["latency"]["p99_ms"],
                           cpu_us=1e6 * used["program"] / count, postgres_us=1e6 * used["postgres"] / count,
                           redis_us=1e6 * used["redis"] / count)

        found = self._in_turns("ticket and join", join, self._size.turns)
        self.rows.append(Row("ticket + join", "POST /groups/{id}/ticket, WebSocket, hello, welcome; rooms of 10", "sockets/s",
                             found["ours"], found.get("peer")))

    def _measure_deliveries(self) -> None:
        rate = self._size.delivery_rate

        def deliver(side: Sockets) -> Figures:
            report, used = side.deliver(self._size.rooms, rate, 2 * self._size.seconds)
            count = max(report["latency"]["count"], 1)
            return Figures(report["latency"]["p99_ms"], report["latency"]["p50_ms"], report["latency"]["p99_ms"],
                           cpu_us=1e6 * used["program"] / count, redis_us=1e6 * used["redis"] / count,
                           failed=report["expected"] - report["latency"]["count"])

        found = self._in_turns("deliveries", deliver, self._size.turns)
        self.rows.append(Row("deliveries: latency", f"{self._size.rooms} rooms of {ROOM}, {rate:.0f} reactions a second to all of "
                             "their room: p99", "ms", found["ours"], found.get("peer"), is_less_better=True))
        cpu = {name: Figures(figures.cpu_us or 0) for name, figures in found.items()}
        self.rows.append(Row("deliveries: CPU", "the same: CPU of the process for each delivery", "us",
                             cpu["ours"], cpu.get("peer"),
                             Limit(self._send.what, self._send.cpu_us, self._send.cpu_us), is_less_better=True))

    def _measure_ramp(self) -> None:
        stages = {}
        for name, side in self._sides.items():
            self._say(f"deliveries, faster and faster: {name}")
            stages[name] = side.ramp(self._size.rooms, list(self._size.ramp), max(self._size.seconds / 2, 0.3))

        def capacity(name: str) -> Figures:
            good = [stage for stage in stages[name] if is_good(stage)]
            best = max(good, key=lambda stage: stage["delivered"], default=None)
            if best is None:
                return Figures(0)
            return Figures(best["delivered"], best["p50_ms"], best["p99_ms"], cpu_us=best["cpu_us"], redis_us=best["redis_us"])

        is_bounded = all(stages[name][-1]["rate"] < self._size.ramp[-1] for name in stages)
        self.rows.append(Row("deliveries: capacity", f"the same rooms, faster and faster until p99 is above {MOST_MS} ms twice",
                             "deliveries/s", capacity("ours"), capacity("peer") if "peer" in stages else None, self._send,
                             note="" if is_bounded else "A side passed the highest rate: its capacity is higher."))
        lines = {name: [(stage["delivered"], stage["p99_ms"] or 0) for stage in found] for name, found in stages.items()}
        self.curves.append(Curve("deliveries", f"Deliveries in {self._size.rooms} rooms of {ROOM}", "deliveries/s", "p99, ms", lines))

    def _measure_large_room(self) -> None:
        def start(side: Sockets) -> Figures:
            report = side.start_room(self._size.large_room)
            return Figures(report["start"]["max_ms"] or 0, report["start"]["p50_ms"], report["start"]["p99_ms"])

        found = self._in_turns("one large room", start, 1)
        self.rows.append(Row("large room: start", f"one room of {self._size.large_room:,}: from the host's start until the last "
                             "has it", "ms", found["ours"], found.get("peer"), is_less_better=True))

    def _measure_idle(self) -> None:
        seconds = 2.5 * self._size.seconds
        held = {}
        for name, side in self._sides.items():
            self._say(f"{self._size.idle:,} idle sockets: {name}")
            held[name] = side.hold(self._size.idle, seconds)
            if held[name]["lost"]:
                raise SystemExit(f"{name} lost idle sockets: {held[name]}")

        def row(name: str, title: str, unit: str, value: str, factor: float = 1) -> Row:
            return Row(name, f"{self._size.idle:,} sockets in rooms of {ROOM}: {title}", unit, Figures(factor * held["ours"][value]),
                       Figures(factor * held["peer"][value]) if "peer" in held else None, is_less_better=True)

        self.rows.append(row("idle: memory", "memory of the process for each", "KiB", "kib"))
        self.rows.append(row("idle: CPU", "CPU of the process", "% of a core", "cores", 100))
        self.rows.append(row("idle: join", "time until all have joined", "s", "seconds"))
