#!/usr/bin/env python3
"""Measures the sockets of groups on a running release build: memory and CPU a connection, delivery latency, bells.

    bench/load.py PROGRAM SWARM [rooms] [large] [idle] [nodes] [--processes N] [--json FILE]

Without a name it does the first three. Each starts PROGRAM with a PostgreSQL and a Redis of its own on a fresh data
directory, registers as many people as it needs (each is one participant), lets SWARM (bench/swarm) open their sockets
from several loopback addresses, and reads memory and CPU of the program from /proc. Latencies count from the time at
which a message was due, not from when it got out.

    rooms   20 rooms of 50; 100 reactions a second, each delivered to 50
    large   one room of 10,000, which its host starts
    idle    15,000 sockets in rooms of 50, where nothing happens, on one process
    nodes   15,000 of them on each of four (N) processes
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
A_SWARM = 15000  # sockets of one swarm: a process may have 20,000 files
SETTINGS = ["http.max_connections=40000", "auth.access_token_ttl_seconds=3600", "log.access=false"]


def memory(pid):
    """Octets that the process alone holds."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss_Anon:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no Pss_Anon")


def register(port, first, count):
    """Makes people; their access tokens."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    tokens = []
    for number in range(first, first + count):
        account = {"email": f"person{number}@example.com", "password": "correct horse battery",
                   "displayName": f"Person {number}"}
        tokens.append(quick.call(connection, "POST", "/auth/register", account)["tokens"]["accessToken"])
    return tokens


def make_people(port, count):
    began, part = time.monotonic(), 250
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        parts = pool.map(lambda at: register(port, at, min(part, count - at)), range(0, count, part))
        tokens = [token for tokens in parts for token in tokens]
    print(f"    {count} people registered in {time.monotonic() - began:.0f} s", flush=True)
    return tokens


def make_groups(port, tokens, size):
    """A group for each `size` people, the first of whom is the host: [(group, tokens)]."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    groups = []
    for at in range(0, len(tokens), size):
        members = tokens[at:at + size]
        request = {"title": "Load", "kind": "breathing", "plannedSeconds": 600}
        groups.append((quick.call(connection, "POST", "/groups", request, members[0])["id"], members))
    return groups


class Node:
    """Another process on the database and the Redis of `program`."""
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
    def __init__(self, binary, directory, seats):
        self.plan = tempfile.NamedTemporaryFile("w", dir=directory, suffix=".plan")
        for number, (port, group, token, part) in enumerate(seats):
            self.plan.write(f"127.0.0.{2 + number % SOURCES} {port} {group} {token} {part}\n")
        self.plan.flush()
        self.process = subprocess.Popen([binary, self.plan.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def order(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def answer(self):
        return json.loads(self.process.stdout.readline())

    def ask(self, text):
        self.order(text)
        return self.answer()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.plan.close()


def seats_of(groups, port):
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
def swarms(arguments, program, seats):
    parts = [Swarm(arguments.swarm, program.directory, seats[at:at + A_SWARM]) for at in range(0, len(seats), A_SWARM)]
    try:
        yield parts
    finally:
        for part in parts:
            part.stop()


def join(parts):
    """Opens all sockets; how many were opened, and in how many seconds."""
    for part in parts:
        part.order("join 100")
    answers = [part.answer() for part in parts]
    for answer in answers:
        if answer["lost"]:
            sys.exit(f"some did not get in, though they came back as the API wants it: {answer}")
        if answer["came_back"]:
            print(f"    {answer['came_back']} were sent away (status or close code: {answer['codes']}), and came back")
    return sum(answer["joined"] for answer in answers), max(answer["seconds"] for answer in answers)


def idle(parts, seconds):
    for part in parts:
        part.order(f"idle {seconds}")
    return [part.answer() for part in parts]


def measure_rooms(arguments):
    with running(arguments) as program:
        groups = make_groups(program.port, make_people(program.port, 1000), 50)
        with swarms(arguments, program, seats_of(groups, program.port)) as (swarm,):
            join([swarm])
            idle([swarm], 2)
            started = swarm.ask(f"start {swarm.ask('now') + 4_000_000_000} 2")
            before = program.cpu()
            reacted = swarm.ask("react 100 20")
            used = [b - a for a, b in zip(before, program.cpu())]
            deliveries = reacted["latency"]["count"]
    return {"sockets": 1000, "reactions": reacted["sent"], "deliveries": deliveries,
            "lost": reacted["expected"] - deliveries, "latency": reacted["latency"], "start": started["start"],
            "bell_error": started["bell_error"], "cpu_us_a_delivery": round(1e6 * used[0] / deliveries, 2),
            "redis_us_a_delivery": round(1e6 * used[2] / deliveries, 2)}


def measure_large(arguments):
    size = 10000
    with running(arguments) as program:
        groups = make_groups(program.port, make_people(program.port, size), size)
        with swarms(arguments, program, seats_of(groups, program.port)) as (swarm,):
            before = memory(program.process.pid)
            joined, seconds = join([swarm])
            idle([swarm], 3)
            held = memory(program.process.pid) - before
            cpu = program.cpu()[0]
            started = swarm.ask(f"start {swarm.ask('now') + 5_000_000_000} 2")
            cpu = program.cpu()[0] - cpu
    return {"sockets": joined, "join_seconds": round(seconds, 1), "memory_kib": round(held / 1024 / joined, 2),
            "start": started["start"], "bell_error": started["bell_error"], "cpu_seconds": round(cpu, 2)}


def measure_idle(arguments, sockets=15000):
    with running(arguments) as program:
        pid = program.process.pid
        groups = make_groups(program.port, make_people(program.port, sockets), 50)
        before = memory(pid)
        with swarms(arguments, program, seats_of(groups, program.port)) as parts:
            joined, seconds = join(parts)
            idle(parts, 5)
            held = memory(pid) - before
            cpu = quick.own_cpu(pid)
            answers = idle(parts, 60)
            cpu = quick.own_cpu(pid) - cpu
    return {"sockets": joined, "join_seconds": round(seconds, 1), "memory_kib": round(held / 1024 / joined, 2),
            "lost": sum(answer["lost"] for answer in answers), "cpu_percent": round(100 * cpu / 60, 1)}


def measure_nodes(arguments, a_node=15000):
    """The same people sit on each node, in other groups: there, too, each socket is a participant of its own."""
    with running(arguments) as program:
        tokens = make_people(program.port, a_node)
        processes = [Node(arguments.program, program) for _ in range(arguments.processes)]
        try:
            seats = []
            for node in processes:
                seats += seats_of(make_groups(program.port, tokens, 50), node.port)
            before = [memory(node.process.pid) for node in processes]
            with swarms(arguments, program, seats) as parts:
                joined, seconds = join(parts)
                idle(parts, 5)
                held = [memory(node.process.pid) - was for node, was in zip(processes, before)]
                answers = idle(parts, 60)
        finally:
            for node in processes:
                node.stop()
    return {"processes": arguments.processes, "sockets": joined, "join_seconds": round(seconds, 1),
            "memory_kib": round(sum(held) / 1024 / joined, 2), "lost": sum(answer["lost"] for answer in answers)}


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
