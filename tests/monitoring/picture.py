"""Draws a dashboard's panels with real data, for the documentation: as Grafana arranges them, but not by Grafana."""

import math
from xml.sax.saxutils import escape

COLUMN, LINE, GAP = 60, 38, 8  # of Grafana's grid on a screen 1440 pixels wide
COLORS = ["#73bf69", "#f2cc0c", "#5794f2", "#ff780a", "#f2495c", "#b877d9", "#8ab8ff", "#c0d8ff"]
NAMED = {"green": "#56a64b", "orange": "#ff780a", "red": "#e02f44"}
BACKGROUND, PANEL, TEXT, WEAK = "#111217", "#181b1f", "#d0d3da", "#8e9199"
SCALES = {"bytes": (1024, ["B", "KiB", "MiB", "GiB", "TiB"]), "Bps": (1000, ["B/s", "kB/s", "MB/s", "GB/s"])}
SUFFIXES = {"reqps": " req/s", "ops": " ops/s"}


def shown(value, unit):
    """As Grafana writes values of these units, roughly."""
    if unit == "percentunit":
        return f"{value * 100:.4g} %"
    if unit == "s":
        for size, name in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms")):
            if abs(value) >= size:
                return f"{value / size:.3g} {name}"
        return f"{value * 1e6:.3g} µs" if value else "0 s"
    base, names = SCALES.get(unit, (1000, ["", "k", "M", "G"]))
    index = min(int(math.log(abs(value), base)), len(names) - 1) if abs(value) >= base else 0
    return f"{value / base ** index:.3g} {names[index]}".strip() + SUFFIXES.get(unit, "")


def text(x, y, content, size=12, color=TEXT, anchor="start"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}" text-anchor="{anchor}" '
            f'font-family="DejaVu Sans">{escape(content)}</text>')


def color_at(value, defaults):
    """That of the last threshold which the value reaches."""
    reached = [step for step in defaults["thresholds"]["steps"] if step["value"] is None or value >= step["value"]]
    return NAMED[reached[-1]["color"]]


def latest(points):
    return points[-1][1]


class Box:
    """The inside of a panel."""

    def __init__(self, position):
        self.x, self.y = position["x"] * COLUMN + 10, position["y"] * LINE + 30
        self.width, self.height = position["w"] * COLUMN - GAP - 20, position["h"] * LINE - GAP - 38


def stat(box, defaults, series):
    _, points = series[0]
    value = latest(points)
    return [text(box.x + box.width / 2, box.y + box.height / 2 + 12, shown(value, defaults["unit"]), 30,
                 color_at(value, defaults), "middle")]


def bars(box, defaults, series):
    top = defaults.get("max") or max(max(latest(points) for _, points in series), 1e-9)
    height = min(30, box.height / len(series))
    found = []
    for i, (legend, points) in enumerate(series):
        y, value = box.y + i * height, latest(points)
        found.append(text(box.x, y + height / 2 + 4, legend))
        found.append(f'<rect x="{box.x + box.width * 0.45:.1f}" y="{y + 3:.1f}" height="{height - 6:.1f}" '
                     f'width="{box.width * 0.4 * value / top:.1f}" fill="{color_at(value, defaults)}"/>')
        found.append(text(box.x + box.width, y + height / 2 + 4, shown(value, defaults["unit"]), anchor="end"))
    return found


def graph(box, defaults, series):
    stacked = defaults["custom"]["stacking"]["mode"] == "normal"
    lines, below = [], {}
    for legend, points in series:
        if stacked:
            points = [(t, v + below.get(t, 0)) for t, v in points]
            below |= dict(points)
        lines.append((legend, points))
    times = [t for _, points in lines for t, _ in points]
    start, end = min(times), max(max(times), min(times) + 1)
    top = defaults.get("max") or max(v for _, points in lines for _, v in points) * 1.1 or 1
    left, height = box.x + 62, box.height - 34
    width = box.width - 62
    place = lambda t, v: (left + (t - start) / (end - start) * width, box.y + height * (1 - min(v / top, 1)))
    found = []
    for part in (0, 0.5, 1):
        y = box.y + height * (1 - part)
        found.append(f'<path d="M{left} {y:.1f}h{width}" stroke="#2c3235"/>')
        found.append(text(left - 6, y + 4, shown(top * part, defaults["unit"]), 10, WEAK, "end"))
    for step in defaults["thresholds"]["steps"][1:]:
        if defaults["custom"]["thresholdsStyle"]["mode"] == "line" and step["value"] < top:
            found.append(f'<path d="M{left} {place(start, step["value"])[1]:.1f}h{width}" stroke="{NAMED[step["color"]]}" '
                         'stroke-dasharray="6 4"/>')
    for i, (_, points) in reversed(list(enumerate(lines))):
        path = "L".join("{:.1f} {:.1f}".format(*place(t, v)) for t, v in points)
        found.append(f'<path d="M{path}" stroke="{COLORS[i % len(COLORS)]}" stroke-width="1.5" fill="none"/>')
    x = box.x
    for i, (legend, _) in enumerate(lines):
        if x + 7 * len(legend) + 20 > box.x + box.width:
            break
        found.append(f'<rect x="{x}" y="{box.y + box.height - 9}" width="10" height="3" fill="{COLORS[i % len(COLORS)]}"/>')
        found.append(text(x + 14, box.y + box.height - 4, legend, 10, WEAK))
        x += 7 * len(legend) + 24
    return found


def table(box, panel, rows):
    columns = panel["transformations"][0]["options"]["include"]["names"]
    unit, width = panel["fieldConfig"]["defaults"]["unit"], box.width / len(columns)
    found = [text(box.x + i * width, box.y + 12, name, 11, COLORS[2]) for i, name in enumerate(columns)]
    for y, (labels, value) in enumerate(rows, start=1):
        cells = labels | {"Value": shown(value, unit)}
        found += [text(box.x + i * width, box.y + 12 + y * 20, cells.get(name, ""), 11) for i, name in enumerate(columns)
                  if y * 20 < box.height]
    return found


def drawn(dashboard, data):
    """An SVG. `data`: by panel id, pairs of a legend and points (time, value); of a table, pairs of labels and a value."""
    found, bottom = [], 0
    for panel in dashboard["panels"]:
        position = panel["gridPos"]
        x, y = position["x"] * COLUMN, position["y"] * LINE
        bottom = max(bottom, y + position["h"] * LINE)
        found.append(f'<rect x="{x}" y="{y}" width="{position["w"] * COLUMN - GAP}" height="{position["h"] * LINE - GAP}" '
                     f'fill="{PANEL}" stroke="#2c3235"/>')
        found.append(text(x + 10, y + 19, panel["title"], 13))
        box, defaults, series = Box(position), panel["fieldConfig"]["defaults"], data.get(panel["id"])
        if not series:
            found.append(text(box.x + box.width / 2, box.y + box.height / 2, defaults.get("noValue", "No data"), 14, WEAK,
                              "middle"))
        elif panel["type"] == "table":
            found += table(box, panel, series)
        else:
            found += {"stat": stat, "bargauge": bars, "timeseries": graph}[panel["type"]](box, defaults, series)
    size = f'width="{24 * COLUMN}" height="{bottom}"'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size} fill="{BACKGROUND}"/>' + "".join(found) + "</svg>")
