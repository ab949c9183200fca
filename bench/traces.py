#!/usr/bin/env python3
"""Measures what traces cost: CPU per request with and without them, on running release builds.

    bench/traces.py PROGRAM [--ratio R] [--rounds N] [--seconds N] [--connections N] [--users N]

Starts PROGRAM twice with embedded PostgreSQL and Redis, once without traces and once with the share R of them (1 %)
exported to a collector in this script. wrk makes the same calls to one and the other in turn, N rounds each, so that
whatever else the machine does meets both; the medians are compared.
"""
import argparse
import concurrent.futures
import http.server
import json
import os
import pathlib
import shutil
import statistics
import tempfile
import threading

from quick import CALLS, Program, make_user, run_wrk, settle

MOST = 3  # percent of the program's CPU per request: the target


class Collector(http.server.ThreadingHTTPServer):
    """Counts the spans that it receives by OTLP over HTTP."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.spans = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        count = sum(len(scope["spans"]) for resource in document["resourceSpans"] for scope in resource["scopeSpans"])
        with self.server.lock:
            self.server.spans += count
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments):
        pass


class Candidate:
    """A program with users, and the CPU per request that it has used."""

    def __init__(self, binary, directory, users, settings):
        directory.mkdir(mode=0o755)
        self.program = Program(binary, directory, settings)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda number: make_user(self.program.port, number), range(users)))
        self.tokens = directory / "tokens"
        self.tokens.write_text("\n".join(made) + "\n")
        self.used = {}
        self.errors = 0

    def measure(self, call, seconds, connections):
        settle(self.program)
        figures = run_wrk(self.program, call, seconds, connections, self.tokens)
        self.used.setdefault(call, []).append(1000 * figures["program_ms"])
        self.errors += figures["errors"]

    def median(self, call):
        return statistics.median(self.used[call])


def main():
    parser = argparse.ArgumentParser(description="Measures what traces cost.")
    parser.add_argument("program")
    parser.add_argument("--ratio", type=float, default=0.01)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--users", type=int, default=200)
    arguments = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-bench-", dir="/tmp"))
    os.chmod(directory, 0o755)
    collector = Collector()
    traces = [f"traces.url=http://127.0.0.1:{collector.server_port}/v1/traces", f"traces.sample_ratio={arguments.ratio}"]
    calls = [name for name in CALLS if name != "refresh"]  # whose tokens are valid for one run only
    candidates = []
    try:
        for name, settings in (("without", []), ("with", traces)):
            candidates.append(Candidate(arguments.program, directory / name, arguments.users, settings))
        for call in calls:
            for number in range(arguments.rounds):
                print(f"measuring {CALLS[call]}, round {number + 1}", flush=True)
                for candidate in candidates[::-1] if number % 2 else candidates:
                    candidate.measure(call, arguments.seconds, arguments.connections)
    finally:
        for candidate in candidates:
            candidate.program.stop()
        shutil.rmtree(directory)
    print(f"\n{'call':28}{'without, us':>12}{'with, us':>12}{'more':>8}   CPU of the program per request")
    for call in calls:
        plain, traced = (candidate.median(call) for candidate in candidates)
        print(f"{CALLS[call]:28}{plain:12.1f}{traced:12.1f}{100 * (traced / plain - 1):7.1f}%")
    print(f"\n{collector.spans} spans received, at a ratio of {arguments.ratio}. Target: at most {MOST} % more.")
    if any(candidate.errors for candidate in candidates):
        raise SystemExit("some requests failed")


if __name__ == "__main__":
    main()
