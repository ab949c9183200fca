"""Growth: what changes with the amount of data and load. Each part has a function that returns its curves."""

from collections.abc import Callable

from bench import machine
from bench.rows import Curve, Report
from bench.scale import data, groups, history, nodes, rooms, sockets
from bench.scale.lab import Lab

PARTS: dict[str, Callable[[Lab], list[Curve]]] = {
    "data": data.measure, "history": history.measure, "rooms": rooms.measure, "groups": groups.measure,
    "sockets": sockets.measure, "nodes": nodes.measure}


def measure(lab: Lab, names: list[str]) -> Report:
    """The named parts, or all."""
    curves = [curve for name in names or PARTS for curve in PARTS[name](lab)]
    return Report("Mind Space, growing", machine.describe(lab.tools.program, lab.servers.binaries), [], curves)
