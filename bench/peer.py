"""The Node.js peer (bench/peers/node), as one process or as a gateway with four services."""

import json
import os
import pathlib
import secrets
import subprocess
from collections.abc import Mapping

from bench import processes
from bench.machine import first_line
from bench.program import ROLES, is_served
from bench.servers import OWNER, Servers

OLDEST_NODE = 20  # that Fastify 5 runs on; Debian 12 has 18
SOURCES = pathlib.Path(__file__).resolve().parent / "peers" / "node"
DATABASE = "peer"


def can_run() -> bool:
    version = first_line("node", "--version")
    return version.startswith("v") and int(version[1:].partition(".")[0]) >= OLDEST_NODE


def create_database(servers: Servers) -> None:
    servers.query("postgres", f"CREATE DATABASE {DATABASE}")
    servers.query(DATABASE, (SOURCES / "schema.sql").read_text(encoding="utf-8"))


class Peer:
    """Started by the constructor, ended by stop(). `environment`: more variables for its processes."""

    token_secret = secrets.token_hex(32)  # of all peers of a run, so that tokens stay valid when one is started again

    def __init__(self, servers: Servers, environment: Mapping[str, str] | None = None, is_split: bool = False) -> None:
        self.directory = servers.directory / "peer"
        self.directory.mkdir(exist_ok=True)
        self._environment = {
            "PATH": os.environ["PATH"], "NODE_ENV": "production", "PGHOST": str(servers.sockets), "PGUSER": OWNER,
            "PGDATABASE": DATABASE, "REDIS_SOCKET": str(servers.redis_socket), "JWT_SECRET": self.token_secret,
            "GATEWAY_SECRET": self.token_secret, **(environment or {})}
        self._processes: list[subprocess.Popen] = []
        self.port = 0
        for role in ROLES if is_split else ["all"]:
            self._start(role)
        processes.wait_until(lambda: is_served(self.port), "the peer")

    def _start(self, role: str) -> None:
        environment = self._environment | {"ROLE": role, "LOG": str(self.directory / f"{role}.log")}
        process = subprocess.Popen([*processes.ends_with_us(), "node", SOURCES / "server.mjs"], env=environment,
                                   stdout=subprocess.PIPE, text=True, cwd=self.directory)
        self._processes.append(process)
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise SystemExit(f"the peer ended: {role}")
        self.port = int(json.loads(line)["port"])
        self._environment[f"{role.upper()}_PORT"] = str(self.port)  # for the gateway, which is started last

    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def stop(self) -> None:
        for process in reversed(self._processes):
            processes.stop(process)
