#!/usr/bin/env python3
"""Checks that coroutines are spawned in src/platform/async only: `co_spawn.py SRC`. Exit 1 with one line a fault.

Elsewhere a coroutine belongs to a TaskGroup, which cancels and joins it. Tests (*_test.cpp) may spawn as they like.
"""

import pathlib
import re
import sys

SPAWNING = re.compile(r"\bco_spawn\s*\(|\basio::detached\b")
COMMENT = re.compile(r"//.*")
ALLOWED = ("platform", "async")


def faults(src: pathlib.Path) -> list[str]:
    found = []
    for file in sorted([*src.rglob("*.h"), *src.rglob("*.cpp")]):
        if file.relative_to(src).parts[:2] == ALLOWED or file.name.endswith("_test.cpp"):
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if SPAWNING.search(COMMENT.sub("", line)):
                found.append(f"{file}:{number}: spawns outside platform/async; a TaskGroup does that")
    return found


if __name__ == "__main__":
    all_faults = faults(pathlib.Path(sys.argv[1]))
    print("\n".join(all_faults) or "co_spawn: no faults")
    sys.exit(1 if all_faults else 0)
