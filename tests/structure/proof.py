#!/usr/bin/env python3
"""Checks docs/proof.md: `proof.py ROOT`. Exit 1 with one line per fault.

What stands there in backquotes must exist: tests of `./dev test NAME`, other commands of `./dev`, tests of GoogleTest
(`Suite.Name`, `Suite.*`, `Suite*`), and paths of files. Each row of a table must say by what it was shown.
"""

import fnmatch
import pathlib
import re
import subprocess
import sys

HOW = {"real", "stand-in", "checker"}
TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
NAMED_TEST = re.compile(r"[A-Z]\w*(?:\.\w+|\.\*|\*)")
FILE = re.compile(r"[\w.@-]+(/[\w.@*-]+)+|[\w-]+\.(md|py|sh|yaml|mjs)")
VALUES = {"rule": r"foreach\(rule IN ITEMS\s+([^)]*)\)", "name": r"foreach\(name IN ITEMS\s+([^)]*)\)"}


def entries(root: pathlib.Path) -> set[str]:
    """The names of all CTest entries, as the files of CMake have them."""
    tests = root / "tests"
    cmake = (tests / "CMakeLists.txt").read_text(encoding="utf-8")
    names = set(re.findall(r"add_test\(NAME ([\w.]+)\b", cmake))
    for variable, pattern in VALUES.items():
        values = re.search(pattern, cmake)
        for template in re.findall(r"add_test\(NAME (\S*\$\{" + variable + r"\}\S*)", cmake):
            names |= {template.replace(f"${{{variable}}}", value) for value in values[1].split()}
    for label, folders in re.findall(r"add_folders\((\w+) \S+ \w+ ([\w ]+)\)", (tests / "entries.cmake.in").read_text(encoding="utf-8")):
        names |= {label if folder == label else f"{label}.{folder}" for folder in folders.split()}
    names |= {f"fuzz.{file.name.removesuffix('_fuzz.cpp')}" for file in (tests / "fuzz").glob("*_fuzz.cpp")}
    src = root / "src"
    return names | {"unit." + ".".join(file.parent.relative_to(src).parts) for file in src.rglob("*_test.cpp")}


def google_tests(root: pathlib.Path) -> set[str]:
    sources = [file for folder in ("src", "tests") for file in (root / folder).rglob("*_test.cpp")]
    return {f"{suite}.{name}" for file in sources for suite, name in TEST.findall(file.read_text(encoding="utf-8"))}


def faults(root: pathlib.Path) -> list[str]:
    text = (root / "docs/proof.md").read_text(encoding="utf-8")
    names, tests, found = entries(root), google_tests(root), []
    usage = subprocess.run(["bash", root / "dev", "help"], capture_output=True, text=True, check=True).stdout
    for code in sorted(set(re.findall(r"`([^`]+)`", text))):
        if wanted := re.fullmatch(r"\./dev test ([\w.]+)", code):
            if not any(name.startswith(wanted[1]) for name in names):
                found.append(f"no test {wanted[1]}")
        elif code.startswith("./dev "):
            if not re.search(rf"^\./dev {code.split()[1]}\b", usage, re.MULTILINE):
                found.append(f"no command {code}")
        elif NAMED_TEST.fullmatch(code):
            if not fnmatch.filter(tests, code):
                found.append(f"no test {code}")
        elif FILE.fullmatch(code) and not list(root.glob(code)):
            found.append(f"no file {code}")
    for row in re.findall(r"^\| (?!---)(.*) \|$", text, re.MULTILINE):
        last = {part.strip() for part in row.rpartition(" | ")[2].split(",")}
        if not last <= HOW | {"shown with"}:
            found.append(f"does not say by what it was shown: {row}")
    return [f"docs/proof.md: {fault}" for fault in found]


if __name__ == "__main__":
    all_faults = faults(pathlib.Path(sys.argv[1]))
    print("\n".join(all_faults) or "proof: no faults")
    sys.exit(1 if all_faults else 0)
