#!/usr/bin/env python3
"""Checks that includes only point down the layers: `include_rule.py SRC`. Exit 1 with one line per fault.

platform/base   includes none of our files but its own
platform/NAME   includes the platform
services/NAME   includes itself, the platform, and of another service client.h and events.h; services that include each
                other so, by however many steps, are a fault
app             includes everything
Every include of ours starts at src/, so that it shows a file's folder; tests may also include files in tests/support/.
"""

import graphlib
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
PUBLIC_OF_A_SERVICE = {"client.h", "events.h"}


def may_include(folder: tuple[str, ...], target: tuple[str, ...]) -> bool:
    """Whether a file in `folder` may include `target`; both are path parts under src/."""
    if folder[0] == "app":
        return True
    if folder[:2] == ("platform", "base"):
        return target[:2] == ("platform", "base")
    if folder[0] == "platform":
        return target[0] == "platform"
    if target[0] == "services" and target[1] != folder[1]:
        return len(target) == 3 and target[2] in PUBLIC_OF_A_SERVICE
    return target[0] in ("platform", "services")


def cycles(uses: dict[str, set[str]]) -> list[str]:
    """One of the cycles between services, if there are any."""
    try:
        graphlib.TopologicalSorter(uses).prepare()
    except graphlib.CycleError as error:
        return [f"services use each other: {' -> '.join(reversed(error.args[1]))}"]
    return []


def faults(src: pathlib.Path) -> list[str]:
    found = []
    uses: dict[str, set[str]] = {}  # of each service, the others
    for file in sorted([*src.rglob("*.h"), *src.rglob("*.cpp")]):
        folder = file.relative_to(src).parts
        for include in INCLUDE.findall(file.read_text(encoding="utf-8")):
            if include.startswith("support/") and file.name.endswith("_test.cpp"):
                continue
            file_included = src / include.removesuffix(".inc")  # generated from a script (cmake/EmbedLua.cmake)
            if not file_included.is_file() and not (src / include).is_file():
                found.append(f"{file}: no src/{include}; includes start at src/")
            elif not may_include(folder, pathlib.PurePosixPath(include).parts):
                found.append(f"{file}: {'/'.join(folder[:2])} may not include {include}")
            target = pathlib.PurePosixPath(include).parts
            if folder[0] == target[0] == "services" and folder[1] != target[1]:
                uses.setdefault(folder[1], set()).add(target[1])
    return found + cycles(uses)


if __name__ == "__main__":
    all_faults = faults(pathlib.Path(sys.argv[1]))
    print("\n".join(all_faults) or "include rule: no faults")
    sys.exit(1 if all_faults else 0)
