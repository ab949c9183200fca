#!/usr/bin/env python3
"""How many machines N users need, from measured costs: bench/capacity.py N [--ASSUMPTION VALUE…].

It prints what it assumes of people and machines, what each part costs, and what follows. The costs are those of
docs/performance.md, the higher figure where there are two; measure yours with ./dev bench. The assumptions are
guesses: replace them by what your metrics say.
"""

import argparse
import dataclasses
import math

KIB = 1024


@dataclasses.dataclass
class Assumption:
    value: float
    meaning: str


@dataclasses.dataclass
class Cost:
    """`source` is the text of docs/performance.md that has the figure; a test looks for it."""
    value: float
    meaning: str
    source: str


ASSUMPTIONS = {
    "peak": Assumption(0.10, "share of the users who are there at the same time, in the busiest minute"),
    "in_groups": Assumption(0.5, "share of those who have a socket of a group open"),
    "events": Assumption(0.2, "events a second in each group, such as reactions, each sent to everyone in it"),
    "reads": Assumption(3, "reads of profile and statistics a minute and person"),
    "pages": Assumption(0.5, "pages of history a minute and person"),
    "sessions": Assumption(0.1, "sessions started and completed a minute and person"),
    "logins": Assumption(0.01, "logins with a password a minute and person"),
    "password": Assumption(17, "ms of the program, a login: argon2id with the default settings; depends on the machine"),
    "sessions_a_day": Assumption(1, "sessions a day of each user, which stay forever"),
    "cores": Assumption(2, "cores of a machine"),
    "busy": Assumption(0.5, "how busy a machine should be at most, as the targets of auto scaling want it"),
    "sockets_a_node": Assumption(8000, "sockets of a machine at most, half of http.max_connections"),
    "row": Assumption(600, "bytes of a session in PostgreSQL, with its facts, indexes and a share of the aggregates; not measured"),
}
COSTS = {
    "read": Cost(0.028, "ms of the program, a cached read", "| `GET /users/me` | 30,200–44,800; 0.019–0.028 ms"),
    "page": Cost(0.076, "ms of the program, a page of history", "| `GET /sessions` | 10,800–14,000; 0.060–0.076 ms"),
    "write": Cost(0.061, "ms of the program, a write", "| `POST /sessions` and `complete` | 4,900–7,400; 0.040–0.061 ms"),
    "write_in_postgres": Cost(0.26, "ms of PostgreSQL, a write", "PostgreSQL took 0.20–0.26 ms of CPU per write"),
    "event": Cost(2 * 1000 / 16000, "ms of PostgreSQL and the program, an event into the statistics",
                  "from the outbox to the aggregates, `postgres` | 18,000 events per second, 16,000"),
    "delivery": Cost(0.020, "ms of the program and the kernel, an event delivered to a socket", "20 µs per delivery, and 6 µs of Redis"),
    "delivery_in_redis": Cost(0.006, "ms of Redis, the same", "20 µs per delivery, and 6 µs of Redis"),
    "idle_socket": Cost(1000 * 0.021 / 15000, "ms a second of the program, an idle socket", "none lost, all joined within 6.0 s, 2.1 % of a core"),
    "socket_memory": Cost(2 * 6.9, "KiB, a socket in the program and as much again in the kernel", "| **6.9 KiB** each, none lost"),
}


def plan(users, **values):
    """What that many users need. `values` replace assumptions."""
    a = {name: assumption.value for name, assumption in ASSUMPTIONS.items()} | values
    c = {name: cost.value for name, cost in COSTS.items()}
    people = users * a["peak"]
    sockets = people * a["in_groups"]
    deliveries = sockets * a["events"]
    reads, pages, sessions, logins = (people * a[name] / 60 for name in ("reads", "pages", "sessions", "logins"))
    writes = 2 * sessions  # a start and its completion
    program = {  # ms a second of one core
        "requests": reads * c["read"] + pages * c["page"] + writes * c["write"],
        "passwords": logins * a["password"],
        "deliveries": deliveries * c["delivery"],
        "idle sockets": sockets * c["idle_socket"],
    }
    by_processor = sum(program.values()) / 1000 / (a["cores"] * a["busy"])
    by_sockets = sockets / a["sockets_a_node"]
    needed = max(1, math.ceil(max(by_processor, by_sockets)))
    return {
        "people": people, "sockets": sockets, "requests": reads + pages + writes + logins, "deliveries": deliveries,
        "program": program, "nodes": 1 if users <= 1000 else max(2, needed + 1), "needed": needed,
        "limit": "sockets" if by_sockets > by_processor else max(program, key=program.get),
        "memory": sockets * c["socket_memory"] * KIB / needed,
        "postgres": (writes * c["write_in_postgres"] + sessions * c["event"]) / 1000,
        "redis": deliveries * c["delivery_in_redis"] / 1000,
        "disk": users * a["sessions_a_day"] * 365 * a["row"],
    }


def report(users, **values):
    found = plan(users, **values)
    lines = [f"{users:,} users", "", "Assumed (each is an option):"]
    lines += [f"  --{name.replace('_', '-'):16}{values.get(name, assumption.value):>8g}  {assumption.meaning}"
              for name, assumption in ASSUMPTIONS.items()]
    lines += ["", "Measured (docs/performance.md):"]
    lines += [f"  {name:18}{cost.value:>8.4g}  {cost.meaning}" for name, cost in COSTS.items()]
    lines += ["", "In the busiest minute:",
              f"  {found['people']:,.0f} people, {found['sockets']:,.0f} sockets, {found['requests']:,.0f} requests and "
              f"{found['deliveries']:,.0f} deliveries a second",
              "  processor of the program: " + ", ".join(f"{name} {ms / 1000:.2f} cores" for name, ms in found["program"].items()),
              "", "Needed:",
              f"  {found['nodes']} machines with all roles ({found['needed']} for the load, limited by {found['limit']}"
              + (", and one that may be lost)" if found["nodes"] > found["needed"] else ")"),
              f"  {found['memory'] / KIB / KIB:,.0f} MiB for the sockets of each",
              f"  {found['postgres']:.2f} cores of PostgreSQL for writes and statistics; pages of history are not in it",
              f"  {found['redis']:.2f} cores of Redis for deliveries; requests are not in it",
              f"  {found['disk'] / 1e9:,.0f} GB of disk more in PostgreSQL each year"]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("users", type=int, metavar="N")
    for name, assumption in ASSUMPTIONS.items():
        parser.add_argument("--" + name.replace("_", "-"), type=float, help=assumption.meaning.replace("%", "%%"))
    given = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    print(report(given.pop("users"), **given))


if __name__ == "__main__":
    main()
