"""Writes a report: report.json, report.md and report.html."""

import pathlib

from bench import html
from bench.rows import Figures, Report, Row

COLUMNS = ["operation", "unit", "ours", "peer", "limit", "to peer", "to limit", "p50/p99 ms", "peer's", "open loop ms", "peer's",
           "CPU us", "peer's", "PostgreSQL us", "peer's", "Redis us", "peer's", "others"]
KEY = """- *ours*, *peer*, *limit*: more is better, except where the unit is a time, a size or CPU. The ratios are always how many
  times better than the peer, and which share of the limit. An empty cell: there is no such thing.
- *p50/p99*: of a closed loop on 64 connections. *open loop*: requests come at half of that rate, however late responses are.
- *CPU*: of the program (the peer's: of Node.js), PostgreSQL and Redis, for each request.
- *others*: cores that everything else on the machine used at the same time; above 0.2 the row is from a busy machine."""


def number(value: float | None) -> str:
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def percentiles(p50: float | None, p99: float | None) -> str:
    return "" if p50 is None else f"{number(p50)} / {number(p99)}"


def cells(row: Row) -> list[str]:
    ours, theirs = row.ours, row.peer or Figures(0)
    ratio = row.ratio_peer
    return [row.operation, row.unit, number(ours.value), number(row.peer.value) if row.peer else "",
            number(row.limit.rate) if row.limit else "", f"{ratio:.2f}" if ratio else "",
            f"{row.ratio_limit:.0%}" if row.ratio_limit else "", percentiles(ours.p50_ms, ours.p99_ms),
            percentiles(theirs.p50_ms, theirs.p99_ms), percentiles(ours.open_p50_ms, ours.open_p99_ms),
            percentiles(theirs.open_p50_ms, theirs.open_p99_ms), number(ours.cpu_us), number(theirs.cpu_us),
            number(ours.postgres_us), number(theirs.postgres_us), number(ours.redis_us), number(theirs.redis_us),
            "" if row.others is None else f"{row.others:.2f}"]


def markdown(report: Report) -> str:
    lines = [f"# {report.title}", ""]
    lines += [f"- {name}: {value}" for name, value in report.machine.items()]
    lines += [f"- **failed requests**: {row.operation}, ours {row.ours.failed}, peer's {row.peer.failed if row.peer else 0}"
              for row in report.rows if row.failed]
    lines += [f"- the run took {report.seconds:.0f} s", "", KEY, ""]
    if report.rows:
        lines += ["| " + " | ".join(COLUMNS) + " |", "| " + " | ".join(["---"] + ["---:"] * (len(COLUMNS) - 1)) + " |"]
        lines += ["| " + " | ".join(cells(row)) + " |" for row in report.rows]
        lines += ["", "| operation | what | limit |", "| --- | --- | --- |"]
        lines += [f"| {row.operation} | {row.title}{'. ' + row.note if row.note else ''} | {row.limit.what if row.limit else ''} |"
                  for row in report.rows]
    for curve in report.curves:
        lines += ["", f"## {curve.title}", "", f"| {curve.x} | " + " | ".join(f"{name}: {curve.y}" for name in curve.lines) + " |",
                  "| ---: " * (len(curve.lines) + 1) + "|"]
        for x in sorted({x for line in curve.lines.values() for x, _ in line}):
            values = [next((number(y) for at, y in reversed(line) if at == x), "") for line in curve.lines.values()]
            lines.append(f"| {number(x)} | " + " | ".join(values) + " |")
        if curve.note:
            lines += ["", curve.note]
    return "\n".join(lines) + "\n"


def write(report: Report, directory: pathlib.Path, name: str = "report") -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for suffix, text in (("json", report.to_json()), ("md", markdown(report)), ("html", html.page(report, KEY))):
        (directory / f"{name}.{suffix}").write_text(text, encoding="utf-8")
