"""What the tests of deployments share: programs, waiting, servers, and a site as its clients see it."""

import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 300
POSTGRES = "/usr/lib/postgresql/15/bin"


def run(*words, **options):
    """Runs to the end; its output in .stdout. Throws, with the output, unless it exits with 0."""
    ended = attempt(*words, **options)
    if ended.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))} exited with {ended.returncode}:\n{ended.stdout}")
    return ended


def attempt(*words, **options):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("did not come: " + what)
        time.sleep(0.2)


class Site:
    """A running Mind Space, as its clients see it."""

    def __init__(self, url, log=lambda: ""):
        self.url = url
        self.log = log
        self.context = ssl._create_unverified_context()  # the certificate is self-signed

    def ask(self, path, body=None, token=None):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode() if body is not None else None)
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", "Bearer " + token)
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.context) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as refusal:
            return refusal.code, {"problem": refusal.read().decode()}
        except (OSError, ssl.SSLError) as failure:
            return 0, {"failure": str(failure)}

    def wait(self):
        try:
            eventually(lambda: self.ask("/readyz")[0] == 200, "readiness of " + self.url)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.ask('/readyz')}\n{self.log()}") from None

    def expect(self, status, *request):
        """Asks again after a 503, as clients do: a name or a connection may be looked for when a node has just gone."""
        for attempts_left in reversed(range(10)):
            got, body = self.ask(*request)
            if got != 503 or attempts_left == 0:
                break
            time.sleep(1)
        if got != status:
            raise AssertionError(f"{request[0]}: {got} {body}\n{self.log()}")
        return body

    def do_main_job(self):
        """Somebody signs up, meditates, and finds it in their figures. Returns their access token."""
        account = {"email": f"{time.time_ns()}@example.org", "password": "seven quiet mornings", "displayName": "Ada"}
        token = self.expect(201, "/api/v1/auth/register", account)["tokens"]["accessToken"]
        started = self.expect(201, "/api/v1/sessions", {"kind": "breathing", "plannedSeconds": 600}, token)
        self.expect(200, f"/api/v1/sessions/{started['id']}/complete", {"moodAfter": 4}, token)
        eventually(lambda: self.ask("/api/v1/users/me/stats", None, token)[1].get("totalSessions") == 1, "statistics")
        return token


class Servers:
    """A PostgreSQL with the database "mindspace" and a Redis, on free ports, their data below a folder; they end with
    this process."""

    def __init__(self, folder):
        self.database_port, self.redis_port = free_port(), free_port()
        self.database = f"postgresql://mindspace@127.0.0.1:{self.database_port}/mindspace"
        self.redis = f"redis://127.0.0.1:{self.redis_port}"
        data = folder / "postgres"
        data.mkdir()
        shutil.chown(data, "postgres", "postgres")
        by = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "INT"]
        run(*by, f"{POSTGRES}/initdb", "-D", data, "-U", "mindspace", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
            "--no-sync")
        self.processes = [subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) for words in (
            [*by, f"{POSTGRES}/postgres", "-D", data, "-p", str(self.database_port), "-k", data,
             "-c", "max_connections=300"],
            ["setpriv", "--pdeathsig", "TERM", "redis-server", "--port", str(self.redis_port), "--save", ""])]
        asked = [f"{POSTGRES}/createdb", "-h", "127.0.0.1", "-p", str(self.database_port), "-U", "mindspace", "mindspace"]
        eventually(lambda: attempt(*asked).returncode == 0, "PostgreSQL")

    def query(self, sql):
        return run(f"{POSTGRES}/psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.database, "-c", sql).stdout

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
