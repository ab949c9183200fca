#!/usr/bin/env python3
"""bench/capacity.py must compute with the measured figures, and with everything that it says it assumes."""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from capacity import ASSUMPTIONS, COSTS, plan, report  # noqa: E402


class Capacity(unittest.TestCase):
    def test_each_cost_is_a_figure_of_the_documentation(self):
        page = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
        for name, cost in COSTS.items():
            self.assertIn(cost.source, page, name)

    def test_each_assumption_matters_and_is_printed(self):
        for name, assumption in ASSUMPTIONS.items():
            changes = [plan(1_000_000, **base) != plan(1_000_000, **base | {name: assumption.value * 3})
                       for base in ({}, {"logins": 1})]  # sockets decide, or the processor
            self.assertTrue(any(changes), name)
            self.assertIn(assumption.meaning, report(1_000_000))

    def test_more_users_need_more(self):
        plans = [plan(users) for users in (1_000, 10_000, 100_000, 1_000_000, 10_000_000)]
        self.assertEqual([found["nodes"] for found in plans], sorted(found["nodes"] for found in plans))
        self.assertEqual((plans[0]["nodes"], plans[1]["nodes"]), (1, 2))  # one machine, and one that may be lost
        self.assertAlmostEqual(plans[4]["postgres"], 10 * plans[3]["postgres"])

    def test_machines_follow_from_sockets_or_from_the_processor(self):
        self.assertEqual(plan(1_000_000)["needed"], 7)  # 50,000 sockets, 8,000 each
        busy = plan(1_000_000, logins=10)
        self.assertEqual(busy["limit"], "passwords")
        self.assertEqual(busy["needed"], 284)  # 100,000 people * 10 / 60 s * 17 ms, on a core each at most


if __name__ == "__main__":
    unittest.main()
