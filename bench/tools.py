"""The built programs that a run uses."""

import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Tools:
    program: pathlib.Path
    pace: pathlib.Path
    swarm: pathlib.Path
    send: pathlib.Path
    hashing: pathlib.Path
    micro: pathlib.Path


def find(build: pathlib.Path) -> Tools:
    """Those of a build directory."""
    return Tools(build / "mindspace", *(build / "bench" / f"mindspace_{name}" for name in ("pace", "swarm", "send", "hashing", "micro")))
