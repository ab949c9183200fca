#!/usr/bin/env python3
"""Rejects edits to released migrations: `released_migrations.py db/migrations`. Exit 1 with one line per fault.

SHA256SUMS, beside the migrations, has a row for each. Databases store the checksums of the migrations they have run, and
a program whose migration differs does not start on them: put changes into the next migration.
"""

import hashlib
import pathlib
import sys


def faults(folder: pathlib.Path) -> list[str]:
    rows = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    released = {name: digest for digest, name in (row.split(maxsplit=1) for row in rows)}
    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.sql")}
    return (
        [f"{name}: released, must not be changed or removed" for name in released if found.get(name) != released[name]]
        + [f"{name}: add its row: (cd {folder} && sha256sum {name} >> SHA256SUMS)" for name in found if name not in released]
    )


if __name__ == "__main__":
    all_faults = sorted(faults(pathlib.Path(sys.argv[1])))
    print("\n".join(all_faults) or "released migrations: no faults")
    sys.exit(1 if all_faults else 0)
