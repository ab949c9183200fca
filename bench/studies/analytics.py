"""The time in the server and the CPU for one user's statistics, for a user with 5,000 sessions in a year.

The times come from the program's access log (event.duration); a busy machine affects them, but not the CPU."""

import datetime
import json
import random
import time
import uuid
from collections.abc import Callable

from bench import processes
from bench.drive import Generator, request
from bench.people import KINDS, PASSWORD, call, check
from bench.program import Program
from bench.servers import Servers
from bench.tools import Tools

SESSIONS, CALLS = 5000, 2000
PATHS = ["analytics/daily?from={from}&to={to}", "analytics/weekly?from={from}&to={to}",
         "analytics/monthly?from={from}&to={to}", "analytics/summary", "analytics/heatmap", "users/me/stats"]


def import_year(port: int, token: str, today: datetime.datetime) -> None:
    random.seed(5)
    for first in range(0, SESSIONS, 500):
        sessions = []
        for _ in range(min(500, SESSIONS - first)):
            start = today - datetime.timedelta(days=random.randint(1, 364), seconds=random.randint(0, 86399))
            sessions.append({"id": str(uuid.uuid4()), "kind": random.choice(KINDS), "moodBefore": random.randint(1, 5),
                             "moodAfter": random.randint(1, 5), "durationSeconds": random.randint(60, 3600),
                             "startedAt": start.strftime("%Y-%m-%dT%H:%M:%SZ")})
        call(port, "POST", "/sessions/import", token, {"sessions": sessions})


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def measure(tools: Tools, servers: Servers, settings: list[str], say: Callable[[str], None]) -> str:
    today = datetime.datetime.now(datetime.timezone.utc)
    days = {"from": (today - datetime.timedelta(days=365)).strftime("%Y-%m-%d"), "to": today.strftime("%Y-%m-%d")}
    generator = Generator(tools.pace, servers.directory)
    program = Program(tools.program, servers, settings)
    used = {}
    try:
        made = call(program.port, "POST", "/auth/register", "",
                    {"email": "one@example.org", "password": PASSWORD, "displayName": "One"})
        token = made["tokens"]["accessToken"]
        say(f"importing {SESSIONS:,} sessions")
        import_year(program.port, token, today)
        while call(program.port, "GET", "/users/me/stats", token)["totalSessions"] < SESSIONS:
            time.sleep(0.1)
        for path in PATHS:
            say(path.partition("?")[0])
            before = (processes.cpu(program.pids()), servers.cpu()[0])
            check(generator.run(program.port, [request("GET", "/api/v1/" + path.format(**days), token)] * CALLS, connections=1), path)
            after = (processes.cpu(program.pids()), servers.cpu()[0])
            used[path] = [1000 * (now - then) / CALLS for then, now in zip(before, after, strict=True)]
    finally:
        program.stop()
    took: dict[str, list[float]] = {}
    for line in (program.directory / "all.log").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if event.get("http.request.method") == "GET" and "http.route" in event:
            took.setdefault(event["http.route"], []).append(event["event.duration"] / 1e6)
    lines = [f"{'milliseconds in the server':32} {'p50':>7} {'p99':>7} {'max':>7}   CPU: {'program':>7} {'PostgreSQL':>10}"]
    for path in PATHS:
        route = "/api/v1/" + path.partition("?")[0]
        values = took[route][-CALLS:]
        lines.append(f"{route:32} {percentile(values, .5):7.3f} {percentile(values, .99):7.3f} {max(values):7.3f}        "
                     f"{used[path][0]:7.3f} {used[path][1]:10.3f}")
    return "\n".join(lines)
