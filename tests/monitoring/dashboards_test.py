#!/usr/bin/env python3
"""Every query of every dashboard in deploy/grafana returns data from a real Prometheus that scrapes the running program
while people use it, with its durations shortened (watch.shortened). No Grafana runs: picture.py draws the panels, and with
MINDSPACE_PICTURES=docs/img the pictures of two minutes stay there. Needs root, and the program as it ships in
MINDSPACE_SHIPPED_BINARY."""

import asyncio
import json
import math
import os
import pathlib
import re
import shutil
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "deploy"))

from picture import drawn
from roles import People
from support import ROOT, eventually, run
from watched import Watched
from websocket import Socket

DASHBOARDS = {file.stem: json.loads(file.read_text()) for file in sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))}
# What Grafana puts in: all nodes and machines, and intervals that fit targets that are scraped each second.
VALUES = {"$role": ".+", "$node": ".+", "$host": ".+", "$__rate_interval": "5s", "$__range": "5m"}
LABEL_VALUES = re.compile(r"label_values\((.*), (\w+)\)")
# Metrics that this deployment does not have.
EXCEPTIONS = {"mindspace_event_publish_failures_total": "only with a broker; here events are read from the outbox",
              "mindspace_backup_": "only with the embedded PostgreSQL, or the timers of deploy/backup"}
PICTURES = os.environ.get("MINDSPACE_PICTURES")
SECONDS = 120 if PICTURES else 0  # at least, before they are drawn
PEOPLE = 4


def substituted(query):
    for name, value in VALUES.items():
        query = query.replace(name, value)
    return query


class Group:
    """People who meditate together, with a socket each, until the end of the block."""

    def __init__(self, site):
        self.site = site
        accounts = [{"email": f"group-{n}@example.org", "password": "seven quiet mornings", "displayName": "Ada"}
                    for n in range(PEOPLE)]
        self.tokens = [site.expect(201, "/api/v1/auth/register", account)["tokens"]["accessToken"] for account in accounts]
        site.expect(200, "/api/v1/auth/login", {key: accounts[0][key] for key in ("email", "password")})
        site.expect(401, "/api/v1/auth/login", {"email": accounts[0]["email"], "password": "eight loud evenings"})

    async def meditate(self, while_):
        created = self.site.expect(201, "/api/v1/groups", {"title": "Morning", "kind": "mindfulness", "plannedSeconds": 3600},
                                   self.tokens[0])
        port = int(self.site.url.rpartition(":")[2])
        sockets = [await Socket.open(port, f"/api/v1/groups/{created['id']}/live", token, self.site.context)
                   for token in self.tokens]
        for socket in sockets:
            socket.send({"type": "hello"})
        for socket in sockets:
            while (await socket.next())["type"] != "welcome":
                pass
        sockets[0].send({"type": "start"})
        tasks = [asyncio.create_task(self.listen(socket)) for socket in sockets]
        tasks.append(asyncio.create_task(self.react(sockets[1])))
        try:
            return await asyncio.to_thread(while_)
        finally:
            for task in tasks:
                task.cancel()
            for socket in sockets:
                socket.close()

    @staticmethod
    async def listen(socket):
        while True:
            await socket.next()

    @staticmethod
    async def react(socket):
        while True:
            socket.send({"type": "reaction", "kind": "bow"})
            await asyncio.sleep(1)


class Dashboards(Watched):
    @classmethod
    def setUpClass(cls):
        cls.start_program("rsvg-convert")
        cls.began = time.time()
        cls.start_monitoring()
        cls.run_until_the_end(People(cls.here.site))

    def data_of(self, target):
        """What the query returns: of a table, pairs of labels and the value; else of a legend and the points. Without NaN."""
        query = substituted(target["expr"])
        self.assertNotIn("$", query)
        if target["instant"]:
            result = self.monitoring.query_api("query", query=query)["result"]
            return [(one["metric"], float(one["value"][1])) for one in result]
        now = time.time()
        found = []
        for one in self.monitoring.query_api("query_range", query=query, start=self.began, end=now, step=1)["result"]:
            legend = re.sub(r"{{(\w+)}}", lambda label, of=one["metric"]: of.get(label[1], ""), target["legendFormat"])
            points = [(float(t), float(v)) for t, v in one["values"] if math.isfinite(float(v))]
            if points:
                found.append((legend, points))
        return found

    def data_of_all(self):
        """By dashboard and panel, and what has none."""
        data, without = {}, []
        for name, dashboard in DASHBOARDS.items():
            data[name] = {}
            for panel in dashboard["panels"]:
                for target in panel.get("targets", []):
                    found = self.data_of(target)
                    data[name].setdefault(panel["id"], []).extend(found)
                    if not found and not any(metric in target["expr"] for metric in EXCEPTIONS):
                        without.append(f"{name}: {panel['title']}: {target['expr']}")
        return data, without

    def test_all_queries_return_data_under_load(self):
        data, without = {}, ["all"]

        def look():
            nonlocal data, without
            data, without = self.data_of_all()
            return not without and time.time() - self.began >= SECONDS

        asyncio.run(Group(self.here.site).meditate(lambda: eventually(look, lambda: "data of\n" + "\n".join(without))))
        for name, dashboard in DASHBOARDS.items():
            if any(panel["type"] == "text" for panel in dashboard["panels"]):
                continue
            svg, png = self.folder / f"{name}.svg", self.folder / f"dashboard-{name}.png"
            svg.write_text(drawn(dashboard, data[name]))
            run("rsvg-convert", svg, "-o", png)
            self.assertEqual(png.read_bytes()[:4], b"\x89PNG")
            if PICTURES:
                shutil.copy(png, PICTURES)

    def test_variables_have_values(self):
        for name, dashboard in DASHBOARDS.items():
            for variable in dashboard["templating"]["list"]:
                if variable["type"] == "query":
                    series, label = LABEL_VALUES.fullmatch(substituted(variable["query"])).groups()
                    with self.subTest(dashboard=name, variable=variable["name"]):
                        eventually(lambda: self.monitoring.query_api(f"label/{label}/values", **{"match[]": series}), "values")


if __name__ == "__main__":
    unittest.main()
