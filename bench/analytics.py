#!/usr/bin/env python3
"""Measures the server time for one user's analytics, from the program's access log (event.duration).

    bench/analytics.py PROGRAM [--sessions N] [--calls N] [--connections N]

Starts PROGRAM like bench/quick.py, creates one user with N sessions in a year (5,000), waits until they are counted and
requests each endpoint that often, one call after the other on each connection (one). It also prints the CPU per call,
because a busy machine affects the times but not the CPU.
"""
import argparse
import concurrent.futures
import datetime
import http.client
import json
import os
import random
import tempfile
import time
import uuid

from quick import Program, call

KINDS = ["breathing", "bodyScan", "lovingKindness", "mindfulness", "mantra", "sleep", "walking", "visualization", "other"]
CALLS = ["analytics/daily?from={from}&to={to}", "analytics/weekly?from={from}&to={to}",
         "analytics/monthly?from={from}&to={to}", "analytics/summary", "analytics/heatmap", "users/me/stats"]


def import_year(connection, token, count, today):
    random.seed(5)
    for first in range(0, count, 500):
        sessions = []
        for _ in range(min(500, count - first)):
            start = today - datetime.timedelta(days=random.randint(1, 364), seconds=random.randint(0, 86399))
            sessions.append({"id": str(uuid.uuid4()), "kind": random.choice(KINDS), "moodBefore": random.randint(1, 5),
                             "moodAfter": random.randint(1, 5), "durationSeconds": random.randint(60, 3600),
                             "startedAt": start.strftime("%Y-%m-%dT%H:%M:%SZ")})
        call(connection, "POST", "/sessions/import", {"sessions": sessions}, token)


def request_repeatedly(port, token, path, count):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(count):
        call(connection, "GET", path, None, token)


def percentile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--sessions", type=int, default=5000)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=1)
    options = parser.parse_args()
    today = datetime.datetime.now(datetime.timezone.utc)
    days = {"from": (today - datetime.timedelta(days=365)).strftime("%Y-%m-%d"), "to": today.strftime("%Y-%m-%d")}
    with tempfile.TemporaryDirectory(prefix="mindspace-bench.") as directory:
        os.chmod(directory, 0o711)
        program = Program(options.program, directory)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", program.port)
            who = {"email": "one@example.org", "password": "bench horse battery", "displayName": "One"}
            token = call(connection, "POST", "/auth/register", who)["tokens"]["accessToken"]
            import_year(connection, token, options.sessions, today)
            while call(connection, "GET", "/users/me/stats", None, token)["totalSessions"] < options.sessions:
                time.sleep(0.1)
            cpu = {}
            each = options.calls // options.connections
            with concurrent.futures.ThreadPoolExecutor(options.connections) as pool:
                for path in CALLS:
                    before = program.cpu()
                    pending = [pool.submit(request_repeatedly, program.port, token, "/" + path.format(**days), each)
                              for _ in range(options.connections)]
                    for one in pending:
                        one.result()
                    cpu[path] = [(after - then) * 1000 / (each * options.connections)
                                 for then, after in zip(before, program.cpu())]
        finally:
            program.stop()
        took = {}
        program.log.seek(0)
        for line in program.log:
            event = json.loads(line)
            if event.get("http.request.method") == "GET":
                took.setdefault(event["http.route"], []).append(event["event.duration"] / 1e6)
    print(f"{'milliseconds in the server':32} {'p50':>7} {'p99':>7} {'max':>7}   CPU: {'program':>7} {'PostgreSQL':>10}")
    for path in CALLS:
        route = "/api/v1/" + path.split("?")[0]
        values = took[route][-each * options.connections:]
        print(f"{route:32} {percentile(values, .5):7.3f} {percentile(values, .99):7.3f} {max(values):7.3f}        "
              f"{cpu[path][0]:7.3f} {cpu[path][1]:10.3f}")


if __name__ == "__main__":
    main()
