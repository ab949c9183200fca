#!/usr/bin/env python3
"""Measures the path of events from the outbox to the aggregates, on a running release build.

    bench/events.py PROGRAM [--events N] [--rate N] [--seconds N] [--set KEY=VALUE]…

Starts PROGRAM with embedded PostgreSQL and Redis on a new data directory. First it writes N completed sessions of 2,000
users into the outbox at once and measures the time until the last one is in session_facts: events per second. Then it
writes sessions at a fixed rate, in batches twenty-five times a second regardless of the program, and measures for each
batch the time from its scheduled time to its commit by the consumer: the lag.
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

    def __init__(self, directory):
        self.psql = subprocess.Popen(
            ["psql", "-XqAt", "-h", f"{directory}/data/run", "-U", "mindspace", "-d", "mindspace"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def query(self, sql):
        self.psql.stdin.write(sql + "\n")
        self.psql.stdin.flush()
        return self.psql.stdout.readline().strip()

    def insert(self, count):
        """Returns the number of the last event."""
        return int(self.query(INSERT.format(users=USERS, count=count) + "SELECT last_value FROM outbox_id_seq;"))

    def facts(self):
        return int(self.query("SELECT count(*) FROM session_facts;"))

    def position(self):
        """The number of the last event that the consumer has committed."""
        return int(self.query("SELECT coalesce(max(id), 0) FROM consumer_positions WHERE consumer = 'analytics';"))


def throughput(database, count):
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


def lags(writer, reader, rate, seconds):
    """Milliseconds from the scheduled time of each batch to its commit by the consumer."""
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
        throughput(database, 1000)  # warms up connections, plans, caches
        print(f"{throughput(database, arguments.events):8.0f} events per second, of {arguments.events}", flush=True)
        found = lags(database, reader, arguments.rate, arguments.seconds)
        pick = lambda share: found[min(len(found) - 1, int(share * len(found)))]
        print(f"at {arguments.rate} per second: lag p50 {pick(0.5):.0f} ms, p99 {pick(0.99):.0f} ms, "
              f"max {found[-1]:.0f} ms")
    finally:
        program.stop()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
