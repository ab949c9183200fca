"""Prometheus and Alertmanager as deploy/monitoring/up.sh starts them, on the configuration that ships, and the receiver of
their alerts."""

import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import urllib.parse
import urllib.request

from support import ROOT, eventually, free_port, run

DURATION = re.compile(r"(?<![\w.])(\d+)([smhd])\b")
SECONDS_OF = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def shortened(text):
    """The only change to the shipped files: in each duration a minute becomes a second, with a second at least. So rules
    look at 5 s instead of 5 min, and wait for 10 s instead of 10 min, and everything is scraped each second."""
    return DURATION.sub(lambda found: f"{max(1, int(found[1]) * SECONDS_OF[found[2]] // 60)}s", text)


class Webhook:
    """What Alertmanager sends to the two receivers. An alert fires while any of its instances does."""

    def __init__(self):
        self.firing = {}  # by name: the labels of its instances
        self.seen = {}    # by name: the receiver that it came to
        webhook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for alert in message["alerts"]:
                    webhook.take(self.path.strip("/"), alert)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, receiver, alert):
        name, labels = alert["labels"]["alertname"], frozenset(alert["labels"].items())
        instances = self.firing.setdefault(name, set())
        if alert["status"] == "firing":
            instances.add(labels)
            self.seen[name] = receiver
        else:
            instances.discard(labels)

    def fires(self, name):
        return bool(self.firing.get(name))

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Monitoring:
    def __init__(self, folder, targets, webhook):
        """`targets` are the files of targets/, by name, without Alertmanager; "EXPORTER" is blackbox_exporter's address."""
        self.ports = {name: free_port() for name in ("PROMETHEUS", "ALERTMANAGER", "NODE_EXPORTER", "BLACKBOX_EXPORTER")}
        config = folder / "prometheus"
        shutil.copytree(ROOT / "deploy/prometheus", config)
        for file in config.rglob("*.yml"):
            file.write_text(shortened(file.read_text()))
        for name, text in targets.items():
            for of, port in self.ports.items():
                text = text.replace(of + "_ADDRESS", f"127.0.0.1:{port}")
            (config / "targets" / name).write_text(text)
        (config / "targets/alertmanager.yml").write_text(json.dumps([{"targets": [f"127.0.0.1:{self.ports['ALERTMANAGER']}"]}]))
        alertmanager = config / "alertmanager.yml"
        text = alertmanager.read_text().replace("# webhook_configs", "webhook_configs")
        assert text.count("https://alerts.example/") == 2
        alertmanager.write_text(text.replace("https://alerts.example", webhook.url))
        run("amtool", "check-config", alertmanager)
        self.data = folder / "monitoring"
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", ROOT / "deploy/monitoring/up.sh", config], stdout=subprocess.DEVNULL,
            env=os.environ | {"MONITORING_DATA": str(self.data)} | {f"{of}_PORT": str(p) for of, p in self.ports.items()})

    def query_api(self, path, **parameters):
        """The data that Prometheus' API returns."""
        url = f"http://127.0.0.1:{self.ports['PROMETHEUS']}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=30) as response:
            return json.load(response)["data"]

    def query(self, expression):
        """The values of an instant query; none while Prometheus starts."""
        try:
            return [float(found["value"][1]) for found in self.query_api("query", query=expression)["result"]]
        except OSError:
            return []

    def wait(self, targets):
        eventually(lambda: self.query("sum(up)") == [targets], f"{targets} targets\n{self.logs()}")

    def child(self, name):
        """The process id of one of the programs."""
        return int(run("pgrep", "-P", str(self.process.pid), "-f", name).stdout)

    def logs(self):
        return "".join(f"-- {file.name}\n{file.read_text()[-1000:]}" for file in sorted(self.data.glob("*.log")))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
