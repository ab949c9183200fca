#!/usr/bin/env python3
"""The check of the documentation must find broken links and missing tests."""

import pathlib
import tempfile
import unittest

from documents import faults


class Documents(unittest.TestCase):
    def faults_of(self, text: str, security: str = "") -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name in ("docs", "src", "tests"):
                (root / name).mkdir()
            (root / "README.md").write_text(text, encoding="utf-8")
            (root / "docs" / "other.md").write_text("# Other\n\n## Its `second` part\n", encoding="utf-8")
            (root / "docs" / "security.md").write_text(security, encoding="utf-8")
            (root / "src" / "a_test.cpp").write_text("TEST_F(Keys, AreRotated) {\n", encoding="utf-8")
            return faults(root)

    def test_accepts_valid_links(self):
        self.assertEqual(self.faults_of("[a](docs/other.md) [b](docs/other.md#its-second-part) [c](https://a.example/b)"), [])

    def test_rejects_a_link_to_a_missing_file(self):
        self.assertEqual(len(self.faults_of("[a](docs/nothing.md)")), 1)

    def test_rejects_a_link_to_a_missing_heading(self):
        self.assertEqual(len(self.faults_of("[a](docs/other.md#third)")), 1)

    def test_accepts_existing_tests(self):
        self.assertEqual(self.faults_of("", "| what | test |\n| a | `Keys.AreRotated`, `Keys.*`, `Ke*` |\n"), [])

    def test_rejects_missing_tests(self):
        self.assertEqual(len(self.faults_of("", "| a | `Keys.AreKept`, `Locks.*` |\n")), 2)


if __name__ == "__main__":
    unittest.main()
