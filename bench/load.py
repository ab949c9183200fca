#!/usr/bin/env python3
"""Measures the sockets of groups on a running release build: memory and CPU per socket, delivery latency, bells.

    bench/load.py PROGRAM SWARM [rooms] [large] [idle] [nodes] [--processes N] [--json FILE]

Without a name it runs the first three. Each starts PROGRAM with embedded PostgreSQL and Redis on a new data directory,
registers the required users (each is one participant), lets SWARM (bench/swarm) open their sockets from several loopback
addresses, and reads memory and CPU of the program from /proc. Latencies count from the scheduled time of a message, not
from when it was sent.

    rooms   20 rooms of 50; 100 reactions a second, each delivered to 50
    large   one room of 10,000, which its host starts
    idle    15,000 idle sockets in rooms of 50, on one process
    nodes   15,000 idle sockets on each of four (N) processes
"""
import argparse
import concurrent.futures
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import quick

SOURCES = 16  # loopback addresses that sockets come from
PER_SWARM = 15000  # sockets of one swarm: a process may open 20,000 files
SETTINGS = ["http.max_connections=40000", "auth.access_token_ttl_seconds=3600", "log.access=false"]


def memory(pid):
    """Bytes of private memory of the process."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss_Anon:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no Pss_Anon")


def register(port, first, count):
    """Registers users; returns their access tokens."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    tokens = []
    for number in range(first, first + count):
        account = {"email": f"person{number}@example.com", "password": "correct horse battery",
                   "displayName": f"Person {number}"}
        tokens.append(quick.call(connection, "POST", "/auth/register", account)["tokens"]["accessToken"])
    return tokens


def register_users(port, count):
    began, part = time.monotonic(), 250
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        parts = pool.map(lambda at: register(port, at, min(part, count - at)), range(0, count, part))
        tokens = [token for tokens in parts for token in tokens]
    print(f"    {count} users registered in {time.monotonic() - began:.0f} s", flush=True)
    return tokens


def make_groups(port, tokens, size):
    """A group for each `size` users; the first one is the host: [(group, tokens)]."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    groups = []
    for at in range(0, len(tokens), size):
        members = tokens[at:at + size]
        request = {"title": "Load", "kind": "breathing", "plannedSeconds": 600}
        groups.append((quick.call(connection, "POST", "/groups", request, members[0])["id"], members))
    return groups


class Node:
    """Another process with the database and the Redis of `program`."""
    count = 0

    def __init__(self, binary, program):
        run = program.directory / "data/run"
        Node.count += 1
        settings = quick.SETTINGS + SETTINGS + [
            f"data_dir={program.directory}/node{Node.count}", "database.connections_per_core=2",
            f"auth.secret_file={program.directory / 'data/keys/secret'}",
            f"database.url=host={run} user=mindspace dbname=mindspace",
            f"redis.url={next(run.glob('*redis*'))}"]
        command = [binary, "serve"]
        for setting in settings:
            command += ["--set", setting]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            event = json.loads(line)
            if "mindspace.port" in event:
                self.port = event["mindspace.port"]
                break
        else:
            sys.exit("a node did not start")
        self.drain = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.drain.wait(10)


class Swarm:
    def __init__(self, binary, directory, sockets):
        self.plan = tempfile.NamedTemporaryFile("w", dir=directory, suffix=".plan")
        for number, (port, group, token, part) in enumerate(sockets):
            self.plan.write(f"127.0.0.{2 + number % SOURCES} {port} {group} {token} {part}\n")
        self.plan.flush()
        self.process = subprocess.Popen([binary, self.plan.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def send(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def receive(self):
        return json.loads(self.process.stdout.readline())

    def call(self, text):
        self.send(text)
        return self.receive()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.plan.close()


def sockets_of(groups, port):
    return [(port, group, token, "member" if at else "host") for group, members in groups
            for at, token in enumerate(members)]


@contextlib.contextmanager
def running(arguments):
    directory = tempfile.mkdtemp(prefix="mindspace-load-", dir="/tmp")
    os.chmod(directory, 0o755)
    program = quick.Program(arguments.program, directory, SETTINGS)
    try:
        yield program
    finally:
        program.stop()
        shutil.rmtree(directory)


@contextlib.contextmanager
def swarms(arguments, program, sockets):
    parts = [Swarm(arguments.swarm, program.directory, sockets[at:at + PER_SWARM]) for at in range(0, len(sockets), PER_SWARM)]
    try:
        yield parts
    finally:
        for part in parts:
            part.stop()


def join(parts):
    """Opens all sockets; returns their number and the seconds it took."""
    for part in parts:
        part.send("join 100")
    reports = [part.receive() for part in parts]
    for report in reports:
        if report["lost"]:
            sys.exit(f"some sockets could not join despite retrying as the API requires: {report}")
        if report["reconnected"]:
            print(f"    {report['reconnected']} were refused or closed (status or close code: {report['codes']}) and retried")
    return sum(report["joined"] for report in reports), max(report["seconds"] for report in reports)


def idle(parts, seconds):
    for part in parts:
        part.send(f"idle {seconds}")
    return [part.receive() for part in parts]


def measure_rooms(arguments):
    with running(arguments) as program:
        groups = make_groups(program.port, register_users(program.port, 1000), 50)
        with swarms(arguments, program, sockets_of(groups, program.port)) as (swarm,):
            join([swarm])
            idle([swarm], 2)
            started = swarm.call(f"start {swarm.call('now') + 4_000_000_000} 2")
            before = program.cpu()
            reacted = swarm.call("react 100 20")
            used = [b - a for a, b in zip(before, program.cpu())]
            deliveries = reacted["latency"]["count"]
    return {"sockets": 1000, "reactions": reacted["sent"], "deliveries": deliveries,
            "lost": reacted["expected"] - deliveries, "latency": reacted["latency"], "start": started["start"],
            "bell_error": started["bell_error"], "cpu_us_per_delivery": round(1e6 * used[0] / deliveries, 2),
            "redis_us_a_delivery": round(1e6 * used[2] / deliveries, 2)}


def measure_large(arguments):
    size = 10000
    with running(arguments) as program:
        groups = make_groups(program.port, register_users(program.port, size), size)
        with swarms(arguments, program, sockets_of(groups, program.port)) as (swarm,):
            before = memory(program.process.pid)
            joined, seconds = join([swarm])
            idle([swarm], 3)
            held = memory(program.process.pid) - before
            cpu = program.cpu()[0]
            started = swarm.call(f"start {swarm.call('now') + 5_000_000_000} 2")
            cpu = program.cpu()[0] - cpu
    return {"sockets": joined, "join_seconds": round(seconds, 1), "memory_kib": round(held / 1024 / joined, 2),
            "start": started["start"], "bell_error": started["bell_error"], "cpu_seconds": round(cpu, 2)}


def measure_idle(arguments, sockets=15000):
    with running(arguments) as program:
        pid = program.process.pid
        groups = make_groups(program.port, register_users(program.port, sockets), 50)
        before = memory(pid)
        with swarms(arguments, program, sockets_of(groups, program.port)) as parts:
            joined, seconds = join(parts)
            idle(parts, 5)
            held = memory(pid) - before
            cpu = quick.own_cpu(pid)
            reports = idle(parts, 60)
            cpu = quick.own_cpu(pid) - cpu
    return {"sockets": joined, "join_seconds": round(seconds, 1), "memory_kib": round(held / 1024 / joined, 2),
            "lost": sum(report["lost"] for report in reports), "cpu_percent": round(100 * cpu / 60, 1)}


def measure_nodes(arguments, per_node=15000):
    """The same users are on each node, in other groups, so that each socket is a different participant."""
    with running(arguments) as program:
        tokens = register_users(program.port, per_node)
        processes = [Node(arguments.program, program) for _ in range(arguments.processes)]
        try:
            sockets = []
            for node in processes:
                sockets += sockets_of(make_groups(program.port, tokens, 50), node.port)
            before = [memory(node.process.pid) for node in processes]
            with swarms(arguments, program, sockets) as parts:
                joined, seconds = join(parts)
                idle(parts, 5)
                held = [memory(node.process.pid) - was for node, was in zip(processes, before)]
                reports = idle(parts, 60)
        finally:
            for node in processes:
                node.stop()
    return {"processes": arguments.processes, "sockets": joined, "join_seconds": round(seconds, 1),
            "memory_kib": round(sum(held) / 1024 / joined, 2), "lost": sum(report["lost"] for report in reports)}


SCENARIOS = {"rooms": measure_rooms, "large": measure_large, "idle": measure_idle, "nodes": measure_nodes}


def main():
    parser = argparse.ArgumentParser(description="Measures the sockets of groups on a release build.")
    parser.add_argument("program")
    parser.add_argument("swarm")
    parser.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, []])
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    results = {}
    for name in arguments.scenarios or ["rooms", "large", "idle"]:
        print(f"measuring {name}", flush=True)
        results[name] = SCENARIOS[name](arguments)
        print(json.dumps(results[name], indent=4), flush=True)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(results, indent=4))


if __name__ == "__main__":
    main()
