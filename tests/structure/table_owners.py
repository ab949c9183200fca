#!/usr/bin/env python3
"""Checks that a table is written by its owner only, and read by others as published: `table_owners.py ROOT`. Exit 1 with
one line a fault.

The owner of each table is in docs/privacy.md; what is published of them, to whom it may concern and for what (SELECT
or INSERT), in docs/architecture.md. A view or function of db/migrations belongs to the owner of the tables in it, which
must be one. SQL is looked for in the string literals of src/.
"""

import pathlib
import re
import sys

LITERAL = re.compile(r'R"\((?P<raw>.*?)\)"|"(?P<text>(?:[^"\\\n]|\\.)*)"|//[^\n]*|/\*.*?\*/|\'(?:[^\'\\\n]|\\.)\'', re.DOTALL)
SQL = re.compile(r"\b(SELECT|FROM|JOIN|INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|TRUNCATE|COPY|LOCK TABLE|ALTER)\b")
QUOTED = re.compile(r"'[^']*'")
NAME = re.compile(
    r"(?:(?P<verb>INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|TRUNCATE(?: TABLE)?|COPY|LOCK TABLE|ALTER TABLE)\s+(?:ONLY\s+)?)?"
    r"(?<![\w.])(?P<name>[a-z]\w*)"
)
PARTITION = re.compile(r"_(?:N|\d+)$")
CREATED = re.compile(
    r"CREATE (?:OR REPLACE )?(?:(?:MATERIALIZED )?VIEW (\w+) AS\s(.*?);\s*$|FUNCTION (\w+)\(.*? AS \$\$(.*?)\$\$)",
    re.DOTALL | re.MULTILINE,
)


def table_rows(document: str, header: str) -> list[list[str]]:
    """The cells of the rows below the table's `header`, up to the first line that is not a row."""
    lines = iter(document.splitlines())
    while not next(lines).startswith(header):
        pass
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows[1:]


def quoted_names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def names_in(sql: str) -> list[tuple[str, str]]:
    """(verb, name) of all words that could be tables; the verb of a read is SELECT."""
    found = []
    for match in NAME.finditer(QUOTED.sub("''", sql)):
        found.append(((match["verb"] or "SELECT").split()[0], PARTITION.sub("", match["name"])))
    return found


def owner_of_created(body: str, owners: dict[str, str]) -> set[str]:
    return {owners[name] for _, name in names_in(body) if name in owners}


def literals(source: str) -> list[str]:
    """The string literals of a C++ file; neighbours that the compiler joins are one."""
    joined: list[str] = []
    last_end = None
    for match in LITERAL.finditer(source):
        text = match["raw"] if match["raw"] is not None else match["text"]
        if text is None:
            continue
        if last_end is not None and joined and not source[last_end : match.start()].strip():
            joined[-1] += text
        else:
            joined.append(text)
        last_end = match.end()
    return joined


def owner_of_folder(parts: tuple[str, ...]) -> str:
    if parts[0] == "services":
        return parts[1]
    return "/".join(parts[:2]) if parts[0] == "platform" else parts[0]


def faults(root: pathlib.Path) -> list[str]:
    found = []
    owners = {
        table: row[1]
        for row in table_rows((root / "docs/privacy.md").read_text(encoding="utf-8"), "| table | owner |")
        for table in quoted_names(row[0])
    }
    for migration in sorted((root / "db/migrations").glob("*.sql")):
        for view, query, function, body in CREATED.findall(migration.read_text(encoding="utf-8")):
            of_tables = owner_of_created(query or body, owners)
            if len(of_tables) > 1:
                found.append(f"{migration}: {view or function} has tables of {', '.join(sorted(of_tables))}")
            elif of_tables:
                owners[view or function] = of_tables.pop()
    published = {
        (row[2], name)
        for row in table_rows((root / "docs/architecture.md").read_text(encoding="utf-8"), "| published | by |")
        for name in quoted_names(row[0])
        if owners.get(name) == row[1] or found.append(f"docs/architecture.md: {name} is not of {row[1]}")
    }
    src = root / "src"
    for file in sorted([*src.rglob("*.h"), *src.rglob("*.cpp")]):
        if file.name.endswith("_test.cpp"):
            continue
        here = owner_of_folder(file.relative_to(src).parts)
        for literal in literals(file.read_text(encoding="utf-8")):
            if not SQL.search(literal):
                continue
            for verb, name in names_in(literal):
                if owners.get(name, here) != here and (verb, name) not in published:
                    found.append(f"{file}: {verb} {name}, which is of {owners[name]}")
    return found


if __name__ == "__main__":
    all_faults = faults(pathlib.Path(sys.argv[1]))
    print("\n".join(all_faults) or "table owners: no faults")
    sys.exit(1 if all_faults else 0)
