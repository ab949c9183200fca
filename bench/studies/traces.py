"""What traces cost: CPU per request with and without them.

Two programs on the same servers, one without traces and one with a share of them (1 %) exported to a collector in this
process. The same calls are made to one and the other in turn, so that whatever else the machine does meets both; the
medians are compared."""

import http.server
import json
import statistics
import threading
from collections.abc import Callable

from bench.drive import Generator
from bench.measure import Measurement, Side
from bench.operations import OPERATIONS, State, grouped
from bench.people import create
from bench.program import Program
from bench.run import CHEAP
from bench.servers import Servers
from bench.tools import Tools

MOST = 3  # percent of the program's CPU per request: the target
RATIO = 0.01
CALLS = ["me", "history", "start", "complete"]
USERS, HISTORY, OTHERS = 200, 200, 10_000
SECONDS, ROUNDS = 4.0, 5


class Collector(http.server.ThreadingHTTPServer):
    """Counts the spans that it receives by OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.spans = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Collector

    def do_POST(self) -> None:  # noqa: N802, the name of the base class
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        count = sum(len(scope["spans"]) for resource in document["resourceSpans"] for scope in resource["scopeSpans"])
        with self.server.lock:
            self.server.spans += count
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments: object) -> None:
        pass


def measure(tools: Tools, servers: Servers, settings: list[str], say: Callable[[str], None]) -> str:
    collector = Collector()
    traces = [f"traces.url=http://127.0.0.1:{collector.server_port}/v1/traces", f"traces.sample_ratio={RATIO}"]
    generator = Generator(tools.pace, servers.directory)
    measurement = Measurement(servers, generator, SECONDS, ROUNDS, say, opens=False)
    programs = {"without": Program(tools.program, servers, [*CHEAP, *settings])}
    programs["with"] = Program(tools.program, servers, [*CHEAP, *settings, *traces], name="traced")
    try:
        say(f"making {USERS + OTHERS} users")
        port = programs["without"].port
        people = create(generator, port, USERS, HISTORY, OTHERS)
        sides = [Side(name, program.port, program.pids(), State(people, OTHERS)) for name, program in programs.items()]
        measurement.settle(sides)
        lines = [f"{'call':32}{'without, us':>12}{'with, us':>12}{'more':>8}   CPU of the program per request"]
        for group in grouped([operation for operation in OPERATIONS if operation.name in CALLS]):
            found = measurement.measure(group, sides)
            for operation in group:
                plain, traced = (statistics.median(1e6 * turn.used["program"] / turn.closed.requests
                                                   for turn in found[operation.name][name].turns) for name in ("without", "with"))
                lines.append(f"{operation.title:32}{plain:12.1f}{traced:12.1f}{100 * (traced / plain - 1):7.1f}%")
    finally:
        for program in programs.values():
            program.stop()
    return "\n".join([*lines, f"{collector.spans} spans received, at a ratio of {RATIO}. Target: at most {MOST} % more."])
