#!/usr/bin/env python3
"""The check must find retired words and phrases, as whole words only."""

import pathlib
import tempfile
import unittest

from retired_words import faults

GLOSSARY = "| term | meaning |\n| `room` | |\n\n| not | but |\n| --- | --- |\n| `Widget`, `knot up` | `Part`: a part |\n"


class RetiredWords(unittest.TestCase):
    def faults_of(self, line: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "docs").mkdir()
            (root / "src").mkdir()
            (root / "docs" / "glossary.md").write_text(GLOSSARY, encoding="utf-8")
            (root / "src" / "a.h").write_text(line + "\n", encoding="utf-8")
            return faults(root)

    def test_rejects_a_replaced_word(self):
        self.assertEqual(len(self.faults_of("class Widget;")), 1)

    def test_rejects_a_replaced_phrase(self):
        self.assertEqual(len(self.faults_of("// knot up at once")), 1)

    def test_allows_other_words(self):
        self.assertEqual(self.faults_of("class Widgets; Part room; knot upon"), [])


if __name__ == "__main__":
    unittest.main()
