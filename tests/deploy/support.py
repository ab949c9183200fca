"""What the tests of deployments share: programs, waiting, servers, and a site as its clients see it."""

import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.processes import free_port  # noqa: E402, F401

PATIENCE = 300
POSTGRES = "/usr/lib/postgresql/15/bin"
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "INT"]


def run(*words, **options):
    """Runs to the end; its output in .stdout. Throws, with the output, unless it exits with 0."""
    ended = attempt(*words, **options)
    if ended.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))} exited with {ended.returncode}:\n{ended.stdout}")
    return ended


def attempt(*words, **options):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)


def eventually(condition, what):
    """Waits until the condition holds. `what`: the condition in words, or a function that returns them."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("not within the time: " + (what() if callable(what) else what))
        time.sleep(0.2)


def make_package(program, work):
    """The Debian package of a program, in work/packages, compressed in a hurry. release_test.py has lintian check it."""
    tools = work / "tools"
    tools.mkdir()
    for folder in ("/usr/bin", "/usr/sbin"):
        for tool in os.scandir(folder):
            if tool.name != "lintian" and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool.path)
    made = run(ROOT / "deploy/package.sh", program, work / "packages", env=os.environ | {
        "PATH": str(tools), "DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"})
    return pathlib.Path(made.stdout.splitlines()[-1])


class Site:
    """A running Mind Space, as its clients see it."""

    def __init__(self, url, log=lambda: "", attempts=10):
        """`attempts`: how often a request is sent that gets 503. Clients do so, since a node may just be gone."""
        self.url, self.log, self.attempts = url, log, attempts
        self.context = ssl._create_unverified_context()  # the certificate is self-signed

    def request(self, path, body=None, token=None, fields=None):
        """Status and content of the response; 0 if the connection failed. A cookie that it sets is its `cookie`."""
        request = urllib.request.Request(self.url + path, json.dumps(body).encode() if body is not None else None)
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", "Bearer " + token)
        for name, value in (fields or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.context) as response:
                content = json.loads(response.read() or b"{}")
                if "Set-Cookie" in response.headers:
                    content["cookie"] = response.headers["Set-Cookie"].partition(";")[0]
                return response.status, content
        except urllib.error.HTTPError as error:
            return error.code, {"problem": error.read().decode()}
        except (OSError, ssl.SSLError) as failure:
            return 0, {"failure": str(failure)}

    def is_ready(self):
        """With all that a client needs: not degraded, and whichever node behind a proxy responds."""
        for _ in range(4):
            status, body = self.request("/readyz")
            if status != 200 or set(body["checks"].values()) != {"ok"}:
                return False
        return True

    def wait(self):
        eventually(self.is_ready, lambda: f"readiness of {self.url}\n{self.request('/readyz')}\n{self.log()}")

    def expect(self, status, *request):
        for attempts_left in reversed(range(self.attempts)):
            got, body = self.request(*request)
            if got != 503 or attempts_left == 0:
                break
            time.sleep(1)
        if got != status:
            raise AssertionError(f"{request[0]}: {got} {body}\n{self.log()}")
        return body

    def do_main_job(self):
        """A user registers, meditates, and finds it in the statistics. Returns the access token."""
        account = {"email": f"{time.time_ns()}@example.org", "password": "seven quiet mornings", "displayName": "Ada"}
        token = self.expect(201, "/api/v1/auth/register", account)["tokens"]["accessToken"]
        started = self.expect(201, "/api/v1/sessions", {"kind": "breathing", "plannedSeconds": 600}, token)
        self.expect(200, f"/api/v1/sessions/{started['id']}/complete", {"moodAfter": 4}, token)
        self.wait_for_statistics(token, 1)
        return token

    def wait_for_statistics(self, token, sessions):
        statistics = lambda: self.expect(200, "/api/v1/users/me/stats", None, token)
        eventually(lambda: statistics()["totalSessions"] == sessions,
                   lambda: f"{sessions} sessions in the statistics: {statistics()}\n{self.log()}")


class Servers:
    """A PostgreSQL with the database "mindspace" and a Redis, on free ports, their data below a folder; they end with
    this process."""

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "postgres"
        self.database_port, self.redis_port = free_port(), free_port()
        self.database = f"postgresql://mindspace@127.0.0.1:{self.database_port}/mindspace"
        self.redis = f"redis://127.0.0.1:{self.redis_port}"
        self.data.mkdir()
        shutil.chown(self.data, "postgres", "postgres")
        run(*AS_POSTGRES, f"{POSTGRES}/initdb", "-D", self.data, "-U", "mindspace", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync")
        self.postgres_server = self.start_postgres()
        self.redis_server = self.start_redis()
        create = [f"{POSTGRES}/createdb", "-h", "127.0.0.1", "-p", str(self.database_port), "-U", "mindspace", "mindspace"]
        eventually(lambda: attempt(*create).returncode == 0, "PostgreSQL")

    def start(self, words):
        return subprocess.Popen(words, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    def start_postgres(self):
        return self.start([*AS_POSTGRES, f"{POSTGRES}/postgres", "-D", self.data, "-p", str(self.database_port),
                           "-k", self.data, "-c", "max_connections=300"])

    def stop_postgres(self):
        """A fast shutdown, which ends all connections."""
        self.postgres_server.send_signal(signal.SIGINT)
        self.postgres_server.wait()

    def start_redis(self):
        return self.start(["setpriv", "--pdeathsig", "TERM", "redis-server", "--port", str(self.redis_port), "--save", ""])

    def restart_postgres(self):
        """As for a minor release, on the same port."""
        self.stop_postgres()
        self.postgres_server = self.start_postgres()
        eventually(lambda: attempt(*self.psql("SELECT 1")).returncode == 0, "PostgreSQL")

    def psql(self, sql):
        return [f"{POSTGRES}/psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.database, "-c", sql]

    def query(self, sql):
        return run(*self.psql(sql)).stdout

    def stop(self):
        for server in (self.postgres_server, self.redis_server):
            server.terminate()
        for server in (self.postgres_server, self.redis_server):
            server.wait()
