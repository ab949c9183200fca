"""A deployment as rolling updates, upgrades and failures are tested on: two nodes of each role behind Nginx."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.request

from support import ROOT, Servers, Site, eventually, free_port, run

PROGRAM = os.environ.get("MINDSPACE_SHIPPED_BINARY", str(ROOT / "build/release/mindspace"))
ROLES = {"auth": "MINDSPACE_HTTP_AUTH_PORT", "user": "MINDSPACE_HTTP_USER_PORT",
         "meditation": "MINDSPACE_HTTP_MEDITATION_PORT", "analytics": "MINDSPACE_HTTP_ANALYTICS_PORT",
         "gateway": "MINDSPACE_HTTP_PORT"}


class Deployment:
    """Each node is a file with its settings, so that a command can restart it (start_node, stop_node)."""

    def __init__(self, folder, program_of=lambda name: PROGRAM):
        """`program_of` has the program of each node: auth-1, auth-2, …, gateway-2. The schema is that of PROGRAM."""
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
            (folder / secret).write_text("a secret that only this test has\n")
        run(PROGRAM, "migrate", env={"PATH": os.environ["PATH"], "HOME": str(folder),
                                     "MINDSPACE_DATABASE_URL": self.servers.database})
        for name in self.nodes:
            start_node(folder, name, program_of(name))
        self.start_nginx()
        self.site = Site(f"http://127.0.0.1:{self.port}", self.logs)
        for name in self.nodes:
            self.wait_for(name)
        self.site.wait()

    def wait_for(self, name):
        """Until the node is ready."""
        Site(self.management_url(name), (self.folder / f"{name}.log").read_text).wait()

    def management_url(self, name):
        return f"http://127.0.0.1:{self.nodes[name][2]}"

    def metric(self, name, start):
        """The sum of that node's values whose lines, with name and labels, start as the regular expression says."""
        with urllib.request.urlopen(self.management_url(name) + "/metrics", timeout=30) as response:
            lines = response.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if re.match(start, line))

    def start_nginx(self):
        """The configuration that ships, with paths and ports of this test (as tests/support/network/nginx.cpp)."""
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

    def let_an_hour_pass(self, group):
        """For that group: it began an hour earlier, with the same participants, and its hour is over."""
        hour = "make_interval(secs => 3600)"
        for statement in (  # one transaction each: the program locks them in another order
                f"UPDATE group_attendance SET present = (SELECT range_agg(tstzrange(lower(part) - {hour}, upper(part)))"
                f" FROM unnest(present) part) WHERE group_id = '{group}'",
                f"UPDATE groups SET started_at = started_at - {hour}, ends_at = ends_at - {hour} WHERE group_id = '{group}'"):
            self.servers.query(statement)

    def expect_group_sessions(self, group, count):
        """`count` users, and no other, get one session of the group each."""
        counted = f"SELECT count(*), count(DISTINCT user_id) FROM meditation_sessions WHERE group_id = '{group}'"
        eventually(lambda: self.servers.query(counted).strip() == f"{count}|{count}",
                   lambda: f"{count} sessions of the group: {self.servers.query(counted)}")

    def logs(self):
        return "".join(f"-- {name}\n{(self.folder / f'{name}.log').read_text()[-1500:]}" for name in self.nodes)

    def stop(self):
        for name in reversed(self.nodes):
            stop_node(self.folder, name)
        self.proxy.send_signal(signal.SIGTERM)
        self.proxy.wait()
        self.servers.stop()


def make_deployment(test, *arguments):
    """A deployment in a separate folder, for the duration of the test. Skips the test if it is not run by root."""
    if os.geteuid() != 0:
        test.skipTest("SKIPPED: needs root, for servers of other accounts")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-deployment-"))
    folder.chmod(0o755)
    test.addCleanup(shutil.rmtree, folder, ignore_errors=True)
    deployment = Deployment(folder, *arguments)
    test.addCleanup(deployment.stop)
    return deployment


def start_node(folder, name, program):
    node = json.loads((folder / f"{name}.json").read_text())
    with open(folder / f"{name}.log", "ab") as log:
        process = subprocess.Popen([program, "serve", "--roles", node["role"]], env=node["settings"], stdout=log, stderr=log,
                                   start_new_session=True)
    (folder / f"{name}.pid").write_text(str(process.pid))


def stop_node(folder, name):
    """As a service manager does, by SIGTERM: the node drains."""
    pid = int((folder / f"{name}.pid").read_text())
    if not is_running(pid):
        return
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: not is_running(pid), "the end of " + name)


def is_running(pid):
    """False also for a zombie, which has ended without its parent noticing."""
    try:
        return "\nState:\tZ" not in pathlib.Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
