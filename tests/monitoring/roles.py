"""One process for each role behind a gateway with HTTPS, on PostgreSQL with a replica and Redis, and people who use it."""

import os
import random
import shutil
import signal
import subprocess
import threading

from support import AS_POSTGRES, POSTGRES, ROOT, Servers, Site, attempt, eventually, free_port, run

PROGRAM = os.environ.get("MINDSPACE_SHIPPED_BINARY", str(ROOT / "build/release/mindspace"))
ROLES = ["auth", "user", "meditation", "analytics", "gateway"]
ENDS_WITH_US = ["setpriv", "--pdeathsig", "TERM"]


class Roles:
    def __init__(self, folder):
        self.folder = folder
        self.servers = Servers(folder)
        self.start_replica()
        self.management = {role: free_port() for role in ROLES}
        ports = {role: free_port() for role in ROLES}
        for secret in ("auth-secret", "gateway-secret"):
            (folder / secret).write_text("a secret that only this test has\n")
        self.make_certificate(days=5)
        self.settings = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "MINDSPACE_HTTP_CORES": "1",
            "MINDSPACE_DATABASE_URL": self.servers.database, "MINDSPACE_DATABASE_REPLICA_URLS": self.replica,
            "MINDSPACE_DATABASE_CONNECTIONS_PER_CORE": "2", "MINDSPACE_REDIS_URL": self.servers.redis,
            "MINDSPACE_AUTH_SECRET_FILE": str(folder / "auth-secret"), "MINDSPACE_AUTH_ARGON2_MEMORY_KIB": "64",
            "MINDSPACE_GATEWAY_SECRET_FILE": str(folder / "gateway-secret"),
            "MINDSPACE_HTTP_PUBLIC_URL": "https://mind.example", "MINDSPACE_HTTP_ADDRESS": "127.0.0.1",
            "MINDSPACE_HTTP_PORT": str(ports["gateway"]), "MINDSPACE_RATE_LIMIT_SCALE": "1000",
            "MINDSPACE_ANALYTICS_VERIFY_INTERVAL_SECONDS": "1"}
        for role in ROLES[:-1]:
            self.settings[f"MINDSPACE_HTTP_{role.upper()}_PORT"] = str(ports[role])
            self.settings[f"MINDSPACE_UPSTREAM_{role.upper()}"] = f"http://127.0.0.1:{ports[role]}"
        self.processes = {}
        for role in ROLES:
            self.start(role)
        self.site = Site(f"https://127.0.0.1:{ports['gateway']}", self.logs)
        self.site.wait()

    def start(self, role):
        settings = self.settings | {"MINDSPACE_DATA_DIR": str(self.folder / role),
                                    "MINDSPACE_MANAGEMENT_PORT": str(self.management[role])}
        if role == "gateway":
            settings |= {"MINDSPACE_TLS_CERTIFICATE": str(self.folder / "certificate.pem"),
                         "MINDSPACE_TLS_KEY": str(self.folder / "key.pem")}
        if role == "meditation":  # of requests that wait for a lock, some end in each interval that rules look at
            settings["MINDSPACE_DATABASE_QUERY_TIMEOUT_MS"] = "2700"
        with open(self.folder / f"{role}.log", "ab") as log:
            self.processes[role] = subprocess.Popen([*ENDS_WITH_US, PROGRAM, "serve", "--roles", role], env=settings,
                                                    stdout=log, stderr=log)

    def signal(self, role, which):
        self.processes[role].send_signal(which)

    def restart(self, role):
        """As after a crash."""
        self.signal(role, signal.SIGKILL)
        self.processes[role].wait()
        self.start(role)
        Site(f"http://127.0.0.1:{self.management[role]}", self.logs).wait()

    def start_replica(self):
        place, port = self.folder / "replica", free_port()
        place.mkdir(mode=0o700)
        shutil.chown(place, "postgres", "postgres")
        run(*AS_POSTGRES, f"{POSTGRES}/pg_basebackup", "-h", "127.0.0.1", "-p", str(self.servers.database_port), "-U",
            "mindspace", "-D", place, "-R", "-X", "stream", "-c", "fast", cwd=self.folder)
        self.replica_process = self.servers.start([*AS_POSTGRES, f"{POSTGRES}/postgres", "-D", place, "-p", str(port),
                                                   "-k", place, "-c", "max_connections=300"])
        self.replica = f"postgresql://mindspace@127.0.0.1:{port}/mindspace"
        eventually(lambda: self.ask_replica("SELECT 1").returncode == 0, "the replica")

    def ask_replica(self, sql):
        return attempt(f"{POSTGRES}/psql", "-X", "-A", "-t", self.replica, "-c", sql)

    def make_certificate(self, days):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            str(days), "-subj", "/CN=mind.example", "-keyout", self.folder / "key.pem", "-out", self.folder / "certificate.pem")
        (self.folder / "key.pem").chmod(0o644)  # the program gives up root, and reads it again

    def hold(self, sql):
        """A session of PostgreSQL whose transaction stays open until terminate(), which the server notices soon."""
        words = [*ENDS_WITH_US, f"{POSTGRES}/psql", "-X", "-v", "ON_ERROR_STOP=1", self.servers.database,
                 "-c", "SET client_connection_check_interval = '200ms'",
                 "-c", "BEGIN", "-c", sql, "-c", "SELECT pg_sleep(600)"]
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def command(self, *words):
        return run(PROGRAM, *words, env=self.settings | {"MINDSPACE_DATA_DIR": str(self.folder / "auth")})

    def logs(self):
        return "".join(f"-- {role}\n{(self.folder / f'{role}.log').read_text()[-1500:]}" for role in self.processes)

    def stop(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.processes.values():
            process.wait()
        self.replica_process.send_signal(signal.SIGINT)
        self.replica_process.wait()
        self.servers.stop()


class People:
    """Each registers, then looks at their profile and meditates for a moment, again and again. Their pauses are random: when a
    connection is lost they fail together, and would all pause at each third scrape of the metrics."""

    def __init__(self, site):
        self.site, self.has_ended = site, threading.Event()
        self.threads = [threading.Thread(target=self.use, args=(n,), daemon=True) for n in range(8)]
        for thread in self.threads:
            thread.start()

    def use(self, n):
        account = {"email": f"{n}@example.org", "password": "seven quiet mornings", "displayName": "Ada"}
        token = self.site.expect(201, "/api/v1/auth/register", account)["tokens"]["accessToken"]
        while not self.has_ended.wait(random.random()):
            self.site.request("/api/v1/users/me", None, token)
            status, session = self.site.request("/api/v1/sessions", {"kind": "breathing", "plannedSeconds": 600}, token)
            if status == 201:
                self.site.request(f"/api/v1/sessions/{session['id']}/complete", {}, token)

    def stop(self):
        self.has_ended.set()
        for thread in self.threads:
            thread.join()
