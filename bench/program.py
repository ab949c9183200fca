"""The program under test, as one process or as a gateway with four roles."""

import json
import os
import pathlib
import subprocess
from collections.abc import Sequence

from bench import processes
from bench.servers import Servers

ROLES = ["auth", "user", "meditation", "analytics", "gateway"]
# Limits are wide, and checked like all limits; tokens outlive the run; the log goes to a file, as in production.
SETTINGS = ["rate_limit.scale=1000000", "auth.access_token_ttl_seconds=3600", "log.format=json", "http.address=127.0.0.1",
            "http.max_connections=40000", "management.port=0"]


class Program:
    """Started by the constructor, ended by stop(). Settings that are not named have their defaults; `name`: of its directory."""

    def __init__(self, binary: pathlib.Path, servers: Servers, settings: Sequence[str] = (), is_split: bool = False,
                 name: str = "program") -> None:
        self.directory = servers.directory / name
        self.directory.mkdir(mode=0o755, exist_ok=True)
        self._binary, self._settings = binary, [
            *SETTINGS, f"database.url={servers.url()}", f"redis.url={servers.redis_socket}",
            f"auth.secret_file={servers.directory / 'secret'}", *settings]
        self._processes: list[subprocess.Popen] = []
        self.port = 0
        if is_split:
            self._start_roles()
        else:
            self._start("all", ["http.port=0"])
        processes.wait_until(lambda: is_served(self.port), "the program")

    def _start_roles(self) -> None:
        ports = {role: processes.free_port() for role in ROLES[:-1]}
        settings = ["http.port=0", "database.connections_per_core=2"]
        for role, port in ports.items():
            settings += [f"http.{role}_port={port}", f"upstream.{role}=http://127.0.0.1:{port}"]
        secret = self.directory / "gateway-secret"
        secret.write_text("a secret that only this run of the benchmark has\n", encoding="utf-8")
        for role in ROLES:
            self._start(role, [*settings, f"gateway.secret_file={secret}"])

    def _start(self, role: str, settings: Sequence[str]) -> None:
        command = [*processes.ends_with_us(), str(self._binary), "serve"]
        if role != "all":
            command += ["--roles", role]
        for setting in [*self._settings, *settings, f"data_dir={self.directory / role}"]:
            command += ["--set", setting]
        log = self.directory / f"{role}.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, env={"PATH": os.environ["PATH"]})
        self._processes.append(process)
        processes.wait_until(lambda: process.poll() is not None or find_port(log) > 0, role)
        if process.poll() is not None:
            raise SystemExit(f"the program ended: {log.read_text(encoding='utf-8')[-2000:]}")
        self.port = find_port(log)

    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def stop(self) -> None:
        for process in reversed(self._processes):
            processes.stop(process)


def find_port(log: pathlib.Path) -> int:
    """The port of the listener that the log names, or 0."""
    for line in log.read_text(encoding="utf-8").splitlines():
        if '"mindspace.port"' in line:
            return int(json.loads(line)["mindspace.port"])
    return 0


def is_served(port: int) -> bool:
    return subprocess.run(["curl", "-sfo", "/dev/null", f"http://127.0.0.1:{port}/livez"], check=False).returncode == 0
