#!/usr/bin/env python3
"""The check must find a released migration that was edited or removed, and a new one without its row."""

import hashlib
import pathlib
import tempfile
import unittest

from released_migrations import faults

RELEASED = b"CREATE TABLE moods (id uuid PRIMARY KEY);\n"


class ReleasedMigrations(unittest.TestCase):
    def faults_of(self, **files: bytes) -> list[str]:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "SHA256SUMS").write_text(f"{hashlib.sha256(RELEASED).hexdigest()}  one.sql\n", encoding="utf-8")
            for stem, content in files.items():
                (folder / f"{stem}.sql").write_bytes(content)
            return faults(folder)

    def test_accepts_released_migrations(self):
        self.assertEqual(self.faults_of(one=RELEASED), [])

    def test_rejects_an_edit(self):
        self.assertEqual(len(self.faults_of(one=RELEASED + b"-- a comment\n")), 1)

    def test_rejects_a_removal(self):
        self.assertEqual(len(self.faults_of()), 1)

    def test_asks_for_the_row_of_a_new_one(self):
        self.assertIn("sha256sum two.sql", self.faults_of(one=RELEASED, two=b"SELECT 1;\n")[0])


if __name__ == "__main__":
    unittest.main()
