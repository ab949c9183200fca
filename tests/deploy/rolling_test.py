#!/usr/bin/env python3
"""deploy/rolling.sh: all nodes of a deployment behind Nginx are replaced, three rounds, with a change of the schema in
between, while people use it. No request fails, every socket is back in seconds and misses nothing, every participant gets
the session of their group, and all that was acknowledged is counted. And what it does when a new version is no good."""

import http.server
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from deployment import PROGRAM, make_deployment, start_node, stop_node
from people import People
from support import ROOT, attempt, run

ROUNDS = 3
RATE = 200  # requests a second
PEOPLE, SOCKETS_EACH = 63, 8
BACK_WITHIN = 5  # seconds, on a machine that keeps up


def start_rolling(deployment):
    """rolling.sh for all nodes; its process."""
    nodes = deployment.folder / "nodes"
    nodes.write_text("# roles first\n" + "".join(f"{name} {deployment.management_url(name)}\n" for name in deployment.nodes))
    upstreams = deployment.folder / "nginx/mindspace/nodes.conf"
    addresses = " ".join(f"[{name}]=127.0.0.1:{port}"
                         for name, (role, port, _) in deployment.nodes.items() if role == "gateway")
    move = (f'declare -A at=({addresses}); [[ -z ${{at[$NODE]:-}} ]] || '
            f'{ROOT}/deploy/nginx-node.sh %s "${{at[$NODE]}}" {upstreams}')
    words = [ROOT / "deploy/rolling.sh", "--nodes", nodes, "--version", run(PROGRAM, "--version").stdout.strip(),
             "--watch", "0.3", "--take-out", move % "down", "--put-back", move % "up",
             "--replace", f"{sys.executable} {__file__} replace {deployment.folder} $NODE"]
    return subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env=os.environ | {"NGINX": " ".join(deployment.nginx)})


def lines_about(failures, deployment):
    """What the nodes logged of the requests of these failures."""
    ids = set(re.findall(r'"requestId":"([^"]+)"', " ".join(map(repr, failures))))
    return "\n".join(f"{name}: {line}" for name in deployment.nodes
                     for line in (deployment.folder / f"{name}.log").read_text().splitlines() if any(id in line for id in ids))


class Rolling(unittest.TestCase):
    def test_three_rounds_fail_no_request(self):
        deployment = make_deployment(self)
        people = People(deployment, RATE, PEOPLE, SOCKETS_EACH)
        took = []

        with people.using_the_site():
            for i in range(ROUNDS):
                if i == 1:  # what the next version's migration would do: the nodes run on a schema that is ahead
                    deployment.servers.query(
                        "BEGIN; SET LOCAL lock_timeout = '5s'; ALTER TABLE users ADD COLUMN of_the_next_version text;"
                        "INSERT INTO schema_migrations (version, name, checksum)"
                        " SELECT max(version) + 1, 'next', 'of another program' FROM schema_migrations; COMMIT")
                began = time.monotonic()
                rolling = start_rolling(deployment)
                output = rolling.communicate(timeout=600)[0]
                self.assertEqual(rolling.returncode, 0, output)
                took.append(time.monotonic() - began)

        print(f"rolling: {', '.join(f'{t:.0f} s' for t in took)} for {len(deployment.nodes)} nodes; "
              f"{people.outcomes.total()} requests, {len(people.failures)} failed; "
              f"{len(people.absences)} sockets came back, at most {max(people.absences):.1f} s away")
        self.assertEqual(people.failures[:3], [], lines_about(people.failures[:3], deployment))
        self.assertEqual(people.missed[:3], [])
        self.assertEqual(set(people.codes) - {1012}, set(), "sockets are asked to reconnect")
        busy = max(1.0, os.getloadavg()[0] / os.cpu_count())  # how many processes want each core
        self.assertLess(max(people.absences), BACK_WITHIN * busy)
        self.assertGreaterEqual(len(people.absences), PEOPLE * SOCKETS_EACH)
        people.expect_everything_counted(self)


class FakeNode:
    """What rolling.sh requests of a node: version, readiness and counters."""

    def __init__(self, name):
        self.name, self.version, self.ready, self.bad, self.all = name, "1", True, 0, 0
        node = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                node.all += 100
                text = (f'mindspace_build_info{{version="{node.version}"}} 1\n'
                        f'mindspace_http_requests_total{{route="/a",status="2xx"}} {node.all}\n'
                        f'mindspace_http_requests_total{{route="/a",status="5xx"}} {node.bad}\n')
                self.send_response(200 if node.ready else 503)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


class RollingBack(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-rolling-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.nodes = [FakeNode(name) for name in ("a", "b", "c")]
        for node in self.nodes:
            self.addCleanup(node.server.shutdown)
        (self.folder / "nodes").write_text("".join(f"{node.name} {node.url}\n" for node in self.nodes))

    def roll(self, become):
        """Rolls to version 2; become(node, version) is what replacing does. The exit code, and the order of replacing."""
        done = self.folder / "done"
        done.write_text("")
        words = [ROOT / "deploy/rolling.sh", "--nodes", self.folder / "nodes", "--version", "2", "--watch", "0.2",
                 "--ready-within", "2", "--replace", f"echo $NODE $VERSION >>{done}; sleep 0.3"]
        rolling = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        seen = 0
        while rolling.poll() is None:
            lines = done.read_text().split("\n")[:-1]
            for line in lines[seen:]:
                name, version = line.split()
                become(next(node for node in self.nodes if node.name == name), version)
            seen = len(lines)
            time.sleep(0.02)
        self.output = rolling.communicate()[0]
        return rolling.returncode, done.read_text().split("\n")[:-1]

    @staticmethod
    def work(node, version):
        node.version = version

    def test_all_is_well(self):
        self.assertEqual(self.roll(self.work), (0, ["a 2", "b 2", "c 2"]))

    def test_a_node_that_is_not_ready_is_rolled_back_with_those_before_it(self):
        def become(node, version):
            node.version, node.ready = version, not (node.name == "b" and version == "2")
        self.assertEqual(self.roll(become), (1, ["a 2", "b 2", "b 1", "a 1"]))
        self.assertIn("b is not ready", self.output)

    def test_another_version_than_the_wanted_is_rolled_back(self):
        self.assertEqual(self.roll(lambda node, version: None), (1, ["a 2", "a 1"]))
        self.assertIn("a runs 1, not 2", self.output)

    def test_errors_are_rolled_back(self):
        broken = threading.Event()

        def become(node, version):
            node.version = version
            if node.name == "b" and version == "2":
                broken.set()
                threading.Thread(target=fail, daemon=True).start()

        def fail():
            while broken.is_set():
                self.nodes[0].bad += 50
                time.sleep(0.05)
        code, order = self.roll(become)
        broken.clear()
        self.assertEqual((code, order), (1, ["a 2", "b 2", "b 1", "a 1"]))
        self.assertIn("are 5xx", self.output)

    def test_a_site_that_is_not_well_is_left_alone(self):
        self.nodes[2].ready = False
        self.assertEqual(self.roll(self.work), (1, []))

    def test_wrong_arguments_are_refused(self):
        self.assertEqual(attempt(ROOT / "deploy/rolling.sh", "--nodes", "/none").returncode, 64)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "replace":
        place, who = pathlib.Path(sys.argv[2]), sys.argv[3]
        stop_node(place, who)
        start_node(place, who, PROGRAM)
    else:
        unittest.main(verbosity=2, warnings="ignore")
