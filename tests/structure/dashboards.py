#!/usr/bin/env python3
"""Checks the dashboards of Grafana: `dashboards.py ROOT`. Exit 1 with one line per fault.

The files in deploy/grafana/dashboards are those that build.py writes from the sources. Each metric in them is in
docs/metrics.md, or recorded by deploy/prometheus/rules, or comes from an exporter. Panels fit the grid, and a dashboard
that is watched is at most two screens of a laptop high, with no panel narrower than a sixth.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from alerts import EXPORTERS, METRIC, PARTS, rules

COLUMNS, NARROWEST, HIGHEST = 24, 4, 40  # in units of Grafana's grid; 20 are a screen


def source_faults(root: pathlib.Path) -> list[str]:
    committed = root / "deploy/grafana/dashboards"
    with tempfile.TemporaryDirectory() as made:
        subprocess.run([sys.executable, root / "deploy/grafana/build.py", made], check=True)
        texts = [{file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.json")}
                 for folder in (committed, pathlib.Path(made))]
    differing = sorted(name for name in {*texts[0], *texts[1]} if texts[0].get(name) != texts[1].get(name))
    return [f"{name}: not what deploy/grafana/build.py writes" for name in differing]


def metric_faults(name: str, dashboard: dict, known: set[str]) -> list[str]:
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    queries += [variable.get("definition", "") for variable in dashboard["templating"]["list"]]
    used = {metric for query in queries for metric in METRIC.findall(query)}
    return [f"{name}: no metric {metric}" for metric in sorted(used)
            if not metric.startswith(EXPORTERS) and not {metric, PARTS.sub("", metric)} & known]


def layout_faults(name: str, dashboard: dict) -> list[str]:
    found = []
    for panel in dashboard["panels"]:
        position = panel["gridPos"]
        if position["w"] < NARROWEST or position["x"] + position["w"] > COLUMNS:
            found.append(f"{name}: {panel['title']} is too narrow or outside the grid")
        if panel["type"] != "text" and position["y"] + position["h"] > HIGHEST:
            found.append(f"{name}: {panel['title']} is too far down")
    return found


def faults(root: pathlib.Path) -> list[str]:
    known = set(re.findall(r"\b(?:mindspace|process)_\w+", (root / "docs/metrics.md").read_text(encoding="utf-8")))
    known |= {rule["record"] for rule in rules(root) if "record" in rule}
    found = source_faults(root)
    for file in sorted((root / "deploy/grafana/dashboards").glob("*.json")):
        dashboard = json.loads(file.read_text(encoding="utf-8"))
        found += metric_faults(file.name, dashboard, known) + layout_faults(file.name, dashboard)
    return found


if __name__ == "__main__":
    all_faults = faults(pathlib.Path(sys.argv[1]))
    print("\n".join(all_faults) or "dashboards: no faults")
    sys.exit(1 if all_faults else 0)
