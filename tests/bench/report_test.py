#!/usr/bin/env python3
"""The builder of the benchmark's report: ratios, formats, and what is shown where nothing was measured."""

import json
import pathlib
import sys
import tempfile
import unittest
from xml.etree import ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench import report  # noqa: E402
from bench.limits import Limit  # noqa: E402
from bench.rows import Curve, Figures, Report, Row  # noqa: E402

FASTER = Row("me", "GET <me> & co", "requests/s", Figures(3000, 1.5, 4.25, cpu_us=12), Figures(1000, 5, 9, cpu_us=70),
             Limit("a constant", 6000, 3))
SMALLER = Row("memory", "memory", "MiB", Figures(20), Figures(80), is_less_better=True)
ALONE = Row("import", "import", "requests/s", Figures(50), note="The peer has none.")


class Rows(unittest.TestCase):
    def test_a_ratio_above_one_is_better_whatever_is_measured(self):
        self.assertEqual((FASTER.ratio_peer, FASTER.ratio_limit), (3, 0.5))
        self.assertEqual((SMALLER.ratio_peer, SMALLER.ratio_limit), (4, None))
        self.assertEqual((ALONE.ratio_peer, ALONE.ratio_limit), (None, None))

    def test_a_share_of_a_limit_that_is_a_cost_is_at_most_one(self):
        row = Row("CPU", "CPU", "us", Figures(10), None, Limit("send()", 8, 8), is_less_better=True)
        self.assertEqual(row.ratio_limit, 0.8)

    def test_nothing_measured_is_no_ratio(self):
        self.assertIsNone(Row("x", "x", "requests/s", Figures(5), Figures(0)).ratio_peer)
        self.assertIsNone(Row("x", "x", "ms", Figures(0), Figures(5), is_less_better=True).ratio_peer)


class Formats(unittest.TestCase):
    def setUp(self):
        curve = Curve("growth", "Growth", "users", "p99, ms", {"ours": [(10, 1), (1000, 1.5)], "peer": [(10, 2)]}, "flat")
        self.report = Report("A run", {"processor": "2 cores"}, [FASTER, SMALLER, ALONE], [curve], 12)

    def test_json_has_a_row_for_each_operation(self):
        rows = {row["operation"]: row for row in json.loads(self.report.to_json())["rows"]}
        self.assertEqual(list(rows), ["me", "memory", "import"])
        self.assertEqual([rows["me"][name] for name in ("ours", "peer", "limit", "ratio_peer", "ratio_limit", "cpu_us", "peer_cpu_us")],
                         [3000, 1000, 6000, 3, 0.5, 12, 70])
        self.assertEqual([rows["import"][name] for name in ("peer", "limit", "ratio_peer", "peer_cpu_us")], [None] * 4)

    def test_markdown_has_all_rows_and_curves(self):
        text = report.markdown(self.report)
        self.assertIn("| me | requests/s | 3,000 | 1,000 | 6,000 | 3.00 | 50% | 1.5 / 4.25 | 5 / 9 |", text)
        self.assertIn("| import | import. The peer has none. |", text)
        self.assertIn("| 1,000 | 1.5 |  |", text)
        widths = {line.count("|") for line in text.splitlines() if line.startswith(("| me ", "| memory ", "| import ", "| operation | unit"))}
        self.assertIn(report.COLUMNS.__len__() + 1, widths)

    def test_html_is_well_formed_escaped_and_draws_everything(self):
        with tempfile.TemporaryDirectory() as folder:
            report.write(self.report, pathlib.Path(folder))
            self.assertEqual(sorted(file.name for file in pathlib.Path(folder).iterdir()), ["report.html", "report.json", "report.md"])
            page = (pathlib.Path(folder) / "report.html").read_text(encoding="utf-8")
        self.assertIn("GET &lt;me&gt; &amp; co", page)
        self.assertNotIn("GET <me>", page)
        plots = [ElementTree.fromstring(part + "</svg>") for part in
                 ("<svg" + rest.partition("</svg>")[0] for rest in page.split("<svg")[1:])]
        self.assertEqual(len(plots), 4)  # more is better, less is better, latencies, the curve
        bars = [len(plot.findall("rect")) for plot in plots[:2]]
        self.assertEqual(bars, [3 + 1, 2])

    def test_failed_requests_are_stated_in_both(self):
        row = Row("login", "login", "requests/s", Figures(50, failed=3), Figures(60, failed=1))
        text = report.markdown(Report("A run", {}, [row], []))
        self.assertIn("**failed requests**: login, ours 3, peer's 1", text)
        self.assertNotIn("failed requests", report.markdown(self.report))
        self.assertIn("login, 4", report.html.page(Report("A run", {}, [row], []), report.KEY))

    def test_a_run_without_curves_or_latencies_is_written_too(self):
        page = report.html.page(Report("Empty", {}, [SMALLER], []), report.KEY)
        self.assertIn("memory", page)


if __name__ == "__main__":
    unittest.main()
