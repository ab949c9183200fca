"""The measured calls: one row each. Both sides get the same requests."""

import dataclasses
import datetime
import json
import uuid
from collections.abc import Callable

from bench.drive import CONNECTIONS, Load, request
from bench.people import PASSWORD, People, imports, registration

IMPORTED = 20  # sessions of a measured import
FEW = 16  # connections: more passwords at once than hash_queue takes, or imports, are refused, which is not what is measured


class State:
    """What the calls of one side have left for the next ones."""

    def __init__(self, people: People, count: int) -> None:
        self.people = people
        self.count = count  # of requests that can be sent once only
        self.sessions: list[str] = []  # active, one of each of the others
        self.registered = 0


@dataclasses.dataclass(frozen=True)
class Operation:
    name: str
    title: str
    requests: Callable[[State], list[str]]
    limit: str = ""  # of bench/limits.py
    connections: int = CONNECTIONS
    once: bool = False  # each request can be sent once: a run lasts until all were
    learn: Callable[[State, Load], None] | None = None  # from the bodies of the responses
    is_core: bool = False  # also in a quick run
    is_split: bool = False  # also measured behind the gateway


def read(path: str) -> Callable[[State], list[str]]:
    return lambda state: [request("GET", "/api/v1" + path, reader.token) for reader in state.people.readers]


def weekly(state: State) -> list[str]:
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return read(f"/analytics/weekly?from={today - datetime.timedelta(days=83)}&to={today}")(state)


def refresh(state: State) -> list[str]:
    return [request("POST", "/api/v1/auth/refresh", body=json.dumps({"refreshToken": person.refresh_token}))
            for person in state.people.others]


def learn_refresh_tokens(state: State, load: Load) -> None:
    for person, body in zip(state.people.others, load.bodies, strict=True):
        person.refresh_token = json.loads(body)["tokens"]["refreshToken"]


def start(state: State) -> list[str]:
    state.sessions = [str(uuid.uuid4()) for _ in state.people.others]
    return [request("POST", "/api/v1/sessions", person.token,
                    '{"id":"' + session + '","kind":"breathing","plannedSeconds":600,"moodBefore":3}')
            for person, session in zip(state.people.others, state.sessions, strict=True)]


def complete(state: State) -> list[str]:
    return [request("POST", f"/api/v1/sessions/{session}/complete", person.token, '{"durationSeconds":0,"moodAfter":4}')
            for person, session in zip(state.people.others, state.sessions, strict=True)]


def import_sessions(state: State) -> list[str]:
    return imports(state.people.others[:max(state.count // 8, 1)], IMPORTED)


def login(state: State) -> list[str]:
    return [request("POST", "/api/v1/auth/login", body=json.dumps({"email": address, "password": PASSWORD}))
            for address in state.people.accounts]


def register(state: State) -> list[str]:
    first, state.registered = state.registered, state.registered + 4000  # more than any machine hashes in a run
    return [registration(f"new{number}@example.com") for number in range(first, state.registered)]


OPERATIONS = [
    Operation("livez", "GET /livez, without authentication and limits", lambda state: [request("GET", "/livez")], "nginx",
              is_core=True),
    Operation("me", "GET /users/me", read("/users/me"), "nginx", is_core=True, is_split=True),
    Operation("history", "GET /sessions, a page of 20", read("/sessions?limit=20"), "history", is_core=True, is_split=True),
    Operation("weekly", "GET /analytics/weekly, 12 weeks", weekly, "weekly"),
    Operation("summary", "GET /analytics/summary", read("/analytics/summary"), "summary"),
    Operation("stats", "GET /users/me/stats", read("/users/me/stats"), "stats"),
    Operation("refresh", "POST /auth/refresh", refresh, "refresh", once=True, learn=learn_refresh_tokens, is_core=True),
    Operation("start", "POST /sessions", start, "write", once=True, is_core=True, is_split=True),
    Operation("complete", "POST /sessions/{id}/complete", complete, "write", once=True, is_core=True, is_split=True),
    Operation("import", f"POST /sessions/import, {IMPORTED} sessions", import_sessions, connections=FEW, once=True),
    Operation("login", "POST /auth/login", login, "hashes", FEW, is_core=True),
    Operation("register", "POST /auth/register", register, "hashes", FEW),
]


def grouped(operations: list[Operation]) -> list[list[Operation]]:
    """A completion needs the sessions of the start before it; all others are by themselves."""
    groups: list[list[Operation]] = []
    for operation in operations:
        if operation.name == "complete":
            groups[-1].append(operation)
        else:
            groups.append([operation])
    return groups
