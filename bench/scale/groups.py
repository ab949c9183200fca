"""More and more groups at the same time: a reaction and its delivery, at the same rate in all."""

from bench.people import register
from bench.rows import Curve
from bench.scale.lab import Lab
from bench.sockets import Sockets

SIZES = [10, 100, 1_000, 10_000]
RATE, SECONDS = 200, 5


def measure(lab: Lab) -> list[Curve]:
    sizes = lab.up_to(SIZES)
    lines: dict[str, list[tuple[float, float]]] = {"p50": [], "p99": []}
    program = lab.start()
    try:
        people = register(lab.generator, program.port, "group", sizes[-1])
        sockets = Sockets(lab.tools.swarm, lab.directory, program.port, program.pids(), people, lambda: {"program": 0.0})
        for size in sizes:
            lab.say(f"groups: {size:,}")
            report, _ = sockets.deliver(size, RATE, SECONDS, size=1)
            if report["latency"]["count"] < report["expected"]:
                raise SystemExit(f"reactions were lost: {report}")
            for name, line in lines.items():
                line.append((float(size), report["latency"][f"{name}_ms"]))
    finally:
        program.stop()
    return [Curve("groups", f"{RATE} reactions a second in groups of one participant", "groups", "ms", lines)]
