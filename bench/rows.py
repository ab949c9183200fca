"""The rows of a report, and its JSON."""

import dataclasses
import json

from bench.limits import Limit


@dataclasses.dataclass
class Figures:
    """What was measured on one side. Microseconds of CPU and latencies are for each request, delivery or socket."""

    value: float
    p50_ms: float | None = None
    p99_ms: float | None = None
    open_p50_ms: float | None = None  # at half of the value
    open_p99_ms: float | None = None
    cpu_us: float | None = None
    postgres_us: float | None = None
    redis_us: float | None = None
    failed: int = 0


@dataclasses.dataclass
class Row:
    operation: str
    title: str
    unit: str
    ours: Figures
    peer: Figures | None = None
    limit: Limit | None = None
    is_less_better: bool = False
    others: float | None = None  # cores that everything else on the machine used meanwhile, the load generator not included
    note: str = ""

    def _ratio(self, to: float | None) -> float | None:
        if not to or not self.ours.value:
            return None
        return to / self.ours.value if self.is_less_better else self.ours.value / to

    @property
    def ratio_peer(self) -> float | None:
        """How many times better than the peer, also where less is better."""
        return self._ratio(self.peer.value if self.peer else None)

    @property
    def ratio_limit(self) -> float | None:
        return self._ratio(self.limit.rate if self.limit else None)

    @property
    def failed(self) -> int:
        """Requests that failed on either side."""
        return self.ours.failed + (self.peer.failed if self.peer else 0)

    def to_json(self) -> dict:
        return {"operation": self.operation, "title": self.title, "unit": self.unit, "ours": self.ours.value,
                "peer": self.peer.value if self.peer else None, "limit": self.limit.rate if self.limit else None,
                "ratio_peer": self.ratio_peer, "ratio_limit": self.ratio_limit, "cpu_us": self.ours.cpu_us,
                "peer_cpu_us": self.peer.cpu_us if self.peer else None, "is_less_better": self.is_less_better,
                "others": self.others, "note": self.note, "ours_details": dataclasses.asdict(self.ours),
                "peer_details": dataclasses.asdict(self.peer) if self.peer else None,
                "limit_details": dataclasses.asdict(self.limit) if self.limit else None}


@dataclasses.dataclass
class Curve:
    """Figures over a size: of sockets over a rate, or of growth."""

    name: str
    title: str
    x: str
    y: str
    lines: dict[str, list[tuple[float, float]]]
    note: str = ""


@dataclasses.dataclass
class Report:
    title: str
    machine: dict[str, str]
    rows: list[Row]
    curves: list[Curve]
    seconds: float = 0

    def to_json(self) -> str:
        return json.dumps({"title": self.title, "machine": self.machine, "seconds": round(self.seconds),
                           "rows": [row.to_json() for row in self.rows],
                           "curves": [dataclasses.asdict(curve) for curve in self.curves]}, indent=1)
