#!/usr/bin/env python3
"""Checks the rules of Prometheus: `alerts.py ROOT`. Exit 1 with one line per fault.

Each metric in deploy/prometheus/rules must be in docs/metrics.md, or be recorded there, or come from an exporter. Each
alert has a severity, a summary, a section of docs/runbook.md that it names, and in tests/monitoring/rules a case that
fires it and one that does not. The configuration for names in DNS differs from the one for files only in how targets are
found.
"""

import pathlib
import re
import sys

import yaml

EXPORTERS = ("node_", "probe_")  # node_exporter, blackbox_exporter
METRIC = re.compile(r"\b(?:mindspace|process|node|probe)_\w+|\bmindspace:[\w:]+")
PARTS = re.compile(r"_(?:bucket|sum|count)$")
SEVERITIES = {"critical", "warning"}


def read(file: pathlib.Path):
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def rules(root: pathlib.Path) -> list[dict]:
    files = sorted((root / "deploy/prometheus/rules").glob("*.yml"))
    return [rule for file in files for group in read(file)["groups"] for rule in group["rules"]]


def metric_faults(root: pathlib.Path) -> list[str]:
    documented = set(re.findall(r"\b(?:mindspace|process)_\w+", (root / "docs/metrics.md").read_text(encoding="utf-8")))
    recorded = {rule["record"] for rule in rules(root) if "record" in rule}
    found = []
    for rule in rules(root):
        for name in METRIC.findall(rule["expr"]):
            known = name in recorded or {name, PARTS.sub("", name)} & documented
            if not known and not name.startswith(EXPORTERS):
                found.append(f"{rule.get('alert') or rule['record']}: no metric {name}")
    return found


def alert_faults(root: pathlib.Path) -> list[str]:
    sections = set(re.findall(r"^## (\w+)$", (root / "docs/runbook.md").read_text(encoding="utf-8"), re.MULTILINE))
    cases = [case for file in (root / "tests/monitoring/rules").glob("*.yml")
             for test in read(file)["tests"] for case in test["alert_rule_test"]]
    fires = {case["alertname"] for case in cases if case["exp_alerts"]}
    is_silent = {case["alertname"] for case in cases if not case["exp_alerts"]}
    alerts = {rule["alert"]: rule for rule in rules(root) if "alert" in rule}
    found = []
    for name, rule in alerts.items():
        if rule["labels"]["severity"] not in SEVERITIES:
            found.append(f"{name}: no severity {rule['labels']['severity']}")
        if not rule["annotations"].get("summary"):
            found.append(f"{name}: no summary")
        if name not in sections or rule["annotations"].get("runbook") != f"docs/runbook.md#{name.lower()}":
            found.append(f"{name}: its runbook must be the section {name} of docs/runbook.md")
        if name not in fires:
            found.append(f"{name}: no case in tests/monitoring/rules fires it")
        if name not in is_silent:
            found.append(f"{name}: no case in tests/monitoring/rules expects silence")
    return found + [f"docs/runbook.md: no alert {name}" for name in sorted(sections - set(alerts))]


def without_discovery(config: dict) -> dict:
    """How targets are found differs, and with names the role is derived from them."""
    for job in config["scrape_configs"]:
        for key in [key for key in job if key.endswith("_sd_configs")]:
            del job[key]
        if job["job_name"] == "mindspace":
            job.pop("relabel_configs", None)
    return config


def configuration_faults(root: pathlib.Path) -> list[str]:
    by_file, by_name = (without_discovery(read(root / "deploy/prometheus" / name))
                        for name in ("prometheus.yml", "prometheus-dns.yml"))
    return [] if by_file == by_name else ["prometheus-dns.yml: differs from prometheus.yml in more than how targets are found"]


def faults(root: pathlib.Path) -> list[str]:
    return metric_faults(root) + alert_faults(root) + configuration_faults(root)


if __name__ == "__main__":
    all_faults = faults(pathlib.Path(sys.argv[1]))
    print("\n".join(all_faults) or "alerts: no faults")
    sys.exit(1 if all_faults else 0)
