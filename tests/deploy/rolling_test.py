#!/usr/bin/env python3
"""deploy/rolling.sh: all nodes of a deployment behind Nginx are replaced, three rounds, with a change of the schema in
between, while people use it. No request fails, every socket is back in seconds and misses nothing, everybody gets the
session of their group, and all that was acknowledged is counted. And what it does when a new version is no good."""

import asyncio
import collections
import http.server
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid

from support import ROOT, Servers, Site, attempt, eventually, free_port, run
from websocket import Closed, Socket

PROGRAM = os.environ.get("MINDSPACE_SHIPPED_BINARY", str(ROOT / "build/release/mindspace"))
# Another program to begin with: the release before this one. It then runs beside this one, on the newer schema.
PREVIOUS = os.environ.get("MINDSPACE_PREVIOUS_BINARY")
ROUNDS = 3
RATE = 200  # requests a second
PEOPLE, SOCKETS_EACH = 63, 8
BACK_WITHIN = 5  # seconds, on a machine that keeps up
ROLES = {"auth": "MINDSPACE_HTTP_AUTH_PORT", "user": "MINDSPACE_HTTP_USER_PORT",
         "meditation": "MINDSPACE_HTTP_MEDITATION_PORT", "analytics": "MINDSPACE_HTTP_ANALYTICS_PORT",
         "gateway": "MINDSPACE_HTTP_PORT"}


class Deployment:
    """Two nodes of each role behind Nginx. Each node is a file with its settings, so that a command can restart it."""

    def __init__(self, folder):
        self.folder = folder
        self.servers = Servers(folder)
        self.nodes = {f"{role}-{n}": (role, free_port(), free_port()) for role in ROLES for n in (1, 2)}
        upstreams = {f"MINDSPACE_UPSTREAM_{role.upper()}": ",".join(
            f"http://127.0.0.1:{port}" for of, port, _ in self.nodes.values() if of == role)
            for role in ROLES if role != "gateway"}
        for name, (role, port, management) in self.nodes.items():
            settings = upstreams | {
                "PATH": os.environ["PATH"], "HOME": str(folder), "MINDSPACE_DATA_DIR": str(folder / name),
                "MINDSPACE_DATABASE_URL": self.servers.database, "MINDSPACE_REDIS_URL": self.servers.redis,
                "MINDSPACE_AUTH_SECRET_FILE": str(folder / "auth-secret"),
                "MINDSPACE_GATEWAY_SECRET_FILE": str(folder / "gateway-secret"),
                "MINDSPACE_HTTP_PUBLIC_URL": "https://mind.example", "MINDSPACE_HTTP_CORES": "1",
                "MINDSPACE_HTTP_ADDRESS": "127.0.0.1", "MINDSPACE_HTTP_DRAIN_SECONDS": "6",
                "MINDSPACE_DATABASE_CONNECTIONS_PER_CORE": "2", "MINDSPACE_RATE_LIMIT_SCALE": "1000",
                "MINDSPACE_AUTH_ARGON2_MEMORY_KIB": "64", "MINDSPACE_AUTH_ARGON2_PASSES": "1",
                # A loaded machine is to be slow here, and not to refuse: that has its own tests.
                "MINDSPACE_HTTP_MAX_QUEUE_DELAY_MS": "60000", "MINDSPACE_UPSTREAM_CONNECT_TIMEOUT_MS": "20000",
                "MINDSPACE_MANAGEMENT_PORT": str(management), ROLES[role]: str(port)}
            (folder / f"{name}.json").write_text(json.dumps({"role": role, "settings": settings}))
        for secret in ("auth-secret", "gateway-secret"):
            (folder / secret).write_text("a secret of this test that nobody else has\n")
        lines = [f"{name} http://127.0.0.1:{management}" for name, (_, _, management) in self.nodes.items()]
        (folder / "nodes").write_text("# roles first\n" + "\n".join(lines) + "\n")
        for name in self.nodes:
            start_node(folder, name, PREVIOUS or PROGRAM)
        self.start_nginx()
        self.site = Site(f"http://127.0.0.1:{self.port}", self.logs)
        self.site.wait()
        for name, (_, _, management) in self.nodes.items():
            Site(f"http://127.0.0.1:{management}", (folder / f"{name}.log").read_text).wait()

    def start_nginx(self):
        """The configuration that ships, with places of this test's own (as tests/support/network/nginx.cpp)."""
        here = self.folder / "nginx"
        shutil.copytree(ROOT / "deploy/nginx", here)
        self.port = free_port()
        gateways = [port for role, port, _ in self.nodes.values() if role == "gateway"]
        (here / "mindspace/nodes.conf").write_text("".join(f"server 127.0.0.1:{p} max_fails=0;\n" for p in gateways))
        (here / "mindspace/listen.conf").write_text(f"listen 127.0.0.1:{self.port};\n")
        temporary = "".join(f"{kind}_temp_path {here}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        for name, changes in {"nginx.conf": {"user www-data;": "user root;", "worker_rlimit_nofile 65536;": "",
                                             "worker_processes auto;": "worker_processes 1;",
                                             "worker_connections 16384;": "worker_connections 4096;",
                                             "/run/nginx.pid": f"{here}/pid", "/var/log/nginx": str(here),
                                             "/etc/nginx/modules-enabled": f"{here}/none", "http {": "http {\n" + temporary},
                              "mindspace/site.conf": {"listen 80 default_server;": f"listen 127.0.0.1:{free_port()};",
                                                      "listen [::]:80 default_server;": "", "/var/log/nginx": str(here),
                                                      "ssl_certificate": "#ssl_certificate"}}.items():
            text = (here / name).read_text()
            for old, new in changes.items():
                assert old in text, old
                text = text.replace(old, new)
            (here / name).write_text(text)
        self.nginx = ["nginx", "-p", str(here), "-c", str(here / "nginx.conf"), "-e", str(here / "error.log")]
        self.proxy = subprocess.Popen([*self.nginx, "-g", "daemon off;"])

    def roll(self, version):
        """Starts rolling.sh; its process."""
        nodes = self.folder / "nginx/mindspace/nodes.conf"
        address = " ".join(f"[{name}]=127.0.0.1:{port}" for name, (role, port, _) in self.nodes.items() if role == "gateway")
        move = f'declare -A at=({address}); [[ -z ${{at[$NODE]:-}} ]] || {ROOT}/deploy/nginx-node.sh %s "${{at[$NODE]}}" {nodes}'
        words = [ROOT / "deploy/rolling.sh", "--nodes", self.folder / "nodes", "--version", version, "--watch", "0.3",
                 "--take-out", move % "down", "--put-back", move % "up",
                 "--replace", f"{sys.executable} {__file__} replace {self.folder} $NODE"]
        return subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env=os.environ | {"NGINX": " ".join(self.nginx)})

    def logs(self):
        return "".join(f"-- {name}\n{(self.folder / f'{name}.log').read_text()[-1500:]}" for name in self.nodes)

    def stop(self):
        for name in reversed(self.nodes):
            stop_node(self.folder, name)
        self.proxy.send_signal(signal.SIGTERM)
        self.proxy.wait()
        self.servers.stop()


def version_of(program):
    return run(program, "--version").stdout.strip()


def start_node(folder, name, program):
    node = json.loads((folder / f"{name}.json").read_text())
    with open(folder / f"{name}.log", "ab") as log:
        process = subprocess.Popen([program, "serve", "--roles", node["role"]], env=node["settings"], stdout=log, stderr=log,
                                   start_new_session=True)
    (folder / f"{name}.pid").write_text(str(process.pid))


def is_running(pid):
    """A zombie has ended: its parent has not looked yet."""
    try:
        return "\nState:\tZ" not in pathlib.Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def stop_node(folder, name):
    pid = int((folder / f"{name}.pid").read_text())
    if not is_running(pid):
        return
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: not is_running(pid), "the end of " + name)


class People:
    """Who use the site: requests at a rate, and sockets of a group that is under way."""

    def __init__(self, deployment):
        self.port = deployment.port
        self.site = deployment.site
        self.tokens, self.ids = [], []
        for i in range(PEOPLE):
            account = {"email": f"{i}.{time.time_ns()}@example.org", "password": "seven quiet mornings", "displayName": "Ada"}
            answer = self.site.expect(201, "/api/v1/auth/register", account)
            self.tokens.append(answer["tokens"]["accessToken"])
            self.ids.append(answer["user"]["id"])
        group = {"title": "Morning sit", "kind": "mindfulness", "plannedSeconds": 3600}
        self.group = self.site.expect(201, "/api/v1/groups", group, self.tokens[0])["id"]
        self.outcomes = collections.Counter()
        self.failures, self.missed, self.absences, self.codes = [], [], [], collections.Counter()
        self.sessions = collections.Counter()
        self.joined = 0
        self.stopping = False

    async def use(self, rolling):
        """Until `rolling`, run beside it, has ended. Its value."""
        sockets = [asyncio.create_task(self.sit(i)) for i in range(PEOPLE) for _ in range(SOCKETS_EACH)]
        while self.joined < len(sockets):
            await asyncio.sleep(0.05)
        host = await self.join(0)
        host.send({"type": "start"})
        requests = asyncio.create_task(self.ask_at_rate())
        hello = asyncio.create_task(self.keep_the_room_busy())
        value = await asyncio.to_thread(rolling)
        await asyncio.sleep(1)
        self.stopping = True
        await requests
        await hello
        await asyncio.sleep(2)
        assert self.joined == len(sockets), (self.joined, self.codes)
        for task in sockets:
            task.cancel()
        return value

    async def ask_at_rate(self):
        connections = asyncio.Queue()
        for _ in range(32):
            connections.put_nowait(None)
        tasks = set()
        began, sent = time.monotonic(), 0
        while not self.stopping:
            while sent < (time.monotonic() - began) * RATE:
                sent += 1
                task = asyncio.create_task(self.ask_one(connections))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.sleep(0.002)
        await asyncio.gather(*tasks)

    async def ask_one(self, connections):
        i = random.randrange(PEOPLE)
        kind = random.choice(["profile", "profile", "history", "figures", "import"])
        path, body = {"profile": ("/api/v1/users/me", None), "history": ("/api/v1/sessions?limit=5", None),
                      "figures": ("/api/v1/analytics/summary", None),
                      "import": ("/api/v1/sessions/import", {"sessions": [{
                          "id": str(uuid.uuid4()), "kind": "breathing", "startedAt": "2026-11-22T07:00:00Z",
                          "durationSeconds": 900}]})}[kind]
        connection = await connections.get()
        try:
            # As every client library does: a kept connection that the server has ended is no failure of a request.
            if connection and connection[0].at_eof():
                connection[1].close()
                connection = None
            is_kept = connection is not None
            connection = connection or await asyncio.open_connection("127.0.0.1", self.port)
            try:
                status, keeps, text = await asyncio.wait_for(self.exchange(connection, path, body, self.tokens[i]), 30)
            except (asyncio.IncompleteReadError, ConnectionError) as end:
                if not is_kept or getattr(end, "partial", b""):
                    raise
                connection[1].close()
                connection = await asyncio.open_connection("127.0.0.1", self.port)
                status, keeps, text = await asyncio.wait_for(self.exchange(connection, path, body, self.tokens[i]), 30)
        except Exception as failure:
            status, keeps, text = 0, False, repr(failure)
        if not keeps and connection:
            connection[1].close()
        connections.put_nowait(connection if keeps else None)
        self.outcomes[status] += 1
        if status != 200:
            self.failures.append((kind, status, text))
        elif kind == "import":
            self.sessions[i] += 1

    async def exchange(self, connection, path, body, token):
        reader, writer = connection
        content = json.dumps(body).encode() if body else b""
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        writer.write(head.encode() + b"\r\n" + content)
        fields = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        size = int(fields.split("content-length:")[1].split()[0])
        text = await reader.readexactly(size)
        return int(fields.split()[1]), "connection: close" not in fields, text.decode()

    async def join(self, i, resume=None):
        socket = await Socket.open(self.port, f"/api/v1/groups/{self.group}/live", self.tokens[i])
        socket.send({"type": "hello"} | ({"resume": resume} if resume else {}))
        return socket

    async def sit(self, i):
        """One socket: comes back whenever it is told to or lost, and counts every event of the room."""
        epoch, seq, lost_at, is_first = None, None, None, True
        while True:
            try:
                socket = await self.join(i, {"epoch": epoch, "seq": seq} if epoch else None)
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

    async def keep_the_room_busy(self):
        while not self.stopping:
            try:
                socket = await self.join(random.randrange(1, PEOPLE))
                for _ in range(4):
                    socket.send({"type": "reaction", "kind": "bow"})
                    await asyncio.sleep(0.25)
                socket.close()
            except (Closed, OSError):
                await asyncio.sleep(0.2)


class Rolling(unittest.TestCase):
    def test_nobody_notices_three_rounds(self):
        if os.geteuid() != 0:
            self.skipTest("SKIPPED: needs root, for servers of other accounts")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-rolling-"))
        folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        deployment = Deployment(folder)
        self.addCleanup(deployment.stop)
        people = People(deployment)
        took = []

        def roll_all():
            for i in range(ROUNDS):
                if i == 1:  # what the next version's migration would do: the nodes run on a schema that is ahead
                    deployment.servers.query(
                        "BEGIN; SET LOCAL lock_timeout = '5s'; ALTER TABLE users ADD COLUMN of_the_next_version text;"
                        "INSERT INTO schema_migrations (version, name, checksum)"
                        " SELECT max(version) + 1, 'next', 'of another program' FROM schema_migrations; COMMIT")
                began = time.monotonic()
                rolling = deployment.roll(version_of(PROGRAM))
                output = rolling.communicate(timeout=600)[0]
                self.assertEqual(rolling.returncode, 0, output)
                took.append(time.monotonic() - began)

        asyncio.run(people.use(roll_all))
        print(f"rolling: {', '.join(f'{t:.0f} s' for t in took)} for {len(deployment.nodes)} nodes; "
              f"{people.outcomes.total()} requests, {len(people.failures)} failed; "
              f"{len(people.absences)} sockets came back, at most {max(people.absences):.1f} s away")
        self.assertEqual(people.failures[:3], [])
        self.assertEqual(people.missed[:3], [])
        self.assertEqual(set(people.codes) - {1012}, set(), "sockets are told to come back")
        busy = max(1.0, os.getloadavg()[0] / os.cpu_count())  # how many want each core
        self.assertLess(max(people.absences), BACK_WITHIN * busy)
        self.assertGreaterEqual(len(people.absences), PEOPLE * SOCKETS_EACH)
        self.expect_sessions(deployment, people)

    def expect_sessions(self, deployment, people):
        """The hour of the group passes: everybody gets one session of it; and every import was counted."""
        query = deployment.servers.query
        hour = f"make_interval(secs => 3600)"
        query(f"UPDATE group_attendance SET present = (SELECT range_agg(tstzrange(lower(part) - {hour}, upper(part)))"
              f" FROM unnest(present) part) WHERE group_id = '{people.group}'")
        query(f"UPDATE groups SET started_at = started_at - {hour}, ends_at = ends_at - {hour} WHERE group_id = '{people.group}'")
        counted = f"SELECT count(*), count(DISTINCT user_id) FROM meditation_sessions WHERE group_id = '{people.group}'"
        eventually(lambda: query(counted).strip() == f"{PEOPLE}|{PEOPLE}", "a session for everybody: " + query(counted))
        for i, token in enumerate(people.tokens):
            wanted = people.sessions[i] + 1
            eventually(lambda token=token, wanted=wanted:
                       people.site.ask("/api/v1/users/me/stats", None, token)[1].get("totalSessions") == wanted,
                       f"{wanted} sessions in the figures: {people.site.ask('/api/v1/users/me/stats', None, token)}")


class FakeNode:
    """What rolling.sh asks a node, from a dictionary."""

    def __init__(self, name):
        self.name, self.version, self.ready, self.bad, self.all = name, "1", True, 0, 0
        node = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                node.all += 100
                text = (f'mindspace_build_info{{version="{node.version}"}} 1\n'
                        f'mindspace_http_requests_total{{route="/a",status="2xx"}} {node.all}\n'
                        f'mindspace_http_requests_total{{route="/a",status="5xx"}} {node.bad}\n')
                self.send_response(200 if node.ready else 503)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


class RollingBack(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-rolling-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.nodes = [FakeNode(name) for name in ("a", "b", "c")]
        for node in self.nodes:
            self.addCleanup(node.server.shutdown)
        (self.folder / "nodes").write_text("".join(f"{node.name} {node.url}\n" for node in self.nodes))

    def roll(self, become):
        """Rolls to version 2; become(node, version) is what replacing does. The exit code, and the order of replacing."""
        done = self.folder / "done"
        done.write_text("")
        words = [ROOT / "deploy/rolling.sh", "--nodes", self.folder / "nodes", "--version", "2", "--watch", "0.2",
                 "--ready-within", "2", "--replace", f"echo $NODE $VERSION >>{done}; sleep 0.3"]
        rolling = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        seen = 0
        while rolling.poll() is None:
            lines = done.read_text().split("\n")[:-1]
            for line in lines[seen:]:
                name, version = line.split()
                become(next(node for node in self.nodes if node.name == name), version)
            seen = len(lines)
            time.sleep(0.02)
        self.output = rolling.communicate()[0]
        return rolling.returncode, done.read_text().split("\n")[:-1]

    @staticmethod
    def work(node, version):
        node.version = version

    def test_all_is_well(self):
        self.assertEqual(self.roll(self.work), (0, ["a 2", "b 2", "c 2"]), )

    def test_a_node_that_is_not_ready_is_rolled_back_with_those_before_it(self):
        def become(node, version):
            node.version, node.ready = version, not (node.name == "b" and version == "2")
        self.assertEqual(self.roll(become), (1, ["a 2", "b 2", "b 1", "a 1"]))
        self.assertIn("b is not ready", self.output)

    def test_another_version_than_the_wanted_is_rolled_back(self):
        self.assertEqual(self.roll(lambda node, version: None), (1, ["a 2", "a 1"]))
        self.assertIn("a runs 1, not 2", self.output)

    def test_errors_are_rolled_back(self):
        broken = threading.Event()

        def become(node, version):
            node.version = version
            if node.name == "b" and version == "2":
                broken.set()
                threading.Thread(target=fail, daemon=True).start()

        def fail():
            while broken.is_set():
                self.nodes[0].bad += 50
                time.sleep(0.05)
        code, order = self.roll(become)
        broken.clear()
        self.assertEqual((code, order), (1, ["a 2", "b 2", "b 1", "a 1"]))
        self.assertIn("are 5xx", self.output)

    def test_a_site_that_is_not_well_is_left_alone(self):
        self.nodes[2].ready = False
        self.assertEqual(self.roll(self.work), (1, []))

    def test_wrong_words_are_told(self):
        self.assertEqual(attempt(ROOT / "deploy/rolling.sh", "--nodes", "/none").returncode, 64)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "replace":
        place, who = pathlib.Path(sys.argv[2]), sys.argv[3]
        stop_node(place, who)
        start_node(place, who, PROGRAM)
    else:
        unittest.main(verbosity=2, warnings="ignore")
