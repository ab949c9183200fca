#!/usr/bin/env python3
"""The check must find an unknown metric, and an alert without its section or cases; promtool must find a wrong rule."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from alerts import faults

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPIED = ["deploy/prometheus", "tests/monitoring/rules", "docs/metrics.md", "docs/runbook.md"]


class Alerts(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in COPIED:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, self.root / name)

    def replace(self, name: str, old: str, new: str):
        file = self.root / name
        text = file.read_text(encoding="utf-8")
        self.assertIn(old, text)
        file.write_text(text.replace(old, new), encoding="utf-8")

    def test_accepts_what_ships(self):
        self.assertEqual(faults(self.root), [])

    def test_rejects_a_metric_that_does_not_exist(self):
        self.replace("deploy/prometheus/rules/service.yml", "mindspace_overloaded > 0", "mindspace_overload > 0")
        self.assertEqual(faults(self.root), ["Overloaded: no metric mindspace_overload"])

    def test_rejects_an_unrecorded_name(self):
        self.replace("deploy/prometheus/rules/recording.yml", "record: mindspace:http_errors:ratio_rate3d", "record: other")
        self.assertEqual(faults(self.root), ["ErrorBudgetBurns: no metric mindspace:http_errors:ratio_rate3d"])

    def test_rejects_an_alert_without_a_section(self):
        self.replace("docs/runbook.md", "## DeadLetters", "## Dead letters")
        self.assertEqual(faults(self.root), ["DeadLetters: its runbook must be the section DeadLetters of docs/runbook.md"])

    def test_rejects_a_section_without_an_alert(self):
        self.replace("docs/runbook.md", "# Runbook\n", "# Runbook\n\n## Gone\n")
        self.assertEqual(faults(self.root), ["docs/runbook.md: no alert Gone"])

    def test_asks_for_both_cases(self):
        self.replace("tests/monitoring/rules/nodes_test.yml", "alertname: NodeDown", "alertname: NodeRestarts")
        self.assertEqual(len(faults(self.root)), 2)

    def test_rejects_another_severity(self):
        self.replace("deploy/prometheus/rules/events.yml", "severity: warning", "severity: page")
        self.assertIn("DeadLetters: no severity page", faults(self.root))

    def test_rejects_configurations_that_differ(self):
        self.replace("deploy/prometheus/prometheus-dns.yml", "scrape_interval: 15s", "scrape_interval: 30s")
        self.assertEqual(len(faults(self.root)), 1)

    def test_promtool_finds_a_wrong_threshold(self):
        case = self.root / "tests/monitoring/rules/hosts_test.yml"
        check = ["promtool", "test", "rules", str(case)]
        self.assertEqual(subprocess.run(check, capture_output=True, check=False).returncode, 0)
        self.replace("deploy/prometheus/rules/hosts.yml", "MemTotal_bytes > 0.9", "MemTotal_bytes > 0.7")
        self.assertNotEqual(subprocess.run(check, capture_output=True, check=False).returncode, 0)


if __name__ == "__main__":
    unittest.main()
