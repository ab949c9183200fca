"""Users of a deployment, all at once: requests at a constant rate, and the sockets of a running group."""

import asyncio
import collections
import concurrent.futures
import contextlib
import json
import random
import time
import uuid

from support import eventually
from websocket import Closed, Socket

CONNECTIONS = 32  # of the requests
MAX_WAITING = 200  # requests, on these connections and for one

READS = {"profile": "/api/v1/users/me", "history": "/api/v1/sessions?limit=5", "statistics": "/api/v1/analytics/summary"}
KINDS = ["profile", "profile", "history", "statistics", "import"]  # what is requested, by its frequency


class Failure:
    """A request without a successful response."""

    def __init__(self, kind, status, retry_after, text):
        self.kind, self.status, self.retry_after, self.text = kind, status, retry_after, text

    def __repr__(self):
        return f"{self.kind}: {self.status} Retry-After {self.retry_after} {self.text}"


class People:
    def __init__(self, deployment, rate, count, sockets_each):
        self.deployment, self.rate, self.count, self.sockets_each = deployment, rate, count, sockets_each
        self.port, self.site = deployment.port, deployment.site
        self.tokens, self.ids = [], []
        for i in range(count):
            account = {"email": f"{i}.{time.time_ns()}@example.org", "password": "seven quiet mornings", "displayName": "Ada"}
            response = self.site.expect(201, "/api/v1/auth/register", account)
            self.tokens.append(response["tokens"]["accessToken"])
            self.ids.append(response["user"]["id"])
        group = {"title": "Morning", "kind": "mindfulness", "plannedSeconds": 3600}
        self.group = self.site.expect(201, "/api/v1/groups", group, self.tokens[0])["id"]
        self.outcomes = collections.Counter()  # by status; 0 where the connection failed
        self.successes_in_a_row = 0
        self.failures = []
        self.acknowledged = set()  # ids of imported sessions
        self.missed, self.absences, self.codes = [], [], collections.Counter()  # of the sockets
        self.joined = 0
        self.is_using, self.stopping = False, False

    @contextlib.contextmanager
    def using_the_site(self):
        """They do, from when all sockets have joined and the group runs until the end of the block."""
        with concurrent.futures.ThreadPoolExecutor(1) as executor:
            use = executor.submit(asyncio.run, self.use())
            try:
                eventually(lambda: self.is_using or use.done(), lambda: f"{self.joined} sockets have joined, {self.codes}")
                assert self.is_using, use.exception()
                yield
            finally:
                self.stopping = True
                use.result()

    async def use(self):
        sockets = [asyncio.create_task(self.attend(i)) for i in range(self.count) for _ in range(self.sockets_each)]
        while self.joined < len(sockets) and not self.stopping:
            await asyncio.sleep(0.05)
        host = await self.open_socket(0)
        host.send({"type": "start"})
        self.is_using = True
        await asyncio.gather(self.send_requests(), self.send_reactions())
        await asyncio.sleep(2)
        assert self.joined == len(sockets), (self.joined, self.codes)
        for task in sockets:
            task.cancel()
        host.close()

    async def send_requests(self):
        """At the rate, however long the responses take; where the machine cannot keep up, as many as it can."""
        connections = asyncio.Queue()
        for _ in range(CONNECTIONS):
            connections.put_nowait(None)
        tasks = set()
        began, sent = time.monotonic(), 0
        while not self.stopping:
            while sent < (time.monotonic() - began) * self.rate:
                sent += 1
                if len(tasks) == MAX_WAITING:
                    continue
                task = asyncio.create_task(self.send_request(connections))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.sleep(0.002)
        await asyncio.gather(*tasks)

    async def send_request(self, connections):
        i, kind = random.randrange(self.count), random.choice(KINDS)
        session = str(uuid.uuid4())
        path, body = READS.get(kind), None
        if kind == "import":
            path, body = "/api/v1/sessions/import", {"sessions": [{
                "id": session, "kind": "breathing", "durationSeconds": 900,
                "startedAt": f"2025-{random.randint(1, 12):02}-{random.randint(1, 28):02}T07:00:00Z"}]}
        connection = await connections.get()
        retry_after = None
        try:
            # As every client library does: an idle connection that the server has ended is no failure of a request.
            if connection and connection[0].at_eof():
                connection[1].close()
                connection = None
            was_idle = connection is not None
            connection = connection or await asyncio.open_connection("127.0.0.1", self.port)
            try:
                status, headers, text = await asyncio.wait_for(self.exchange(connection, path, body, self.tokens[i]), 30)
            except (asyncio.IncompleteReadError, ConnectionError) as end:
                if not was_idle or getattr(end, "partial", b""):
                    raise
                connection[1].close()
                connection = await asyncio.open_connection("127.0.0.1", self.port)
                status, headers, text = await asyncio.wait_for(self.exchange(connection, path, body, self.tokens[i]), 30)
            is_open, retry_after = headers.get("connection") != "close", headers.get("retry-after")
        except Exception as failure:
            status, is_open, text = 0, False, repr(failure)
        if not is_open and connection:
            connection[1].close()
        connections.put_nowait(connection if is_open else None)
        self.outcomes[status] += 1
        if status != 200:
            self.successes_in_a_row = 0
            self.failures.append(Failure(kind, status, retry_after, text))
            return
        self.successes_in_a_row += 1
        if kind == "import" and json.loads(text)["results"][0]["outcome"] in ("created", "exists"):
            self.acknowledged.add(session)

    @staticmethod
    async def exchange(connection, path, body, token):
        """Status, headers with their names in lower case, and content of the response."""
        reader, writer = connection
        content = json.dumps(body).encode() if body else b""
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        writer.write(head.encode() + b"\r\n" + content)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        text = await reader.readexactly(int(headers["content-length"]))
        return int(lines[0].split()[1]), headers, text.decode()

    async def open_socket(self, i, resume=None):
        socket = await Socket.open(self.port, f"/api/v1/groups/{self.group}/live", self.tokens[i])
        socket.send({"type": "hello"} | ({"resume": resume} if resume else {}))
        return socket

    async def attend(self, i):
        """One socket: comes back whenever it is asked to or lost, and follows the events of the room."""
        epoch, seq, lost_at, is_first = None, None, None, True
        while True:
            try:
                socket = await self.open_socket(i, {"epoch": epoch, "seq": seq} if epoch else None)
                while True:
                    message = await socket.next()
                    if message["type"] == "welcome":
                        self.joined += 1
                        if lost_at is not None:
                            self.absences.append(time.monotonic() - lost_at)
                            if not message["resumed"]:
                                self.missed.append(("not resumed", epoch, seq, message["epoch"], message["seq"]))
                        if is_first or not message["resumed"]:
                            epoch, seq = message["epoch"], message["seq"]
                        is_first, lost_at = False, None
                    elif "seq" in message:
                        if (message["epoch"], message["seq"]) != (epoch, seq + 1):
                            self.missed.append((epoch, seq, message))
                        epoch, seq = message["epoch"], message["seq"]
            except Closed as end:
                self.codes[end.code] += 1
                if lost_at is None and not is_first:
                    self.joined -= 1
                    lost_at = time.monotonic()
                await asyncio.sleep(random.uniform(0.05, 0.5))
            except OSError:
                await asyncio.sleep(0.2)

    async def send_reactions(self):
        while not self.stopping:
            try:
                socket = await self.open_socket(random.randrange(1, self.count))
                for _ in range(4):
                    socket.send({"type": "reaction", "kind": "bow"})
                    await asyncio.sleep(0.25)
                socket.close()
            except (Closed, OSError):
                await asyncio.sleep(0.2)

    def expect_everything_counted(self, test):
        """The hour of the group passes: every user gets one session of it. Every acknowledged import is stored, and the
        statistics count what is stored, no more and no less."""
        self.deployment.let_an_hour_pass(self.group)
        self.deployment.expect_group_sessions(self.group, self.count)
        stored = [line.split("|") for line in
                  self.deployment.servers.query("SELECT session_id, user_id FROM meditation_sessions").split()]
        test.assertEqual(self.acknowledged - {session for session, _ in stored}, set(), "lost sessions")
        counts = collections.Counter(user for _, user in stored)
        for user, token in zip(self.ids, self.tokens):
            self.site.wait_for_statistics(token, counts[user])
