#!/usr/bin/env python3
"""No secret is readable from outside: one process per role, at log level debug, does the main job and meets faults, with a
distinctive value for every secret that operators and users have. Then none of them may be in the logs, in the traces (all
recorded), on the pages of the management listeners, or in the arguments of a process. Needs root, and the program in MINDSPACE_SHIPPED_BINARY."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

from mail_server import MailServer
from span_collector import SpanCollector
from support import ROOT, Servers, Site, eventually, free_port

PROGRAM = os.environ.get("MINDSPACE_SHIPPED_BINARY", str(ROOT / "build/release/mindspace"))
ROLES = ("auth", "user", "meditation", "analytics", "gateway")
SPANS = {("mindspace-gateway", "POST /api/v1/auth/login"), ("mindspace-auth", "POST /api/v1/auth/login"),
         ("mindspace-auth", "send mail"), ("mindspace-meditation", "POST /api/v1/sessions")}
SIGNS = re.compile(r"token=([\w.~-]+)")


def send_to_redis(port, *words):
    """One command, past the arguments of a process."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"*{len(words)}\r\n".encode() + b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words))
        return connection.recv(1000)


class Secrets(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("SKIPPED: needs root")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-secrets-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        self.secrets = {}
        self.servers = Servers(self.folder)
        self.addCleanup(self.servers.stop)
        self.mail = MailServer("mailer", self.secret("mail password"))
        self.addCleanup(self.mail.stop)
        self.collector = SpanCollector(self.secret("collector token"))
        self.addCleanup(self.collector.stop)
        self.processes, self.management = {}, {}
        self.addCleanup(self.stop)

    def secret(self, name, value=None):
        """Remembers it; without a value, a new one."""
        self.secrets[name] = value or name.replace(" ", "-") + "-kept-to-itself-0123456789"
        return self.secrets[name]

    def start(self):
        database = f"postgresql://mindspace:{self.secret('database password')}@127.0.0.1:{self.servers.database_port}/mindspace"
        redis = f"redis://default:{self.secret('Redis password')}@127.0.0.1:{self.servers.redis_port}"
        eventually(lambda: send_to_redis(self.servers.redis_port, "PING").startswith(b"+PONG"), "Redis")
        send_to_redis(self.servers.redis_port, "CONFIG", "SET", "requirepass", self.secrets["Redis password"])
        ports = {role: free_port() for role in ROLES}
        files = {"MINDSPACE_DATABASE_URL_FILE": database, "MINDSPACE_REDIS_URL_FILE": redis,
                 "MINDSPACE_RABBITMQ_URL_FILE": f"amqp://mind:{self.secret('broker password')}@127.0.0.1:{free_port()}",
                 "MINDSPACE_MAIL_PASSWORD_FILE": self.secrets["mail password"],
                 "MINDSPACE_AUTH_SECRET_FILE": self.secret("auth secret"),
                 "MINDSPACE_GATEWAY_SECRET_FILE": self.secret("gateway secret"),
                 "MINDSPACE_TRACES_HEADERS_FILE": "Authorization: Bearer " + self.secrets["collector token"]}
        settings = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "MINDSPACE_LOG_LEVEL": "debug",
            "MINDSPACE_LOG_DIRECTORY": str(self.folder / "logs"), "MINDSPACE_HTTP_ADDRESS": "127.0.0.1",
            "MINDSPACE_HTTP_CORES": "1", "MINDSPACE_HTTP_MAX_QUEUE_DELAY_MS": "60000", "MINDSPACE_RATE_LIMIT_SCALE": "1000",
            "MINDSPACE_AUTH_ARGON2_MEMORY_KIB": "64", "MINDSPACE_AUTH_ARGON2_PASSES": "1",
            "MINDSPACE_EVENTS_TRANSPORT": "rabbitmq", "MINDSPACE_MAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "MINDSPACE_MAIL_USERNAME": "mailer", "MINDSPACE_MAIL_STARTTLS": "off",
            "MINDSPACE_TRACES_URL": self.collector.url, "MINDSPACE_TRACES_SAMPLE_RATIO": "1",
            "MINDSPACE_HTTP_PORT": str(ports["gateway"])}
        for variable, value in files.items():
            settings[variable] = str(self.folder / variable.lower())
            pathlib.Path(settings[variable]).write_text(value)
            os.chmod(settings[variable], 0o600)
        for role in ROLES[:-1]:
            settings[f"MINDSPACE_HTTP_{role.upper()}_PORT"] = str(ports[role])
            settings[f"MINDSPACE_UPSTREAM_{role.upper()}"] = f"http://127.0.0.1:{ports[role]}"
        for role in ROLES:
            self.management[role] = free_port()
            own = {"MINDSPACE_DATA_DIR": str(self.folder / role), "MINDSPACE_MANAGEMENT_PORT": str(self.management[role])}
            with open(self.folder / f"{role}.log", "wb") as log:
                self.processes[role] = subprocess.Popen([PROGRAM, "serve", "--roles", role], env=settings | own, stdout=log,
                                                        stderr=log, cwd=self.folder)
        self.site = Site(f"http://127.0.0.1:{ports['gateway']}", self.logs)
        for port in self.management.values():
            Site(f"http://127.0.0.1:{port}", self.logs).wait()
        self.site.wait()

    def stop(self):
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait()

    def logs(self):
        return "".join(file.read_text(errors="replace") for file in [*self.folder.glob("*.log"),
                                                                     *(self.folder / "logs").glob("*")])

    def token_of_mail(self, number):
        eventually(lambda: len(self.mail.mails) >= number and SIGNS.search(self.mail.mails[number - 1]),
                   lambda: f"mail {number} of {len(self.mail.mails)}\n{self.logs()[-4000:]}")
        return SIGNS.search(self.mail.mails[number - 1])[1]

    def remember_tokens(self, name, tokens):
        self.secret(f"access token of {name}", tokens["accessToken"])
        self.secret(f"refresh token of {name}", tokens["refreshToken"])
        return tokens["accessToken"]

    def do_main_job(self):
        password, email = self.secret("password"), self.secret("address", f"ada.{time.time_ns()}@example.org")
        account = {"email": email, "password": password, "displayName": "Ada"}
        self.remember_tokens("registration", self.site.expect(201, "/api/v1/auth/register", account)["tokens"])
        self.site.expect(204, "/api/v1/auth/email/verify", {"token": self.secret("token in a link", self.token_of_mail(1))})
        tokens = self.site.expect(200, "/api/v1/auth/login", {"email": email, "password": password})["tokens"]
        token = self.remember_tokens("login", tokens)
        fresh = self.site.expect(200, "/api/v1/auth/refresh", {"refreshToken": tokens["refreshToken"]})
        token = self.remember_tokens("refresh", fresh.get("tokens", fresh))
        started = self.site.expect(201, "/api/v1/sessions", {"kind": "breathing", "plannedSeconds": 600}, token)
        self.site.expect(200, f"/api/v1/sessions/{started['id']}/complete", {"moodAfter": 4}, token)
        group = self.site.expect(201, "/api/v1/groups", {"title": "Dawn", "kind": "mindfulness", "plannedSeconds": 600}, token)
        ticket = self.secret("ticket", self.site.expect(200, f"/api/v1/groups/{group['id']}/ticket", {}, token)["ticket"])
        self.site.request(f"/api/v1/groups/{group['id']}/live?ticket={ticket}")
        sent = len(self.mail.mails)
        self.site.expect(202, "/api/v1/auth/password/forgot", {"email": email})
        reset = {"token": self.secret("token of a reset", self.token_of_mail(sent + 1)), "newPassword": self.secret("new password")}
        self.site.expect(204, "/api/v1/auth/password/reset", reset)
        return email, token

    def log_in_with_cookie(self, email):
        login = {"email": email, "password": self.secrets["new password"], "cookie": True}
        page = {"Origin": self.site.url}
        logged_in = self.site.expect(200, "/api/v1/auth/login", login, None, page)
        self.secret("refresh cookie", logged_in["cookie"].partition("=")[2])
        page["Cookie"] = logged_in["cookie"]
        refreshed = self.site.expect(200, "/api/v1/auth/refresh", {}, None, page)
        self.secret("refreshed cookie", refreshed["cookie"].partition("=")[2])
        page["Cookie"] = logged_in["cookie"].partition("=")[0] + "=" + self.secret("forged cookie")
        self.assertEqual(self.site.request("/api/v1/auth/refresh", {}, None, page)[0], 401)
        self.assertEqual(self.site.request("/api/v1/auth/refresh", {}, None, page | {"Origin": "null"})[0], 403)

    def meet_faults(self, email, token):
        wrong = {"email": email, "password": self.secret("wrong password")}
        self.assertEqual(self.site.request("/api/v1/auth/login", wrong)[0], 401)
        self.site.request("/api/v1/auth/login", {"email": email, "password": [self.secret("password of a wrong type")]})
        self.site.request("/api/v1/auth/refresh", {"refreshToken": self.secret("forged refresh token")})
        self.site.request("/api/v1/users/me?access_token=" + self.secret("token in a query"))
        self.site.request("/api/v1/users/me", None, self.secret("forged access token"))
        self.site.request("/api/v1/auth/email/verify", {"token": self.secret("forged token of a link")})
        self.servers.stop_postgres()
        send_to_redis(self.servers.redis_port, "AUTH", self.secrets["Redis password"])
        login = {"email": email, "password": self.secrets["new password"]}
        eventually(lambda: self.site.request("/api/v1/auth/login", login)[0] == 503, "an unavailable database")
        self.servers.postgres_server = self.servers.start_postgres()
        self.servers.redis_server.terminate()
        self.servers.redis_server.wait()
        self.servers.redis_server = self.servers.start_redis()  # without the password: each login there fails
        self.site.request("/api/v1/users/me", None, token)
        eventually(lambda: '"user.id"' in self.logs() and "rabbitmq" in self.logs().lower(), "faults in the log")

    def places(self):
        """What others can read: name and text."""
        for file in [*self.folder.glob("*.log"), *(self.folder / "logs").glob("*")]:
            yield file.name, file.read_text(errors="replace")
        for number, document in enumerate(self.collector.documents):
            yield f"trace document {number}", document
        for role, port in self.management.items():
            for page in ("/metrics", "/connections", "/readyz"):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=30) as response:
                        yield f"{page} of {role}", response.read().decode()
                except urllib.error.HTTPError as refusal:
                    yield f"{page} of {role}", refusal.read().decode()
        for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if file.parent.joinpath("exe").resolve() == pathlib.Path(PROGRAM).resolve():
                    yield str(file), file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                pass  # the process has ended

    def test_are_nowhere_to_be_read(self):
        self.start()
        email, token = self.do_main_job()
        self.log_in_with_cookie(email)
        self.meet_faults(email, token)
        eventually(lambda: SPANS <= self.collector.names(), lambda: f"spans: {sorted(self.collector.names())}")
        names = []
        for name, text in self.places():
            names.append(name)
            for secret, value in self.secrets.items():
                for form in {value, urllib.parse.quote(value, safe="")}:
                    self.assertNotIn(form, text, f"{name} contains the {secret}")
        for expected in ("gateway.log", "/metrics of auth", "cmdline"):
            self.assertTrue(any(expected in name for name in names), f"{expected} has not been searched: {names}")
        self.assertGreater(len(self.secrets), 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
