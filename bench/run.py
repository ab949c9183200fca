"""One run of the benchmark: data, operations, limits, sockets, and the rows of the report."""

import dataclasses
import time
from collections.abc import Callable

from bench import limits, machine, peer, processes
from bench.drive import Generator
from bench.limits import Limit
from bench.measure import LONGEST_WAIT, Measured, Measurement, Side
from bench.operations import OPERATIONS, Operation, State, grouped
from bench.peer import Peer
from bench.people import add_accounts, create
from bench.program import Program
from bench.rows import Figures, Report, Row
from bench.servers import Servers
from bench.socket_rows import SocketRows, SocketSize
from bench.sockets import Sockets
from bench.tools import Tools

# While the users are made, passwords are hashed with next to nothing. The measured logins have the real parameters.
CHEAP = ["auth.argon2_memory_kib=8", "auth.argon2_passes=1"]
CHEAP_PEER = {"ARGON2_MEMORY_KIB": "8", "ARGON2_PASSES": "1"}


@dataclasses.dataclass(frozen=True)
class Size(SocketSize):
    """How much is measured, and how long."""

    users: int = 1000
    history: int = 200  # sessions of each of these users
    others: int = 15000  # people without a history: for writes, refreshes and sockets
    accounts: int = 100  # users whose passwords are hashed with the real parameters
    seconds: float = 4
    turns: int = 2
    is_core: bool = False  # only the most frequent operations
    is_cheap: bool = False  # measured passwords are hashed with next to nothing, too
    patience: float = LONGEST_WAIT  # between measurements


FULL = Size()
QUICK = Size(users=500, history=100, others=4000, accounts=20, seconds=2.5, turns=1, is_core=True, ramp=(), large_room=0,
             idle=4000, tickets=0)
# All rows with next to no load, to test the runner.
SMALLEST = Size(users=8, history=20, others=200, accounts=3, seconds=0.3, turns=1, is_cheap=True, patience=0, rooms=2,
                delivery_rate=20, ramp=(30, 40), large_room=150, idle=150, tickets=40)


PARTS = [*(operation.name for operation in OPERATIONS), "sockets", "gateway"]


class Run:
    """`settings`: of the program, beside its defaults; `only`: these of PARTS, unless it is empty."""

    def __init__(self, tools: Tools, servers: Servers, size: Size, settings: list[str], only: list[str],
                 say: Callable[[str], None]) -> None:
        self._tools, self._servers, self._size, self._settings, self._say = tools, servers, size, settings, say
        self._only = set(only or PARTS) | ({"start"} if "complete" in only else set())
        self._began = time.monotonic()
        self._generator = Generator(tools.pace, servers.directory)
        self._measurement = Measurement(servers, self._generator, size.seconds, size.turns, say, patience=size.patience)
        self.report = Report("Mind Space, a peer, and the machine's limits",
                             machine.describe(tools.program, servers.binaries), [], [])
        self._sides = ["ours", "peer"] if peer.can_run() else ["ours"]
        if "peer" not in self._sides:
            say(f"without the peer, which needs Node.js {peer.OLDEST_NODE}")
        self._states: dict[str, State] = {}
        self._limits: dict[str, Limit] = {}

    def perform(self) -> Report:
        self._prepare()
        self._measure_limits()
        if self._operations():
            self._measure_one_process()
        if "sockets" in self._only:
            self._measure_sockets()
        if "gateway" in self._only and not self._size.is_core:
            self._measure_split()
        self.report.seconds = time.monotonic() - self._began
        return self.report

    def _prepare(self) -> None:
        peer.create_database(self._servers)
        for name in self._sides:
            self._say(f"{name}: making {self._size.users + self._size.others} users, "
                      f"{self._size.users * self._size.history} sessions")
            server = self._start_server(name, is_cheap=True)
            try:
                people = create(self._generator, server.port, self._size.users, self._size.history, self._size.others)
            finally:
                server.stop()
            self._states[name] = State(people, self._size.others)
        limits.create_database(self._servers)
        for database in ("mindspace", peer.DATABASE, limits.DATABASE):
            self._servers.query(database, "VACUUM ANALYZE")
        self._servers.query("postgres", "CHECKPOINT")

    def _start_server(self, name: str, is_cheap: bool = False, is_split: bool = False) -> Program | Peer:
        """`is_cheap`: passwords are hashed with next to nothing."""
        if name == "peer":
            return Peer(self._servers, CHEAP_PEER if is_cheap else {}, is_split)
        return Program(self._tools.program, self._servers, [*self._settings, *(CHEAP if is_cheap else [])], is_split)

    def _operations(self) -> list[Operation]:
        return [operation for operation in OPERATIONS
                if operation.name in self._only and (operation.is_core or not self._size.is_core)]

    def _measure_limits(self) -> None:
        measured = self._operations() + [operation for operation in OPERATIONS if operation.is_split and "gateway" in self._only]
        names = {operation.limit for operation in measured} | {"send"}
        self._limits = limits.measure(self._servers, self._generator, self._tools, self._size.seconds, names, self._say)
        limits.drop_database(self._servers)

    def _start(self, is_split: bool = False) -> tuple[list[Side], Callable[[], None]]:
        """Both sides, and what stops them; adds a row for the time that each took."""
        self._servers.empty_redis()
        sides, servers, took = [], [], {}
        for name in self._sides:
            began = time.monotonic()
            server = self._start_server(name, self._size.is_cheap, is_split)
            took[name] = Figures(time.monotonic() - began)
            servers.append(server)
            sides.append(Side(name, server.port, server.pids(), self._states[name]))
        name = "gateway: start-up" if is_split else "start-up"
        if all(row.operation != name for row in self.report.rows):
            self.report.rows.append(Row(name, "start until it serves, with existing data", "s", took["ours"], took.get("peer"),
                                        is_less_better=True))

        def stop() -> None:
            for server in servers:
                server.stop()
        return sides, stop

    def _measure_one_process(self) -> None:
        sides, stop = self._start()
        try:
            for side in sides:
                self._say(f"{side.name}: registering users with the real parameters")
                add_accounts(self._generator, side.port, side.state.people, self._size.accounts)
            self._measure_operations(sides, self._operations())
            self.report.rows.append(memory_row(sides, "memory", "memory of the process after these operations"))
        finally:
            stop()

    def _measure_sockets(self) -> None:
        """With new processes: what a socket takes is seen only by one whose memory has not been larger before."""
        sides, stop = self._start()
        try:
            self._measure_sockets_of(sides)
        finally:
            stop()

    def _measure_sockets_of(self, sides: list[Side]) -> None:
        benches = {side.name: Sockets(self._tools.swarm, self._servers.directory, side.port, side.pids,
                                      side.state.people.others, lambda side=side: self._measurement.usage(side))
                   for side in sides}
        socket_rows = SocketRows(benches, self._size, self._limits["send"], self._say)
        socket_rows.measure()
        self.report.rows += socket_rows.rows
        self.report.curves += socket_rows.curves

    def _measure_split(self) -> None:
        sides, stop = self._start(is_split=True)
        try:
            self._measure_operations(sides, [operation for operation in OPERATIONS if operation.is_split], "gateway: ")
            self.report.rows.append(memory_row(sides, "gateway: memory", "gateway: memory of the five processes"))
        finally:
            stop()

    def _measure_operations(self, sides: list[Side], operations: list[Operation], prefix: str = "") -> None:
        for group in grouped(operations):
            found = self._measurement.measure(group, sides)
            for operation in group:
                self.report.rows.append(self._row(operation, found[operation.name], prefix))

    def _row(self, operation: Operation, found: dict[str, Measured], prefix: str) -> Row:
        return Row(prefix + operation.name, prefix + operation.title, "requests/s", found["ours"].figures(),
                   found["peer"].figures() if "peer" in found else None, self._limits.get(operation.limit),
                   others=max(measured.others for measured in found.values()))


def memory_row(sides: list[Side], name: str, title: str) -> Row:
    found = {side.name: Figures(processes.memory(side.pids) / 1024 / 1024) for side in sides}
    return Row(name, title, "MiB", found["ours"], found.get("peer"), is_less_better=True)

