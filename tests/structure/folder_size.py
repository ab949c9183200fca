#!/usr/bin/env python3
"""Checks that no folder has too many files: `folder_size.py FOLDER…`. Exit 1 with one line per fault.

A folder is one subject: no folder below FOLDER contains more than 20 sources that are not tests.
"""

import collections
import pathlib
import sys

MOST = 20
SOURCES = {".h", ".cpp", ".inc"}


def faults(folders: list[pathlib.Path]) -> list[str]:
    counts = collections.Counter(
        file.parent
        for folder in folders
        for file in folder.rglob("*")
        if file.suffix in SOURCES and not file.name.endswith("_test.cpp")
    )
    return [f"{folder}: {count} files; {MOST} at most" for folder, count in sorted(counts.items()) if count > MOST]


if __name__ == "__main__":
    all_faults = faults([pathlib.Path(argument) for argument in sys.argv[1:]])
    print("\n".join(all_faults) or "folder size: no faults")
    sys.exit(1 if all_faults else 0)
