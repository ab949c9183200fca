#!/usr/bin/env python3
"""Measures the path of events from the outbox to the aggregates, on a running release build.

    bench/events.py PROGRAM [--events N] [--rate N] [--seconds N] [--set KEY=VALUE]…

Starts PROGRAM with its own PostgreSQL and Redis on a fresh data directory. First N completed sessions of 2,000 users are
written into the outbox at once, and the time is taken until the last one stands in session_facts: events a second. Then
sessions are written at a rate, twenty-five times a second by the clock whatever the program does, and for each portion
the time from when it was due to its commit by the consumer is taken: the lag.
"""
import argparse
import os
import shutil
import subprocess
import tempfile
import time

from quick import SETTINGS, Program

USERS = 2000
TICK = 0.04
# Events as the meditation service writes them.
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
    """One psql that answers one line for each statement that selects one value."""

    def __init__(self, directory):
        self.psql = subprocess.Popen(
            ["psql", "-XqAt", "-h", f"{directory}/data/run", "-U", "mindspace", "-d", "mindspace"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(self, sql):
        self.psql.stdin.write(sql + "\n")
        self.psql.stdin.flush()
        return self.psql.stdout.readline().strip()

    def insert(self, count):
        """Returns how many events there are now."""
        return int(self.ask(INSERT.format(users=USERS, count=count) + "SELECT last_value FROM outbox_id_seq;"))

    def facts(self):
        return int(self.ask("SELECT count(*) FROM session_facts;"))

    def position(self):
        """The number of the last event that the consumer has committed."""
        return int(self.ask("SELECT coalesce(max(id), 0) FROM consumer_positions WHERE consumer = 'analytics';"))


def throughput(database, count):
    before = database.facts()
    last = database.insert(count)
    began = time.monotonic()
    while database.position() < last:
        time.sleep(0.005)
    took = time.monotonic() - began
    while database.facts() < before + count:  # with a broker the position is the relay's
        time.sleep(0.01)
        took = time.monotonic() - began
    return count / took


def lags(writer, reader, rate, seconds):
    """Milliseconds from when each portion was due to its commit by the consumer."""
    waiting, found = [], []
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


def main():
    parser = argparse.ArgumentParser(description="Measures events from the outbox to the aggregates.")
    parser.add_argument("program")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="KEY=VALUE")
    arguments = parser.parse_args()
    SETTINGS.extend(arguments.settings)
    directory = tempfile.mkdtemp(prefix="mindspace-bench-", dir="/tmp")
    os.chmod(directory, 0o755)
    program = Program(arguments.program, directory)
    try:
        database, reader = Database(directory), Database(directory)
        throughput(database, 1000)  # connections, plans, caches
        print(f"{throughput(database, arguments.events):8.0f} events a second, of {arguments.events}", flush=True)
        found = lags(database, reader, arguments.rate, arguments.seconds)
        pick = lambda share: found[min(len(found) - 1, int(share * len(found)))]
        print(f"at {arguments.rate} a second: lag p50 {pick(0.5):.0f} ms, p99 {pick(0.99):.0f} ms, "
              f"most {found[-1]:.0f} ms")
    finally:
        program.stop()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
