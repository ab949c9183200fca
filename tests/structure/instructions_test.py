#!/usr/bin/env python3
"""bench/micro/instructions.py must refuse a hot path that does more, and one that is not measured."""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/micro"))

from instructions import compare  # noqa: E402


class Instructions(unittest.TestCase):
    def test_a_tenth_more_is_the_limit(self):
        for now, is_good in ((500, True), (1000, True), (1100, True), (1101, False), (5000, False)):
            self.assertEqual(compare({"json": 1000}, {"json": now})[1], is_good, now)

    def test_one_case_cannot_make_up_for_another(self):
        lines, is_good = compare({"json": 1000, "token": 1000}, {"json": 500, "token": 1200})
        self.assertFalse(is_good)
        self.assertIn("more than 10 % more", lines[1])

    def test_both_lists_have_the_same_cases(self):
        self.assertFalse(compare({"json": 1000, "token": 1000}, {"json": 1000})[1])
        self.assertFalse(compare({"json": 1000}, {"json": 1000, "token": 1000})[1])


if __name__ == "__main__":
    unittest.main()
