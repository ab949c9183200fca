"""The path of events from the outbox to the statistics.

First 100,000 completed sessions of 2,000 users are written into the outbox at once, and the time until the last one is in
session_facts gives events per second. Then sessions are written at a fixed rate, in batches twenty-five times a second
regardless of the program, and for each batch the time from its scheduled time to its commit by the consumer is the lag."""

import subprocess
import time
from collections.abc import Callable

from bench.program import Program
from bench.servers import OWNER, Servers
from bench.tools import Tools

USERS = 2000
EVENTS = 100_000
RATE = 2000
SECONDS = 10
TICK = 0.04
# Events like those of the meditation service.
INSERT = """
INSERT INTO outbox (type, user_id, payload, occurred_at)
SELECT 'session.completed', user_id,
       jsonb_build_object('id', gen_random_uuid(), 'version', 2, 'status', 'completed', 'kind', 'breathing',
                          'plannedSeconds', 600, 'durationSeconds', 600, 'startedAt', now(), 'endedAt', now(),
                          'localDate', (current_date - n % 30)::text, 'timezone', 'Europe/Berlin', 'groupId', null,
                          'moodBefore', 3, 'moodAfter', 4, 'source', 'live'), clock_timestamp()
FROM (SELECT n, ('00000000-0000-7000-8000-' || lpad((random() * {users})::integer::text, 12, '0'))::uuid AS user_id
      FROM generate_series(1, {count}) AS n) AS made;
"""


class Database:
    """A psql process that returns one line for each statement that selects one value."""

    def __init__(self, servers: Servers) -> None:
        self._psql = subprocess.Popen(
            [servers.binaries / "psql", "-XqAt", "-h", servers.sockets, "-U", OWNER, "-d", OWNER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def query(self, sql: str) -> str:
        assert self._psql.stdin and self._psql.stdout
        self._psql.stdin.write(sql + "\n")
        self._psql.stdin.flush()
        return self._psql.stdout.readline().strip()

    def insert(self, count: int) -> int:
        """Returns the number of the last event."""
        return int(self.query(INSERT.format(users=USERS, count=count) + "SELECT last_value FROM outbox_id_seq;"))

    def facts(self) -> int:
        return int(self.query("SELECT count(*) FROM session_facts;"))

    def position(self) -> int:
        """The number of the last event that the consumer has committed."""
        return int(self.query("SELECT coalesce(max(id), 0) FROM consumer_positions WHERE consumer = 'analytics';"))

    def close(self) -> None:
        if self._psql.stdin:
            self._psql.stdin.close()
        self._psql.wait(10)


def throughput(database: Database, count: int) -> float:
    before = database.facts()
    last = database.insert(count)
    began = time.monotonic()
    while database.position() < last:
        time.sleep(0.005)
    elapsed = time.monotonic() - began
    while database.facts() < before + count:  # with a broker, the position is that of the relay
        time.sleep(0.01)
        elapsed = time.monotonic() - began
    return count / elapsed


def lags(writer: Database, reader: Database, rate: int, seconds: float) -> list[float]:
    """Milliseconds from the scheduled time of each batch to its commit by the consumer."""
    waiting: list[tuple[float, int]] = []
    found: list[float] = []
    began = time.monotonic()
    ticks = int(seconds / TICK)
    written = 0
    while written < ticks or waiting:
        if written < ticks and time.monotonic() >= began + written * TICK:
            waiting.append((began + written * TICK, writer.insert(int(rate * TICK))))
            written += 1
        done, now = reader.position(), time.monotonic()
        while waiting and waiting[0][1] <= done:
            found.append((now - waiting.pop(0)[0]) * 1000)
        time.sleep(0.001)
    return sorted(found)


def measure(tools: Tools, servers: Servers, settings: list[str], say: Callable[[str], None]) -> str:
    """Prints nothing but progress; returns what was measured."""
    program = Program(tools.program, servers, settings)
    writer, reader = Database(servers), Database(servers)
    try:
        throughput(writer, 1000)  # warms up connections, plans, caches
        say(f"{EVENTS:,} events at once")
        rate = throughput(writer, EVENTS)
        say(f"{RATE:,} events a second for {SECONDS} s")
        found = lags(writer, reader, RATE, SECONDS)
    finally:
        writer.close()
        reader.close()
        program.stop()

    def pick(share: float) -> float:
        return found[min(len(found) - 1, int(share * len(found)))]

    return (f"{rate:,.0f} events per second, of {EVENTS:,}\n"
            f"at {RATE:,} per second: lag p50 {pick(0.5):.0f} ms, p99 {pick(0.99):.0f} ms, max {found[-1]:.0f} ms")
