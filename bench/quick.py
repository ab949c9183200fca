#!/usr/bin/env python3
"""Measures the most frequent calls on a running release build: requests per second, latency, and CPU per request.

    bench/quick.py PROGRAM [--seconds N] [--connections N] [--users N] [--json FILE] [--set NAME=VALUE]…

Starts PROGRAM with embedded PostgreSQL and Redis on a new data directory, creates users with a history of 200 sessions
each, runs wrk on one call after the other, and prints the results next to those of the Node.js reference
(bench/peers.json), and the cost of the path to a handler. CPU is read from /proc, separately for the program, PostgreSQL
and Redis; `others` is the number of cores that everything else on the machine used at the same time (including wrk), which shows
a busy machine.
"""
import argparse
import concurrent.futures
import datetime
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")
CALLS = {"me": "GET /users/me", "history": "GET /sessions", "write": "POST /sessions + complete",
         "refresh": "POST /auth/refresh"}
PLAIN = "livez"  # on the same listener, without authentication and rate limit
MIDDLEWARE_US = 15  # the target
HISTORY = 200
# Cheap hashes, because password hashing is not measured here.
SETTINGS = ["auth.argon2_memory_kib=8", "auth.argon2_passes=1", "rate_limit.scale=1000000", "http.port=0",
            "management.port=0", "log.format=json"]


class Program:
    """The program under test and its children."""

    def __init__(self, binary, directory, settings=()):
        self.directory = pathlib.Path(directory)
        self.log = open(self.directory / "program.log", "w+", encoding="utf-8")
        command = [binary, "up"]
        for setting in [*SETTINGS, *settings, f"data_dir={directory}/data"]:
            command += ["--set", setting]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            event = json.loads(line)
            if "mindspace.port" in event:
                self.port = event["mindspace.port"]
                break
        else:
            sys.exit("the program did not start")
        # From here on its log goes to a file, as in production.
        self.drain = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=self.log)
        data = self.directory / "data"
        self.postgres = int((data / "postgres/data/postmaster.pid").read_text().split()[0])
        self.redis = int((data / "redis/redis.pid").read_text())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.drain.wait(10)

    def cpu(self):
        """Seconds used so far: (program, PostgreSQL, Redis, the whole machine)."""
        whole = [int(n) for n in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return (own_cpu(self.process.pid), tree_cpu(self.postgres), own_cpu(self.redis),
                (sum(whole) - whole[3] - whole[4]) / TICKS)


def stat(pid):
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    return text[text.rindex(")") + 2:].split()


def own_cpu(pid):
    fields = stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def tree_cpu(pid):
    """CPU of a postmaster, including finished and running children."""
    fields = stat(pid)
    total = sum(int(n) for n in fields[11:15]) / TICKS
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if stat(entry)[1] == str(pid):
                    total += own_cpu(entry)
            except OSError:
                pass
    return total


def call(connection, method, path, body, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    connection.request(method, "/api/v1" + path, json.dumps(body), headers)
    response = connection.getresponse()
    text = response.read()
    if response.status >= 300:
        sys.exit(f"{method} {path}: {response.status} {text.decode()}")
    return json.loads(text)


def make_user(port, number):
    """Registers one user, imports a history, and returns the access token and the refresh token."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    account = {"email": f"user{number}@example.com", "password": "correct horse battery", "displayName": f"User {number}"}
    tokens = call(connection, "POST", "/auth/register", account)["tokens"]
    token = tokens["accessToken"]
    now = datetime.datetime.now(datetime.timezone.utc)
    sessions = []
    for i in range(HISTORY):
        began = now - datetime.timedelta(days=1, hours=11 * i)
        sessions.append({"id": str(uuid.uuid4()), "kind": ["breathing", "bodyScan", "sleep", "mantra"][i % 4],
                         "startedAt": began.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                         "durationSeconds": 590, "plannedSeconds": 600, "moodBefore": 2, "moodAfter": 4})
    call(connection, "POST", "/sessions/import", {"sessions": sessions}, token)
    return f"{token} {tokens['refreshToken']}"


def settle(program):
    """Waits until earlier changes have reached the aggregates: program and PostgreSQL use less than 5 % of a core each."""
    used = None
    while used is None or used > 0.05:
        before = program.cpu()
        time.sleep(1)
        used = max(after - earlier for after, earlier in zip(program.cpu()[:2], before[:2]))


def run_wrk(program, name, seconds, connections, tokens):
    environment = dict(os.environ, TOKENS=str(tokens), CALL=name)
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(HERE / "calls.lua"),
               f"http://127.0.0.1:{program.port}"]
    before = program.cpu()
    text = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    after = program.cpu()
    found = re.search(r"RESULT (\{.*\})", text)
    if not found:
        sys.exit("wrk failed: " + text)
    figures = json.loads(found[1])
    used = [b - a for a, b in zip(before, after)]
    requests = figures["requests"]
    for part, cpu in zip(("program", "postgres", "redis"), used):
        figures[part + "_ms"] = round(1000 * cpu / requests, 4)
    figures["others"] = round((used[3] - sum(used[:3])) / seconds, 2)
    return figures


def report(results, peers):
    print(f"\n{'call':28}{'requests/s':>11}{'reference':>11}{'factor':>8}{'p50 ms':>8}{'p99 ms':>8}"
          f"{'CPU ms':>9}{'reference':>11}{'postgres':>10}{'redis':>8}{'errors':>8}{'others':>8}")
    for name, title in CALLS.items():
        figures, peer = results[name], peers[name]
        print(f"{title:28}{figures['rps']:11,.0f}{peer['rps']:11,.0f}{figures['rps'] / peer['rps']:8.2f}"
              f"{figures['p50_ms']:8.2f}{figures['p99_ms']:8.2f}{figures['program_ms']:9.4f}{peer['cpu_ms']:11.4f}"
              f"{figures['postgres_ms']:10.4f}{figures['redis_ms']:8.4f}{figures['errors']:8}{figures['others']:8.2f}")
    print("\nCPU ms: of the program, per request. The reference is one Node.js process doing the same work; its figures "
          "were measured\non a similar machine at another time (bench/peers.json). A write is a start and its completion, "
          "sent as two pipelined requests.")


def report_middleware(results):
    """The additional cost of a call with a cached token over one without authentication."""
    whole, plain = (1000 * results[name]["program_ms"] for name in ("me", PLAIN))
    print(f"\nmiddleware: GET /users/me {whole:.1f} us of the program's CPU, GET /livez {plain:.1f}: {whole - plain:.1f} "
          f"us per request (target: at most {MIDDLEWARE_US})\nThe difference is the check of token, quota and login session "
          "(including the program's part of the round trip to\nRedis) and the handler itself. Headers, metrics and logging "
          "are in both and cancel out.")


def main():
    parser = argparse.ArgumentParser(description="Measures the most frequent calls on a release build.")
    parser.add_argument("program")
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--json")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help="a setting of the program; the CPU of an external database (database.url) is not measured")
    arguments = parser.parse_args()
    peers = json.loads((HERE / "peers.json").read_text())
    directory = tempfile.mkdtemp(prefix="mindspace-bench-", dir="/tmp")
    os.chmod(directory, 0o755)
    program = Program(arguments.program, directory, arguments.set)
    try:
        print(f"creating {arguments.users} users with {HISTORY} sessions each", flush=True)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda n: make_user(program.port, n), range(arguments.users)))
        tokens = pathlib.Path(directory) / "tokens"
        tokens.write_text("\n".join(made) + "\n")
        results = {}
        for name, title in {**CALLS, PLAIN: "GET /livez"}.items():
            settle(program)
            print(f"measuring {title}", flush=True)
            if name != "refresh":  # whose tokens are valid for one run only
                run_wrk(program, name, 2, arguments.connections, tokens)
            results[name] = run_wrk(program, name, arguments.seconds, arguments.connections, tokens)
    finally:
        program.stop()
        shutil.rmtree(directory)
    report(results, peers)
    report_middleware(results)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(results, indent=1))
    if any(figures["errors"] for figures in results.values()):
        sys.exit("some requests failed")


if __name__ == "__main__":
    main()
