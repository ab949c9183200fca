#!/usr/bin/env python3
"""Checks that replaced words do not come back: `retired_words.py ROOT`. Exit 1 with one line per fault.

The words and phrases are those in the left column of the last table of docs/glossary.md, in backquotes.
"""

import pathlib
import re
import sys

FOLDERS = ("src", "tests", "bench", "docs")
SUFFIXES = {".h", ".cpp", ".lua", ".md", ".py"}


def retired(glossary: str) -> list[str]:
    """The words and phrases of the glossary's last table."""
    table = glossary.rpartition("| not | but |")[2]
    cells = re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE)
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


def faults(root: pathlib.Path) -> list[str]:
    glossary = root / "docs" / "glossary.md"
    words = retired(glossary.read_text(encoding="utf-8"))
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, words)) + r")\b")
    found = []
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file == glossary or file.suffix not in SUFFIXES or "node_modules" in file.parts:
                continue
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                found += [f"{file}:{number}: {word}, see docs/glossary.md" for word in pattern.findall(line)]
    return found


if __name__ == "__main__":
    all_faults = faults(pathlib.Path(sys.argv[1]))
    print("\n".join(all_faults) or "retired words: no faults")
    sys.exit(1 if all_faults else 0)
