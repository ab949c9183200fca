"""A private PostgreSQL and Redis, which the program and the peer share: the same settings, as durable as `mindspace up`."""

import os
import pathlib
import shutil
import signal
import subprocess

from bench import processes

OWNER = "mindspace"
# Those of the program's embedded PostgreSQL; connections for two sides in several processes each.
POSTGRES_SETTINGS = ["listen_addresses=", "max_connections=300", "shared_buffers=256MB", "fsync=on", "synchronous_commit=on",
                     "full_page_writes=on", "max_wal_size=2GB", "checkpoint_timeout=15min", "jit=off", "timezone=UTC"]


def find_binaries() -> pathlib.Path:
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise SystemExit("PostgreSQL is not installed")
    return found[-1].parent


class Servers:
    """Started by the constructor, ended by stop(). Everything is below `directory`."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        self.binaries = find_binaries()
        self.sockets = directory / "postgres"
        self.sockets.mkdir(mode=0o755)
        if os.geteuid() == 0:
            shutil.chown(self.sockets, "postgres", "postgres")
        self._log = open(directory / "servers.log", "ab")
        self._postgres = self._start_postgres()
        self.redis_socket = directory / "redis.sock"
        self._redis = subprocess.Popen(
            [*processes.ends_with_us(), "redis-server", "--port", "0", "--unixsocket", str(self.redis_socket),
             "--unixsocketperm", "777", "--dir", str(directory), "--save", "", "--appendonly", "no"], stdout=self._log)
        processes.wait_until(self.redis_socket.exists, "Redis")

    def _start_postgres(self) -> subprocess.Popen:
        as_postgres = processes.ends_with_us("INT", "postgres:postgres")
        data = self.sockets / "data"
        subprocess.run([*as_postgres, self.binaries / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8",
                        "--locale=C.UTF-8", "--no-sync"], check=True, stdout=self._log, cwd=self.sockets)
        command = [*as_postgres, str(self.binaries / "postgres"), "-D", str(data), "-k", str(self.sockets)]
        for setting in POSTGRES_SETTINGS:
            command += ["-c", setting]
        process = subprocess.Popen(command, stdout=self._log, stderr=self._log, cwd=self.sockets)
        processes.wait_until(lambda: self._psql("postgres", "SELECT 1").returncode == 0, "PostgreSQL")
        self.query("postgres", f"CREATE DATABASE {OWNER}")
        return process

    def _psql(self, database: str, sql: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.binaries / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", self.sockets, "-U", OWNER,
                               "-d", database, "-f", "-"], input=sql, capture_output=True, text=True, check=False)

    def query(self, database: str, sql: str) -> list[str]:
        """Runs SQL; returns the lines of its result, with | between columns."""
        ended = self._psql(database, sql)
        if ended.returncode != 0:
            raise SystemExit(f"{sql[:200]}: {ended.stderr}")
        return ended.stdout.splitlines()

    def empty_redis(self) -> None:
        """As on a new machine: while Redis remembers an earlier process, a new one waits a minute for its share of the quotas."""
        subprocess.run(["redis-cli", "-s", self.redis_socket, "FLUSHALL"], check=True, stdout=self._log)

    def log_size(self) -> int:
        return (self.directory / "servers.log").stat().st_size

    def read_log(self, first: int) -> str:
        """What the servers have logged after the first `first` bytes."""
        with open(self.directory / "servers.log", "rb") as log:
            log.seek(first)
            return log.read().decode(errors="replace")

    def url(self, database: str = OWNER) -> str:
        return f"host={self.sockets} user={OWNER} dbname={database}"

    def cpu(self) -> tuple[float, float]:
        """Seconds used so far by PostgreSQL and by Redis."""
        return processes.tree_cpu(self._postgres.pid), processes.cpu([self._redis.pid])

    def stop(self) -> None:
        processes.stop(self._redis)
        self._postgres.send_signal(signal.SIGINT)  # a fast shutdown
        self._postgres.wait(60)
        self._log.close()
