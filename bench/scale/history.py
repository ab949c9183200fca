"""Users with a longer and longer history: what they call costs the same."""


from bench.measure import Side
from bench.operations import OPERATIONS, State
from bench.people import create
from bench.rows import Curve
from bench.scale.data import call
from bench.scale.lab import Lab

SIZES = [10, 100, 1_000, 10_000]  # sessions of each
CALLS = ["history", "weekly", "summary", "stats"]
USERS = 20


def measure(lab: Lab) -> list[Curve]:
    operations = [operation for operation in OPERATIONS if operation.name in CALLS]
    latency: dict[str, list[tuple[float, float]]] = {operation.name: [] for operation in operations}
    cpu: dict[str, list[tuple[float, float]]] = {operation.name: [] for operation in operations}
    program = lab.start()
    try:
        for size in lab.up_to(SIZES):
            lab.say(f"history: {USERS} users with {size:,} sessions each")
            people = create(lab.generator, program.port, USERS, size, 0, prefix=f"history{size}-")
            side = Side("ours", program.port, program.pids(), State(people, 0))
            lab.servers.query("mindspace", "ANALYZE")
            for operation in operations:
                for turn in range(2):  # the first one warms up
                    lab.measurement.settle([side])
                    p99, microseconds = call(lab, operation, side)
                    if turn:
                        latency[operation.name].append((size, p99))
                        cpu[operation.name].append((size, microseconds))
    finally:
        program.stop()
    title = "The calls of users with a history"
    return [Curve("history", title, "sessions of the user", "p99, ms", latency),
            Curve("history: PostgreSQL", title, "sessions of the user", "CPU of PostgreSQL for each call, us", cpu)]
