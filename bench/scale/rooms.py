"""Larger and larger rooms: how long the host's start takes to the last participant. A room of more than 15,000 spreads over
several processes."""

import concurrent.futures

from bench.people import Person, call, register
from bench.program import Program
from bench.rows import Curve
from bench.scale.lab import Lab
from bench.scale.sockets import PER_PROCESS
from bench.sockets import Swarm

SIZES = [10, 100, 1_000, 10_000, 100_000]


def start_room(lab: Lab, nodes: list[Program], people: list[Person]) -> float:
    """Milliseconds until the last of them has the start. The first one is the host."""
    made = call(nodes[0].port, "POST", "/groups", people[0].token, {"title": "Load", "kind": "breathing", "plannedSeconds": 600})
    share = -(-len(people) // len(nodes))
    swarms = [Swarm(lab.tools.swarm, lab.directory, node.port, [(made["id"], people[at * share:(at + 1) * share])])
              for at, node in enumerate(nodes)]
    try:
        with concurrent.futures.ThreadPoolExecutor(len(swarms)) as pool:
            list(pool.map(lambda swarm: swarm.join(), swarms))
            list(pool.map(lambda swarm: swarm.call("idle 2"), swarms))
            # The first socket of every process asks to start at the same time; only the host may.
            at = int(swarms[0].call("now")) + 5_000_000_000
            reports = list(pool.map(lambda swarm: swarm.call(f"start {at} 2"), swarms))
    finally:
        for swarm in swarms:
            swarm.stop()
    received = sum(report["start"]["count"] for report in reports)
    if received < len(people):
        raise SystemExit(f"{len(people) - received} of {len(people)} participants did not get the start")
    return max(report["start"]["max_ms"] for report in reports)


def measure(lab: Lab) -> list[Curve]:
    sizes = lab.up_to(SIZES)
    nodes = lab.start_nodes(-(-sizes[-1] // PER_PROCESS))
    line = []
    try:
        people = register(lab.generator, nodes[0].port, "room", sizes[-1])
        for size in sizes:
            lab.say(f"rooms: one of {size:,}")
            line.append((float(size), start_room(lab, nodes[:-(-size // PER_PROCESS)], people[:size])))
    finally:
        for node in nodes:
            node.stop()
    return [Curve("rooms", "One room: from the host's start until the last has it", "participants", "ms", {"ours": line},
                  "More than 15,000 are spread over several processes on the same cores.")]
