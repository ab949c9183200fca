#!/usr/bin/env python3
"""The check of docs/proof.md must find what does not exist any more."""

import pathlib
import tempfile
import unittest

from proof import entries, faults

ROOT = pathlib.Path(__file__).resolve().parents[2]
CMAKE = "foreach(rule IN ITEMS words size)\nadd_test(NAME structure.${rule}_can_fail\nendforeach()\nadd_test(NAME structure.words\n" \
        "foreach(name IN ITEMS release)\nadd_test(NAME deploy.${name}\nadd_test(NAME deploy.logging COMMAND x)\n"


class Proof(unittest.TestCase):
    def faults_of(self, row):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in {"docs/proof.md": f"| line | what | command | shown with |\n| --- | --- | --- | --- |\n{row}\n",
                               "dev": "echo './dev test   everything'\n", "tests/CMakeLists.txt": CMAKE,
                               "tests/entries.cmake.in": "    add_folders(split ${here} split api live)\n",
                               "tests/fuzz/json_fuzz.cpp": "", "src/a/b_test.cpp": "TEST_F(Keys, AreRotated) {\n"}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            return faults(root)

    def test_accepts_what_exists(self):
        for what in ("./dev test split.api", "./dev test unit.a", "./dev test fuzz", "./dev test structure.size_can_fail",
                     "./dev test deploy", "./dev test deploy.release", "./dev test", "Keys.AreRotated", "Keys*", "src/a/b_test.cpp",
                     "src/*/b_test.cpp", "mindspace migrate", "users"):
            self.assertEqual(self.faults_of(f"| a | b | `{what}` | real, stand-in |"), [], what)

    def test_finds_what_does_not(self):
        for what in ("./dev test split.outage", "./dev test unit.b", "./dev test fuzz.http", "./dev test deploy.rolling", "./dev fly",
                     "Keys.AreKept", "Locks*", "src/a/c_test.cpp"):
            self.assertEqual(len(self.faults_of(f"| a | b | `{what}` | real |")), 1, what)

    def test_finds_rows_that_do_not_say_by_what_they_were_shown(self):
        for row in ("| a | b | c | believed |", "| a | b | c |"):
            self.assertEqual(len(self.faults_of(row)), 1, row)

    def test_knows_the_entries_of_this_project(self):
        known = entries(ROOT)
        for name in ("structure.proof", "structure.proof_can_fail", "structure.aws", "deploy.release", "deploy.monitoring", "split.live",
                     "shipped.api", "abuse", "fuzz.json", "unit.platform.http.websocket"):
            self.assertTrue(any(entry.startswith(name) for entry in known), name)


if __name__ == "__main__":
    unittest.main()
