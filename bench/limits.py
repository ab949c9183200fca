"""What the machine allows: the same responses, statements, hashes and sends with nothing around them (bench/sql)."""

import dataclasses
import json
import pathlib
import re
import subprocess
from collections.abc import Callable

from bench import processes
from bench.drive import Generator, request
from bench.people import check
from bench.servers import OWNER, Servers
from bench.tools import Tools

FILES = pathlib.Path(__file__).resolve().parent
DATABASE = "limits"
READERS, WRITERS = 16, 64  # clients of pgbench: writes that wait for the disk together share its time
BODY = json.dumps({"id": "0" * 36, "padding": "x" * 280})  # as long as a profile
LONGEST = 60  # seconds of pgbench
EVENT_BYTES = 120


@dataclasses.dataclass
class Limit:
    what: str
    rate: float  # per second
    cpu_us: float  # of the server, for each


def create_database(servers: Servers) -> None:
    """A copy of the program's database, while nothing is connected to that: writes of pgbench stay in it."""
    servers.query("postgres", f"CREATE DATABASE {DATABASE} TEMPLATE {OWNER}")


def drop_database(servers: Servers) -> None:
    """So that no vacuum of what pgbench has left runs while the sides are measured."""
    servers.query("postgres", f"DROP DATABASE {DATABASE} WITH (FORCE)")
    servers.query("postgres", "CHECKPOINT")


def write_scripts(servers: Servers, name: str, directory: pathlib.Path) -> list[pathlib.Path]:
    """The script of pgbench once for each partition of the sessions, with the users who are in it."""
    rows = servers.query(DATABASE, """
        SELECT substring(tableoid::regclass::text FROM '\\d+$'), string_agg(DISTINCT '''' || user_id || '''', ',')
        FROM meditation_sessions GROUP BY 1""")
    text, scripts = (FILES / "sql" / f"{name}.sql").read_text(encoding="utf-8"), []
    for row in rows:
        partition, users = row.split("|")
        script = directory / f"{name}_{partition}.sql"
        script.write_text(text.format(partition=partition, users=f"ARRAY[{users}]::uuid[]", count=users.count(",") + 1),
                          encoding="utf-8")
        scripts.append(script)
    return scripts


def pgbench(servers: Servers, name: str, seconds: float, clients: int = READERS, statements: int = 1) -> Limit:
    """`statements`: transactions of which one run of the script consists."""
    directory = servers.directory / "pgbench"
    directory.mkdir(exist_ok=True)
    command = [servers.binaries / "pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-h", str(servers.sockets),
               "-U", OWNER]
    for script in write_scripts(servers, name, directory):
        command += ["-f", script]
    duration = max(round(seconds), 1)
    while True:
        before = servers.cpu()[0]
        ended = subprocess.run([*command, "-T", str(duration), DATABASE], capture_output=True, text=True, check=False)
        used = servers.cpu()[0] - before
        done = re.search(r"number of transactions actually processed: (\d+)", ended.stdout)
        rate = re.search(r"tps = ([\d.]+)", ended.stdout)
        if ended.returncode != 0 or not done or duration > LONGEST:
            raise SystemExit(f"pgbench: {ended.stdout[-500:]} {ended.stderr[-2000:]}")
        if rate and int(done[1]) > 0:
            break
        duration *= 2  # a busy machine had not connected all clients
    return Limit(f"pgbench, bench/sql/{name}.sql", float(rate[1]) * statements, 1e6 * used / (int(done[1]) * statements))


def nginx(servers: Servers, generator: Generator, seconds: float) -> Limit:
    directory, port = servers.directory / "nginx", processes.free_port()
    directory.mkdir(mode=0o777)
    directory.chmod(0o777)
    text = (FILES / "nginx.conf").read_text(encoding="utf-8").format(directory=directory, port=port, body=BODY)
    (directory / "nginx.conf").write_text(text, encoding="utf-8")
    server = subprocess.Popen([*processes.ends_with_us("QUIT", "nobody:nogroup"), "nginx", "-p", str(directory), "-e",
                               str(directory / "error.log"), "-c", str(directory / "nginx.conf")])
    try:
        requests = [request("GET", "/")]
        processes.wait_until(lambda: port_is_open(port), "nginx")
        check(generator.run(port, requests, seconds=seconds / 4), "nginx")
        before = processes.tree_cpu(server.pid)
        load = check(generator.run(port, requests, seconds=seconds), "nginx")
        used = processes.tree_cpu(server.pid) - before
    finally:
        processes.stop(server)
    return Limit("Nginx, a constant of the same size", load.rate, 1e6 * used / load.requests)


def port_is_open(port: int) -> bool:
    return subprocess.run(["curl", "-so", "/dev/null", f"http://127.0.0.1:{port}/"], check=False).returncode == 0


def hashes(binary: pathlib.Path, seconds: float) -> Limit:
    ended = subprocess.run([binary, str(seconds)], capture_output=True, text=True, check=True)
    found = json.loads(ended.stdout)
    return Limit("argon2id on all cores, nothing else", found["rate"], found["cpu_us"])


def send(binary: pathlib.Path, rounds: int) -> Limit:
    """Of one core: deliveries need two system calls more in the receiver, which is another process."""
    ended = subprocess.run([binary, "1000", str(rounds), str(EVENT_BYTES)], capture_output=True, text=True, check=True)
    found = json.loads(ended.stdout)
    return Limit(f"send() of {EVENT_BYTES} bytes, one core", found["rate"], found["cpu_us"])


def measure(servers: Servers, generator: Generator, tools: Tools, seconds: float, names: set[str],
            say: Callable[[str], None]) -> dict[str, Limit]:
    """The named limits."""
    measured: dict[str, Callable[[], Limit]] = {
        "nginx": lambda: nginx(servers, generator, seconds),
        "write": lambda: pgbench(servers, "write", seconds, WRITERS, statements=2),
        "refresh": lambda: pgbench(servers, "refresh", seconds, WRITERS),
        "hashes": lambda: hashes(tools.hashing, seconds),
        "send": lambda: send(tools.send, max(round(10 * seconds), 2))}
    for name in ("history", "weekly", "summary", "stats"):
        measured[name] = lambda name=name: pgbench(servers, name, seconds)
    found = {}
    for name in sorted(names & measured.keys()):
        say(f"limit: {name}")
        found[name] = measured[name]()
    return found
