"""The plans that PostgreSQL really used for the statements of some calls, by auto_explain."""

import json
import re

from bench.operations import Operation, State, grouped
from bench.people import People, check
from bench.scale.lab import Lab

Plans = dict[str, set[str]]  # of each statement, the shapes

SETTINGS = {"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_format": "json"}
CALLS = 5  # fewer than those after which PostgreSQL may change to a generic plan


def collect(lab: Lab, operations: list[Operation], people: People) -> Plans:
    """Calls each operation a few times, by a program whose statements are explained."""
    some = State(People(people.readers[:CALLS], people.others[:CALLS], []), CALLS)
    lab.say("data: the plans")
    for name, value in SETTINGS.items():
        lab.servers.query("postgres", f"ALTER DATABASE mindspace SET {name} = '{value}'")
    began = lab.servers.log_size()
    program = lab.start("plans")
    try:
        for group in grouped(operations):
            for operation in group:
                load = check(lab.generator.run(program.port, operation.requests(some), connections=1,
                                               saves_bodies=operation.learn is not None), operation.name)
                if operation.learn:
                    operation.learn(some, load)
    finally:
        program.stop()
        for name in SETTINGS:
            lab.servers.query("postgres", f"ALTER DATABASE mindspace RESET {name}")
    return read(lab.servers.read_log(began))


def read(log: str) -> Plans:
    """The JSON documents in the server's log: from a line that ends in "plan:" to the brace at its margin."""
    plans: Plans = {}
    lines = iter(log.splitlines())
    for line in lines:
        if not line.endswith("plan:"):
            continue
        document = []
        for part in lines:
            document.append(part)
            if part.strip("\t") == "}":
                break
        found = json.loads("\n".join(document))
        statement = normalise(" ".join(found["Query Text"].split()))
        if is_of_a_user(statement):
            plans.setdefault(statement, set()).add(shape(found["Plan"]))
    return plans


def is_of_a_user(statement: str) -> bool:
    """Not of a job in the background, which may look at all users."""
    return "user_id = $1" in statement or "email_key = $1" in statement


def normalise(text: str) -> str:
    """Without the number of a partition."""
    return re.sub(r"(meditation_sessions|session_facts)_\d+", r"\1_N", text)


def shape(node: dict) -> str:
    name = normalise(node.get("Index Name") or node.get("Relation Name") or "")
    name = re.sub(r"_N_\w+_idx\d*|_N_pkey", "_N index", name)
    below = ", ".join(shape(child) for child in node.get("Plans", []))
    return f"{node['Node Type']}{' ' + name if name else ''}{' (' + below + ')' if below else ''}"


def compare(first: Plans, last: Plans) -> str:
    """What to state about the plans at the smallest and at the largest size."""
    both = sorted(first.keys() & last.keys())
    changed = [statement for statement in both if not first[statement] & last[statement]]
    scans = sorted({part for shapes in last.values() for plan in shapes
                    for part in re.findall(r"Seq Scan (?:meditation_sessions|session_facts|users|auth_sessions|daily_totals)\w*", plan)})
    text = f"{len(both)} statements were explained at both ends; the plan of {len(changed)} differs."
    for statement in changed:
        text += f" {statement[:80]}…: {', '.join(sorted(first[statement]))} became {', '.join(sorted(last[statement]))}."
    return text + (f" Scans of whole tables: {', '.join(scans)}." if scans else " No scan of a whole large table.")
