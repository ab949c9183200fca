#!/usr/bin/env python3
"""Writes dashboards/*.json for Grafana from source/*.yaml, and the runbook's from docs/runbook.md: `build.py [DIRECTORY]`.

A source has a title, variables, and rows of panels, which share the width of their row. A panel:

    title, help      help is shown with the panel's title
    type             timeseries unless stated; stat (the latest value), bargauge, table
    unit             as Grafana names them: s, percentunit, bytes, reqps, ...
    thresholds       {color: from this value}; below the first it is green
    min, max         of the axis or bar; min is 0 unless stated
    stacked          true: series are added up
    decimals, none   of values; what is shown if there are none
    columns          of a table: labels, and Value
    queries          {legend: PromQL}; NODES are the chosen nodes, HOSTS the chosen machines
    runbook          alerts whose sections the panel links to
"""

import json
import pathlib
import re
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
SELECTORS = {"NODES": 'role=~"$role",instance=~"$node"', "HOSTS": 'instance=~"$host"'}
VARIABLES = {  # name: label, values
    "role": ("Role", "label_values(mindspace_build_info, role)"),
    "node": ("Node", 'label_values(mindspace_build_info{role=~"$role"}, instance)'),
    "host": ("Machine", "label_values(node_uname_info, instance)"),
}
SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
COLUMNS = 24
CONTENTS = 1  # the id of the runbook's first panel


def alerts(runbook: str) -> dict:
    """Their names and texts, in the order of the runbook."""
    return dict(SECTION.findall(runbook))


def section_url(alert: str, names: list[str]) -> str:
    return f"/d/mindspace-runbook?viewPanel={names.index(alert) + CONTENTS + 1}"


def link(title: str, **of) -> dict:
    return {"title": title, "type": "link", "icon": "doc", "tooltip": "", "tags": [], "asDropdown": False, "includeVars": False,
            "keepTime": False, "targetBlank": False} | of


def variable(name: str) -> dict:
    if name == "datasource":
        return {"name": name, "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    label, values = VARIABLES[name]
    return {"name": name, "label": label, "type": "query", "datasource": DATASOURCE, "definition": values, "query": values,
            "refresh": 2, "sort": 1, "multi": True, "includeAll": True, "allValue": ".+",
            "current": {"selected": True, "text": ["All"], "value": ["$__all"]}}


def targets(panel: dict) -> list[dict]:
    found = []
    for ref, (legend, query) in zip("ABCDEFGH", panel["queries"].items(), strict=False):
        for name, selector in SELECTORS.items():
            query = re.sub(rf"\b{name}\b", lambda _, by=selector: by, query)
        is_table = panel.get("type") == "table"
        found.append({"refId": ref, "datasource": DATASOURCE, "expr": query.strip(), "legendFormat": legend,
                      "range": not is_table, "instant": is_table} | ({"format": "table"} if is_table else {}))
    return found


def options(panel: dict) -> dict:
    latest = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "orientation": "auto"}
    match panel.get("type", "timeseries"):
        case "timeseries":
            return {"legend": {"displayMode": "list", "placement": "bottom", "calcs": [], "showLegend": True},
                    "tooltip": {"mode": "multi", "sort": "desc"}}
        case "stat":
            return latest | {"colorMode": "value", "graphMode": "area", "justifyMode": "auto", "textMode": "auto",
                             "percentChangeColorMode": "standard", "showPercentChange": False, "wideLayout": True}
        case "bargauge":
            return latest | {"orientation": "horizontal", "displayMode": "basic", "valueMode": "color", "showUnfilled": True,
                             "minVizWidth": 8, "minVizHeight": 16, "maxVizHeight": 48, "sizing": "auto",
                             "namePlacement": "left"}
        case "table":
            return {"showHeader": True, "cellHeight": "sm", "frameIndex": 0}


def field_config(panel: dict) -> dict:
    steps = [{"color": "green", "value": None},
             *({"color": color, "value": value} for color, value in panel.get("thresholds", {}).items())]
    is_graph = panel.get("type", "timeseries") == "timeseries"
    defaults = {"unit": panel.get("unit", "short"), "color": {"mode": "palette-classic" if is_graph else "thresholds"},
                "thresholds": {"mode": "absolute", "steps": steps}}
    defaults |= {key: panel[key] for key in ("min", "max", "decimals") if key in panel}
    if is_graph:
        defaults.setdefault("min", 0)
        defaults["custom"] = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 30 if panel.get("stacked") else 8,
                              "showPoints": "never", "spanNulls": False,
                              "stacking": {"group": "A", "mode": "normal" if panel.get("stacked") else "none"},
                              "thresholdsStyle": {"mode": "line" if "thresholds" in panel else "off"}}
    if "none" in panel:
        defaults["noValue"] = panel["none"]
    return {"defaults": defaults, "overrides": []}


def full_panel(panel: dict, names: list[str]) -> dict:
    full = {"type": panel.get("type", "timeseries"), "title": panel["title"], "description": panel.get("help", ""),
            "datasource": DATASOURCE, "targets": targets(panel), "options": options(panel),
            "fieldConfig": field_config(panel),
            "links": [link("Runbook: " + alert, url=section_url(alert, names)) for alert in panel.get("runbook", [])]}
    if "columns" in panel:  # of a table, in this order
        full["transformations"] = [{"id": "filterFieldsByName", "options": {"include": {"names": panel["columns"]}}}]
    return full


def arranged(rows: list[dict]) -> list[dict]:
    """The panels of all rows, with numbers and positions."""
    found, y = [], 0
    for row in rows:
        width = COLUMNS // len(row["panels"])
        for i, panel in enumerate(row["panels"]):
            found.append({"id": len(found) + 1, "gridPos": {"x": i * width, "y": y, "w": width, "h": row["height"]}} | panel)
        y += row["height"]
    return found


def dashboard(name: str, title: str, variables: list[str], rows: list[dict]) -> dict:
    others = link("Mind Space", type="dashboards", icon="external link", tags=["mindspace"], keepTime=True, includeVars=True)
    return {"uid": "mindspace-" + name, "title": title, "tags": ["mindspace"], "schemaVersion": 39, "editable": False,
            "graphTooltip": 1, "refresh": "30s", "time": {"from": "now-3h", "to": "now"}, "timezone": "browser",
            "links": [others], "templating": {"list": [variable(each) for each in ["datasource", *variables]]},
            "panels": arranged(rows)}


def runbook_dashboard(sections: dict) -> dict:
    """Each section is a panel, which a link can open alone. Links to other pages become their names."""
    names = list(sections)
    by_anchor = {name.lower(): name for name in names}

    def panel(title: str, text: str) -> dict:
        text = re.sub(r"\(#(\w+)\)", lambda found: f"({section_url(by_anchor[found[1]], names).strip('/')})", text)
        text = re.sub(r"\[([^\]]*)\]\(([\w/]+\.md)[^)]*\)", r"\1 (`docs/\2`)", text)
        return {"type": "text", "title": title, "options": {"mode": "markdown", "content": text.strip()}}

    contents = panel("Alerts, in the order in which to look", "".join(f"- [{name}](#{name.lower()})\n" for name in names))
    rows = [{"height": 12, "panels": [contents]}]
    rows += [{"height": 9, "panels": [panel(name, sections[name]) for name in names[i:i + 2]]} for i in range(0, len(names), 2)]
    return dashboard("runbook", "Runbook", [], rows)


def main(output: pathlib.Path):
    sections = alerts((HERE / "../../docs/runbook.md").read_text(encoding="utf-8"))
    made = {"runbook": runbook_dashboard(sections)}
    for file in sorted((HERE / "source").glob("*.yaml")):
        source = yaml.safe_load(file.read_text(encoding="utf-8"))
        rows = [row | {"panels": [full_panel(panel, list(sections)) for panel in row["panels"]]} for row in source["rows"]]
        made[file.stem] = dashboard(file.stem, source["title"], source["variables"], rows)
    for name, content in made.items():
        (output / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "dashboards")
