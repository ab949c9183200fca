"""The users of a run, made through the API on both sides: readers with a history, and more people without one."""

import dataclasses
import datetime
import http.client
import json
import uuid

from bench.drive import Generator, Load, request
from bench.processes import wait_until

PASSWORD = "correct horse battery"
KINDS = ["breathing", "bodyScan", "sleep", "mantra"]
PER_IMPORT = 200


@dataclasses.dataclass
class Person:
    user: str
    token: str
    refresh_token: str


@dataclasses.dataclass
class People:
    """Of one side. `readers` have a history; `accounts` have a password hash with the real parameters."""

    readers: list[Person]
    others: list[Person]
    accounts: list[str]


def call(port: int, method: str, path: str, token: str = "", body: object = None) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": "Bearer " + token} if token else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection.request(method, "/api/v1" + path, json.dumps(body) if body is not None else None, headers)
    response = connection.getresponse()
    text = response.read().decode()
    if response.status >= 300:
        raise SystemExit(f"{method} {path}: {response.status} {text}")
    return json.loads(text)


def registration(address: str) -> str:
    return request("POST", "/api/v1/auth/register", body=json.dumps(
        {"email": address, "password": PASSWORD, "displayName": "A person"}))


def check(load: Load, what: str) -> Load:
    """A run of which each request must have succeeded."""
    if load.failed:
        raise SystemExit(f"{what}: {load.failed} of {load.requests} requests failed: {load.statuses}")
    return load


def register(generator: Generator, port: int, prefix: str, count: int) -> list[Person]:
    load = check(generator.run(port, (registration(f"{prefix}{number}@example.com") for number in range(count)),
                               connections=8, saves_bodies=True), "registration")
    people = []
    for body in load.bodies:
        made = json.loads(body)
        people.append(Person(made["user"]["id"], made["tokens"]["accessToken"], made["tokens"]["refreshToken"]))
    return people


def imported(count: int, first: int = 0) -> list[dict]:
    """Completed sessions, 11 hours apart, the newest yesterday."""
    newest = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    return [{"id": str(uuid.uuid4()), "kind": KINDS[number % 4], "durationSeconds": 590, "plannedSeconds": 600,
             "moodBefore": 2, "moodAfter": 4,
             "startedAt": (newest - datetime.timedelta(hours=11 * number)).isoformat(timespec="milliseconds")
             .replace("+00:00", "Z")} for number in range(first, first + count)]


def imports(people: list[Person], count: int, first: int = 0) -> list[str]:
    """For each person a request that imports `count` sessions."""
    return [request("POST", "/api/v1/sessions/import", person.token, json.dumps({"sessions": imported(count, first)}))
            for person in people]


def create(generator: Generator, port: int, users: int, history: int, others: int,
           prefix: str = "") -> People:
    """Returns when the statistics have the history."""
    readers = register(generator, port, prefix + "reader", users)
    for first in range(0, history, PER_IMPORT):
        check(generator.run(port, imports(readers, min(PER_IMPORT, history - first), first), connections=8), "import")
    people = People(readers, register(generator, port, prefix + "person", others) if others else [], [])
    some = readers[::max(len(readers) // 20, 1)]
    wait_until(lambda: all(call(port, "GET", "/users/me/stats", reader.token)["totalSessions"] == history for reader in some),
               "the statistics of all imports", seconds=300, every=0.5)
    return people


def add_accounts(generator: Generator, port: int, people: People, count: int) -> None:
    """Users whose passwords are hashed with the parameters of now."""
    register(generator, port, "account", count)
    people.accounts = [f"account{number}@example.com" for number in range(count)]
