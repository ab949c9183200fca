"""A report as one page of HTML with plots in SVG, which no other file and no script is needed for."""

import math
from collections.abc import Iterable
from html import escape

from bench.rows import Curve, Figures, Report, Row

COLOURS = {"ours": "#2f6f6b", "peer": "#c98a3b", "limit": "#8a8f98"}
MORE_COLOURS = ["#2f6f6b", "#c98a3b", "#7a5ea8", "#b1485a", "#4a7fc1", "#6b7a2f"]
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1100px; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1rem 0; } td, th { padding: .2rem .6rem; text-align: left; border-bottom: 1px solid #ddd; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } svg { display: block; max-width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: #333; } .key span { margin-right: 1.2rem; } .key i { display: inline-block;
width: .8em; height: .8em; margin-right: .4em; } small { color: #666; }
"""
LEFT, WIDTH, BAR, GAP = 190, 620, 13, 12


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def key(names: Iterable[str]) -> str:
    spans = (f'<span><i style="background:{COLOURS[name]}"></i>{name}</span>' for name in names)
    return f'<p class="key">{"".join(spans)}</p>'


def bars(rows: list[Row]) -> str:
    """For each row the sides and the limit, relative to the largest."""
    parts, y = [], 0
    for row in rows:
        values = {"ours": row.ours.value, "peer": row.peer.value if row.peer else None,
                  "limit": row.limit.rate if row.limit else None}
        most = max(value for value in values.values() if value is not None) or 1
        parts.append(f'<text x="{LEFT - 8}" y="{y + 11}" text-anchor="end">{escape(row.operation)}</text>')
        for name, value in values.items():
            if value is None:
                continue
            width = max(WIDTH * value / most, 1)
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{COLOURS[name]}"/>'
                         f'<text x="{LEFT + width + 6:.1f}" y="{y + 11}">{number(value)} {escape(row.unit)}</text>')
            y += BAR + 2
        y += GAP
    return f'<svg viewBox="0 0 {LEFT + WIDTH + 160} {y}" role="img" aria-label="values of both sides and limits">{"".join(parts)}</svg>'


def latencies(rows: list[Row]) -> str:
    """A line from p50 to p99 for each row and side, on a logarithmic axis; the open loop is drawn thin."""
    def spans(row: Row) -> list[tuple[str, float, float, int]]:
        found = []
        for name, figures in (("ours", row.ours), ("peer", row.peer or Figures(0))):
            for p50, p99, thickness in ((figures.p50_ms, figures.p99_ms, 7), (figures.open_p50_ms, figures.open_p99_ms, 3)):
                if p50 and p99:
                    found.append((name, p50, p99, thickness))
        return found

    drawn = [(row, spans(row)) for row in rows if spans(row)]
    if not drawn:
        return ""
    low = math.floor(math.log10(min(p50 for _, found in drawn for _, p50, _, _ in found)))
    high = max(math.ceil(math.log10(max(p99 for _, found in drawn for _, _, p99, _ in found))), low + 1)

    def place(ms: float) -> float:
        return LEFT + WIDTH * (math.log10(ms) - low) / (high - low)

    parts, y = [], 24
    for row, found in drawn:
        parts.append(f'<text x="{LEFT - 8}" y="{y + 9}" text-anchor="end">{escape(row.operation)}</text>')
        for name, p50, p99, thickness in found:
            parts.append(f'<rect x="{place(p50):.1f}" y="{y}" width="{max(place(p99) - place(p50), 2):.1f}" height="{thickness}" '
                         f'fill="{COLOURS[name]}"><title>{number(p50)} to {number(p99)} ms</title></rect>')
            y += thickness + 3
        y += GAP
    for power in range(low, high + 1):
        x = place(10 ** power)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="18" y2="{y}" stroke="#ddd"/>'
                     f'<text x="{x:.1f}" y="12" text-anchor="middle">{10.0 ** power:g} ms</text>')
    return f'<svg viewBox="0 0 {LEFT + WIDTH + 160} {y}" role="img" aria-label="latencies">{"".join(parts)}</svg>'


def plot(curve: Curve) -> str:
    """Lines over a size, both axes logarithmic."""
    points = [point for line in curve.lines.values() for point in line if point[0] > 0 and point[1] > 0]
    if not points:
        return ""
    bounds = [(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))) for values in zip(*points, strict=True)]
    (left, right), (low, high) = [(first, max(last, first + 1)) for first, last in bounds]
    width, height = 700, 260

    def place(x: float, y: float) -> tuple[float, float]:
        return 70 + width * (math.log10(x) - left) / (right - left), 10 + height * (high - math.log10(y)) / (high - low)

    parts = []
    for power in range(left, right + 1):
        x, _ = place(10 ** power, 10 ** low)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="10" y2="{10 + height}" stroke="#eee"/>'
                     f'<text x="{x:.1f}" y="{height + 26}" text-anchor="middle">{10 ** power:g}</text>')
    for power in range(low, high + 1):
        _, y = place(10 ** left, 10 ** power)
        parts.append(f'<line x1="70" x2="{70 + width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#eee"/>'
                     f'<text x="62" y="{y + 4:.1f}" text-anchor="end">{10.0 ** power:g}</text>')
    for at, (name, line) in enumerate(curve.lines.items()):
        colour = MORE_COLOURS[at % len(MORE_COLOURS)]
        places = [place(x, y) for x, y in line if x > 0 and y > 0]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        parts.append(f'<rect x="{width + 84}" y="{10 + 18 * at}" width="10" height="10" fill="{colour}"/>'
                     f'<text x="{width + 100}" y="{19 + 18 * at}">{escape(name)}</text>')
    parts.append(f'<text x="{70 + width / 2}" y="{height + 44}" text-anchor="middle">{escape(curve.x)}</text>')
    return (f'<h3>{escape(curve.title)}: {escape(curve.y)}</h3><svg viewBox="0 0 {width + 240} {height + 50}" role="img" '
            f'aria-label="{escape(curve.title)}">{"".join(parts)}</svg><p><small>{escape(curve.note)}</small></p>')


def table(rows: list[Row]) -> str:
    heads = ["operation", "", "ours", "peer", "limit", "to peer", "to limit", "CPU us", "peer's", "others", "limit is"]
    lines = []
    for row in rows:
        values = [number(row.ours.value) + " " + row.unit, number(row.peer.value) if row.peer else "",
                  number(row.limit.rate) if row.limit else "", f"{row.ratio_peer:.2f}" if row.ratio_peer else "",
                  f"{row.ratio_limit:.0%}" if row.ratio_limit else "", number(row.ours.cpu_us),
                  number(row.peer.cpu_us) if row.peer else "", "" if row.others is None else f"{row.others:.2f}"]
        lines.append(f"<tr><td>{escape(row.operation)}</td><td><small>{escape(row.title)} {escape(row.note)}</small></td>"
                     + "".join(f'<td class="number">{escape(value)}</td>' for value in values)
                     + f"<td><small>{escape(row.limit.what) if row.limit else ''}</small></td></tr>")
    return f"<table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>{''.join(lines)}</table>"


def page(report: Report, notes: str) -> str:
    machine = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in report.machine.items())
    more = [row for row in report.rows if not row.is_less_better]
    less = [row for row in report.rows if row.is_less_better]
    failed = "".join(f"<p><b>Failed requests</b>: {escape(row.operation)}, {row.failed}</p>" for row in report.rows if row.failed)
    parts = [f"<h1>{escape(report.title)}</h1><table>{machine}</table><p><small>The run took {report.seconds:.0f} s.</small></p>{failed}"]
    if report.rows:
        parts += [key(COLOURS), "<h2>More is better</h2>", bars(more), "<h2>Less is better</h2>", bars(less),
                  "<h2>Latency, from p50 to p99</h2><p>Thick: a closed loop on 64 connections. Thin: an open loop at half of the "
                  "rate.</p>", latencies(more), "<h2>Figures</h2>", table(report.rows),
                  "<ul>" + "".join(f"<li>{escape(note.replace('*', ''))}</li>" for note in notes.removeprefix("- ").split("\n- "))
                  + "</ul>"]
    parts += [plot(curve) for curve in report.curves]
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(report.title)}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>{"".join(parts)}</html>\n')
