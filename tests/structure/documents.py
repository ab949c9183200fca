#!/usr/bin/env python3
"""Checks the documentation: `documents.py ROOT`. Exit 1 with one line per fault.

Relative links of Markdown files must lead to existing files and headings, and every test named in docs/security.md must
exist. Test names there are in backquotes: `Suite.Name`, `Suite.*`, `Suite*`.
"""

import fnmatch
import pathlib
import re
import sys

LINK = re.compile(r"\]\(([^)#:\s]*)(#[^)\s]*)?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
NAMED_TEST = re.compile(r"`([A-Z]\w*(?:\.\w+|\.\*|\*))`")


def anchors(text: str) -> set[str]:
    """The anchors of all headings, as GitHub derives them."""
    headings = HEADING.findall(CODE_BLOCK.sub("", text))
    return {"#" + re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def documents(root: pathlib.Path) -> list[pathlib.Path]:
    found = [*root.glob("*.md"), *(file for folder in ("docs", "src", "tests") for file in (root / folder).rglob("*.md"))]
    return sorted(file for file in found if "node_modules" not in file.parts)


def link_faults(root: pathlib.Path) -> list[str]:
    found = []
    for document in documents(root):
        text = document.read_text(encoding="utf-8")
        for path, anchor in LINK.findall(CODE_BLOCK.sub("", text)):
            target = (document.parent / path).resolve() if path else document
            if not target.exists():
                found.append(f"{document}: no {path}")
            elif anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
                found.append(f"{document}: no heading {path}{anchor}")
    return found


def test_faults(root: pathlib.Path) -> list[str]:
    sources = [file for folder in ("src", "tests") for file in (root / folder).rglob("*_test.cpp")]
    tests = {f"{suite}.{name}" for file in sources for suite, name in TEST.findall(file.read_text(encoding="utf-8"))}
    page = root / "docs" / "security.md"
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    named = {name for row in rows for name in NAMED_TEST.findall(row.rstrip("| ").rpartition("|")[2])}
    return [f"{page}: no test {name}" for name in sorted(named) if not fnmatch.filter(tests, name)]


def faults(root: pathlib.Path) -> list[str]:
    return link_faults(root) + test_faults(root)


if __name__ == "__main__":
    all_faults = faults(pathlib.Path(sys.argv[1]))
    print("\n".join(all_faults) or "documents: no faults")
    sys.exit(1 if all_faults else 0)
