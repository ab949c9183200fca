"""More and more processes with the same database and Redis, on the same cores: what a request costs."""

import concurrent.futures

from bench import processes
from bench.drive import Load
from bench.operations import OPERATIONS, State
from bench.people import check, create
from bench.program import Program
from bench.rows import Curve
from bench.scale.lab import Lab

SIZES = [1, 2, 4]
CALLS = ["me", "history"]
RATE, SECONDS = 1200, 4  # of all processes together
USERS, HISTORY = 200, 20


def measure(lab: Lab) -> list[Curve]:
    operations = [operation for operation in OPERATIONS if operation.name in CALLS]
    latency: dict[str, list[tuple[float, float]]] = {operation.name: [] for operation in operations}
    cpu: dict[str, list[tuple[float, float]]] = {operation.name: [] for operation in operations}
    nodes = lab.start_nodes(SIZES[-1])
    try:
        state = State(create(lab.generator, nodes[0].port, USERS, HISTORY, 0, prefix="node"), 0)
        for count in SIZES:
            for operation in operations:
                lab.say(f"nodes: {count}: {operation.name}")
                loads, used = call(lab, nodes[:count], operation.requests(state))
                latency[operation.name].append((count, max(load.p99 for load in loads)))
                cpu[operation.name].append((count, 1e6 * used / sum(load.requests for load in loads)))
    finally:
        for node in nodes:
            node.stop()
    title = f"{RATE} requests a second to all processes together"
    return [Curve("nodes", title, "processes", "p99, ms", latency),
            Curve("nodes: CPU", title, "processes", "CPU of the processes for each request, us", cpu)]


def call(lab: Lab, nodes: list[Program], requests: list[str]) -> tuple[list[Load], float]:
    """The loads of all, and seconds of CPU of all."""
    pids = [pid for node in nodes for pid in node.pids()]

    def run(node: Program) -> Load:
        directory = lab.directory / f"load{node.port}"
        directory.mkdir(exist_ok=True)
        return check(lab.generator_in(directory).run(node.port, requests, seconds=SECONDS, rate=RATE / len(nodes)), "nodes")

    with concurrent.futures.ThreadPoolExecutor(len(nodes)) as pool:
        before = processes.cpu(pids)
        loads = list(pool.map(run, nodes))
        return loads, processes.cpu(pids) - before
