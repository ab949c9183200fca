"""More and more users and sessions in the database: the calls of the same people at the same rate, and the plans."""

import statistics

from bench.measure import Side
from bench.operations import OPERATIONS, Operation, State, grouped
from bench.people import People, check, create
from bench.rows import Curve
from bench.scale import plans
from bench.scale.lab import Lab

SIZES = [1_000, 10_000, 100_000, 1_000_000]  # users
SESSIONS = 20  # of each
AT_ONCE = 10_000  # users that are written by one statement
CALLS = ["me", "history", "weekly", "summary", "stats", "refresh", "start", "complete"]
READERS, OTHERS = 200, 900
RATE = 300  # calls a second
SECONDS = 3
TURNS = 3

# Users whose ids follow from a number, so that every table agrees; nothing calls for them.
FILL = """
SET synchronous_commit = off;
CREATE TEMP TABLE person AS SELECT md5('user' || n)::uuid AS user_id, n FROM generate_series({first}, {last}) AS n;
INSERT INTO users (user_id, email, display_name, timezone, locale, created_at, updated_at)
    SELECT user_id, n || '@example.com', 'A person', 'UTC', 'en', now(), now() FROM person;
INSERT INTO login_emails SELECT n || '@example.com', user_id FROM person;
INSERT INTO credentials (user_id, password_hash, changed_at) SELECT user_id, '-', now() FROM person;
INSERT INTO auth_sessions (user_id, auth_session_id, ip, user_agent, tag_key, current_hash, created_at, last_used_at, expires_at)
    SELECT user_id, md5('login' || n)::uuid, '', '', '', '', now(), now(), now() + interval '7 days' FROM person;
CREATE TEMP TABLE held AS
    SELECT user_id, md5(n || 'session' || day)::uuid AS session_id, current_date - day AS local_date,
           current_date - day + interval '7 hours' AS started_at, current_date - day + interval '7 hours 10 minutes' AS ended_at
    FROM person, generate_series(1, {sessions}) AS day;
INSERT INTO meditation_sessions (user_id, session_id, status, kind, planned_seconds, duration_seconds, started_at, ended_at,
                                 local_date, timezone, source, created_at, updated_at)
    SELECT user_id, session_id, 'completed', 'breathing', 600, 600, started_at, ended_at, local_date, 'UTC', 'live', started_at,
           ended_at FROM held;
INSERT INTO session_facts (user_id, session_id, version, counts, local_date, local_hour, kind, duration_seconds, ended_at)
    SELECT user_id, session_id, 1, true, local_date, 7, 'breathing', 600, ended_at FROM held;
SET mindspace.keeps_lifetimes = 'on';
INSERT INTO daily_totals SELECT user_id, local_date, 1, 1, 600, 0, 0, 0, 0, '{{"breathing":600}}' FROM held;
INSERT INTO lifetimes SELECT user_id, '{{"sessions":{sessions},"seconds":' || 600 * {sessions} || '}}' FROM person;
INSERT INTO user_facts (user_id, registered_on) SELECT user_id, current_date - {sessions} FROM person;
"""


def fill(lab: Lab, have: int, want: int) -> None:
    for first in range(have + 1, want + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, want)
        lab.say(f"data: writing users up to {last:,} of {want:,}, with {SESSIONS} sessions each")
        lab.servers.query("mindspace", FILL.format(first=first, last=last, sessions=SESSIONS))
    lab.servers.query("mindspace", "VACUUM ANALYZE")
    lab.servers.query("mindspace", "CHECKPOINT")


def call(lab: Lab, operation: Operation, side: Side) -> tuple[float, float]:
    """p99 in ms, and microseconds of PostgreSQL for each call."""
    before = lab.servers.cpu()[0]
    load = check(lab.generator.run(side.port, operation.requests(side.state), seconds=0 if operation.once else SECONDS, rate=RATE,
                                   saves_bodies=operation.learn is not None), operation.name)
    if operation.learn:
        operation.learn(side.state, load)
    return load.p99, 1e6 * (lab.servers.cpu()[0] - before) / load.requests


def measure(lab: Lab) -> list[Curve]:
    operations = [operation for operation in OPERATIONS if operation.name in CALLS]
    latency: dict[str, list[tuple[float, float]]] = {operation.name: [] for operation in operations}
    cpu: dict[str, list[tuple[float, float]]] = {operation.name: [] for operation in operations}
    explained: list[plans.Plans] = []
    have, people = 0, People([], [], [])
    for users in lab.up_to(SIZES):
        program = lab.start()
        try:
            if not have:
                people = create(lab.generator, program.port, READERS, SESSIONS, OTHERS)
            fill(lab, have, users)
            have = users
            side = Side("ours", program.port, program.pids(), State(people, OTHERS))
            for group in grouped(operations):
                found = {operation.name: [] for operation in group}
                for turn in range(1 + TURNS):  # the first one warms up
                    for operation in group:
                        lab.say(f"data: {users:,} users, {users * SESSIONS:,} sessions: {operation.name}")
                        lab.measurement.settle([side])
                        result = call(lab, operation, side)
                        if turn:
                            found[operation.name].append(result)
                for name, results in found.items():
                    latency[name].append((users * SESSIONS, statistics.median(p99 for p99, _ in results)))
                    cpu[name].append((users * SESSIONS, statistics.median(microseconds for _, microseconds in results)))
        finally:
            program.stop()
        explained.append(plans.collect(lab, operations, people))
    note = plans.compare(explained[0], explained[-1])
    title = f"The calls of {READERS + OTHERS:,} people, {RATE} a second, over all data"
    return [Curve("data", title, "sessions", "p99, ms", latency, note),
            Curve("data: PostgreSQL", title, "sessions", "CPU of PostgreSQL for each call, us", cpu)]
