"""Sends requests to a server on loopback by mindspace_pace (bench/pace), as a closed or an open loop."""

import dataclasses
import json
import pathlib
import subprocess
from collections.abc import Iterable

CONNECTIONS = 64
THREADS = 2


@dataclasses.dataclass
class Load:
    """What one run measured. Latencies in ms; those of an open loop count from when a request was due."""

    requests: int
    failed: int
    seconds: float
    p50: float
    p99: float
    statuses: dict[str, int]
    bodies: list[str]

    @property
    def rate(self) -> float:
        """Successful requests a second."""
        return (self.requests - self.failed) / self.seconds if self.seconds else 0.0


def request(method: str, path: str, token: str = "", body: str = "") -> str:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head + "\r\n" + body


class Generator:
    """`binary`: mindspace_pace; files are written to `directory`."""

    def __init__(self, binary: pathlib.Path, directory: pathlib.Path) -> None:
        self._binary, self._directory = binary, directory

    def run(self, port: int, requests: Iterable[str], *, seconds: float = 0, rate: float = 0, connections: int = CONNECTIONS,
            saves_bodies: bool = False) -> Load:
        """Sends the requests in turn for `seconds`, or each once; `rate` a second, or as fast as responses come."""
        file, bodies = self._directory / "requests", self._directory / "bodies"
        file.write_text("\0".join(requests), encoding="ascii", newline="")
        command = [self._binary, file, str(port), str(connections), str(min(THREADS, connections)), str(seconds), str(rate)]
        if saves_bodies:
            command.append(bodies)
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode != 0:
            raise SystemExit(f"mindspace_pace: {ended.stderr}")
        found = json.loads(ended.stdout)
        return Load(requests=sum(found["statuses"].values()), failed=found["failed"], seconds=found["seconds"],
                    p50=found["latency"]["p50_ms"] or 0, p99=found["latency"]["p99_ms"] or 0, statuses=found["statuses"],
                    bodies=bodies.read_text(encoding="utf-8").splitlines() if saves_bodies else [])
