#!/usr/bin/env python3
"""The check must find a dashboard that was edited, an unknown metric and a panel outside the grid; that of the schema a
member that Grafana does not know."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from dashboards import faults

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPIED = ["deploy/grafana", "deploy/prometheus", "docs/metrics.md", "docs/runbook.md"]
OVERVIEW = "deploy/grafana/dashboards/overview.json"


class Dashboards(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in COPIED:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, self.root / name)

    def replace(self, old: str, new: str):
        file = self.root / OVERVIEW
        text = file.read_text(encoding="utf-8")
        self.assertIn(old, text)
        file.write_text(text.replace(old, new), encoding="utf-8")

    def check_schema(self) -> subprocess.CompletedProcess:
        return subprocess.run(["node", ROOT / "web/scripts/check-dashboards.mjs", self.root / OVERVIEW],
                              stdout=subprocess.PIPE, text=True, check=False)

    def test_accepts_what_ships(self):
        self.assertEqual(faults(self.root), [])

    def test_rejects_what_the_source_does_not_have(self):
        self.replace('"title": "Availability, 30 days"', '"title": "Availability"')
        self.assertEqual(faults(self.root), ["overview.json: not what deploy/grafana/build.py writes"])

    def test_rejects_a_metric_that_does_not_exist(self):
        self.replace("mindspace_room_connections)", "mindspace_room_connection)")
        self.assertIn("overview.json: no metric mindspace_room_connection", faults(self.root))

    def test_rejects_a_panel_outside_the_grid(self):
        self.replace('"x": 20,', '"x": 22,')
        self.assertIn("overview.json: People meditating is too narrow or outside the grid", faults(self.root))

    def test_the_schema_rejects_an_unknown_member_and_value(self):
        self.replace('"graphMode": "area"', '"graphMode": "areas"')
        self.replace('"lineWidth": 1', '"lineWidths": 1')
        checked = self.check_schema()
        self.assertEqual(checked.returncode, 1)
        self.assertIn('"areas"', checked.stdout)
        self.assertIn("lineWidths", checked.stdout)


if __name__ == "__main__":
    unittest.main()
