"""More and more idle sockets, on more and more processes: memory of each."""

import concurrent.futures

from bench.people import register
from bench.program import Program
from bench.rows import Curve
from bench.scale.lab import Lab
from bench.sockets import Sockets

PER_PROCESS = 15_000  # a process may open 20,000 files
SIZES = [1_000, 5_000, 15_000, 30_000, 60_000, 105_000]
SECONDS = 20


def measure(lab: Lab) -> list[Curve]:
    sizes = lab.up_to(SIZES)
    memory, joined = [], []
    first = lab.start()
    try:
        # The same people are on each process, in other groups: each socket is a different participant.
        people = register(lab.generator, first.port, "socket", min(sizes[-1], PER_PROCESS))
    finally:
        first.stop()
    for size in sizes:
        count = -(-size // PER_PROCESS)
        lab.say(f"sockets: {size:,} on {count} processes")
        nodes = lab.start_nodes(count)

        def hold(node: Program, size: int = size, count: int = count) -> dict:
            sockets = Sockets(lab.tools.swarm, lab.directory, node.port, node.pids(), people, lambda: {"program": 0.0})
            return sockets.hold(size // count, SECONDS)

        try:
            with concurrent.futures.ThreadPoolExecutor(count) as pool:
                reports = list(pool.map(hold, nodes))
        finally:
            for node in nodes:
                node.stop()
        if any(report["lost"] for report in reports):
            raise SystemExit(f"sockets were lost: {reports}")
        memory.append((float(size), sum(report["kib"] for report in reports) / count))
        joined.append((float(size), max(report["seconds"] for report in reports)))
    title = "Idle sockets in rooms of 50, up to 15,000 on a process"
    return [Curve("sockets", title, "sockets", "KiB of the process for each", {"ours": memory}),
            Curve("sockets: joining", title, "sockets", "s until all have joined", {"ours": joined})]
