#!/usr/bin/env python3
"""How the benchmark compares plans of PostgreSQL, and which sizes it takes."""

import json
import pathlib
import sys
import unittest
from types import SimpleNamespace

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.scale import plans  # noqa: E402
from bench.scale.lab import Lab  # noqa: E402

HISTORY = "SELECT * FROM meditation_sessions_{part} WHERE user_id = $1 LIMIT 20"
BY_INDEX = {"Node Type": "Limit", "Plans": [{"Node Type": "Index Scan", "Relation Name": "meditation_sessions_{part}",
                                             "Index Name": "meditation_sessions_{part}_user_id_started_at_session_id_idx"}]}
BY_SCAN = {"Node Type": "Limit", "Plans": [{"Node Type": "Seq Scan", "Relation Name": "meditation_sessions_{part}"}]}


def log(plan: dict, part: int = 7, text: str = HISTORY) -> str:
    """As PostgreSQL logs it: continued lines begin with a tab."""
    document = json.dumps({"Query Text": text, "Plan": plan}, indent=2).replace("{part}", str(part))
    return "LOG:  duration: 0.1 ms  plan:\n" + "\n".join("\t" + line for line in document.splitlines()) + "\nLOG:  another\n"


class Plans(unittest.TestCase):
    def test_partitions_are_one_statement_and_one_shape(self):
        found = plans.read(log(BY_INDEX, 7) + log(BY_INDEX, 12))
        self.assertEqual(found, {HISTORY.replace("{part}", "N"): {"Limit (Index Scan meditation_sessions_N index)"}})

    def test_the_same_plan_is_no_change(self):
        note = plans.compare(plans.read(log(BY_INDEX, 7)), plans.read(log(BY_INDEX, 12)))
        self.assertEqual(note, "1 statements were explained at both ends; the plan of 0 differs. No scan of a whole large table.")

    def test_a_scan_instead_of_an_index_is_stated(self):
        note = plans.compare(plans.read(log(BY_INDEX)), plans.read(log(BY_SCAN)))
        self.assertIn("the plan of 1 differs", note)
        self.assertIn("Scans of whole tables: Seq Scan meditation_sessions_N", note)

    def test_jobs_in_the_background_are_left_out(self):
        self.assertEqual(plans.read(log(BY_SCAN, text="SELECT count(*) FROM meditation_sessions")), {})


class Sizes(unittest.TestCase):
    def test_a_part_ends_at_the_largest_size_and_has_one_at_least(self):
        for most, expected in ((100, [10, 100]), (99, [10]), (1, [10]), (10**9, [10, 100, 1000])):
            self.assertEqual(Lab.up_to(SimpleNamespace(most=most), [10, 100, 1000]), expected)


if __name__ == "__main__":
    unittest.main()
