#!/usr/bin/env python3
"""The benchmark from start to end, with as little load as possible: each row is there, and no request failed. Speed is not
judged."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench import peer  # noqa: E402
from bench.operations import OPERATIONS  # noqa: E402

BUILD = pathlib.Path(os.environ.get("MINDSPACE_SHIPPED_BINARY", ROOT / "build/release/mindspace")).parent
SOCKETS = ["ticket + join", "deliveries: latency", "deliveries: CPU", "deliveries: capacity", "large room: start", "idle: memory",
           "idle: CPU", "idle: join"]


class Run(unittest.TestCase):
    def run_bench(self, name: str, *options: str) -> dict:
        """The report of that name."""
        with tempfile.TemporaryDirectory() as folder:
            ended = subprocess.run([sys.executable, "-m", "bench", "--build", BUILD, "--out", folder, *options], cwd=ROOT,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            self.assertEqual(ended.returncode, 0, ended.stdout[-4000:])
            return json.loads((pathlib.Path(folder) / f"{name}.json").read_text(encoding="utf-8"))

    def test_each_part_of_the_growth_has_its_curves(self):
        curves = {curve["name"]: curve for curve in self.run_bench("growth", "--most", "100", "--scale")["curves"]}
        self.assertEqual(list(curves), ["data", "data: PostgreSQL", "history", "history: PostgreSQL", "rooms", "groups", "sockets",
                                        "sockets: joining", "nodes", "nodes: CPU"])
        for name, curve in curves.items():
            self.assertTrue(all(curve["lines"].values()), name)
        self.assertRegex(curves["data"]["note"], r"^[1-9]\d+ statements were explained at both ends; the plan of 0 differs\.")

    def test_each_row_is_measured_on_both_sides(self):
        report = self.run_bench("report", "--smallest")
        rows = {row["operation"]: row for row in report["rows"]}
        calls = [operation.name for operation in OPERATIONS]
        split = ["gateway: " + operation.name for operation in OPERATIONS if operation.is_split]
        memory = ["start-up", "memory", "gateway: start-up", "gateway: memory"]
        self.assertEqual(sorted(rows), sorted(calls + split + memory + SOCKETS))
        for name, row in rows.items():
            if name in ("idle: CPU", "idle: memory", "deliveries: CPU"):
                continue  # so few sockets take less than the clock of CPU counts, or than a process varies
            self.assertGreater(row["ours"], 0, name)
            if peer.can_run():
                self.assertGreater(row["peer"], 0, name)
        for name in calls + split:
            row = rows[name]
            self.assertEqual(row["ours_details"]["failed"], 0, name)
            self.assertIsNotNone(row["ours_details"]["open_p99_ms"], name)
            has_limit = any(operation.limit for operation in OPERATIONS if operation.name == name.removeprefix("gateway: "))
            self.assertEqual(row["limit"] is not None, has_limit, name)
        self.assertEqual([curve["name"] for curve in report["curves"]], ["deliveries"])


if __name__ == "__main__":
    unittest.main()
