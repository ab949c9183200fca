#!/usr/bin/env python3
"""The check of folder sizes must count sources, and ignore tests."""

import pathlib
import tempfile
import unittest

from folder_size import MOST, faults


class FolderSize(unittest.TestCase):
    def faults_of(self, *names: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            for name in names:
                (pathlib.Path(folder) / name).write_text("", encoding="utf-8")
            return faults([pathlib.Path(folder)])

    def test_refuses_one_too_many(self):
        self.assertEqual(len(self.faults_of(*[f"{i}.cpp" for i in range(MOST + 1)])), 1)

    def test_leaves_tests_and_documents_out(self):
        rest = [f"{i}_test.cpp" for i in range(9)] + ["README.md"]
        self.assertEqual(self.faults_of(*[f"{i}.h" for i in range(MOST)], *rest), [])


if __name__ == "__main__":
    unittest.main()
