#!/usr/bin/env python3
"""The log of the program comes to Elasticsearch, or rather to an endpoint that stands in for it: every line once, while the
endpoint fails in every way, the sender is killed and files are rotated. What Elasticsearch and Kibana know of fields is what
the program writes. Needs root, and the program in MINDSPACE_SHIPPED_BINARY."""

import fnmatch
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "deploy"))
from bulk_endpoint import BulkEndpoint
from support import ROOT, Servers, Site, eventually, free_port, run

PROGRAM = os.environ.get("MINDSPACE_SHIPPED_BINARY", str(ROOT / "build/release/mindspace"))
LOGGING = ROOT / "deploy/logging"
TODAY = "2026-11-30"
TYPES = {"date": str, "keyword": (str, list), "wildcard": str, "match_only_text": str, "ip": str, "long": int}


def lines_of_a_run(folder):
    """What the program writes when it does its main job and a mail cannot be sent, by its log files."""
    servers, port, logs = Servers(folder), free_port(), folder / "logs"
    try:
        settings = {"PATH": os.environ["PATH"], "HOME": str(folder), "MINDSPACE_DATA_DIR": str(folder / "data"),
                    "MINDSPACE_DATABASE_URL": servers.database, "MINDSPACE_REDIS_URL": servers.redis,
                    "MINDSPACE_HTTP_ADDRESS": "127.0.0.1", "MINDSPACE_HTTP_PORT": str(port), "MINDSPACE_HTTP_CORES": "1",
                    "MINDSPACE_HTTP_PUBLIC_URL": "https://mind.example", "MINDSPACE_MANAGEMENT_PORT": str(free_port()),
                    "MINDSPACE_MAIL_URL": f"smtp://127.0.0.1:{free_port()}",
                    "MINDSPACE_TRACES_URL": f"http://127.0.0.1:{free_port()}/v1/traces",
                    "MINDSPACE_LOG_DIRECTORY": str(logs), "MINDSPACE_AUTH_SECRET_FILE": str(folder / "auth-secret"),
                    "MINDSPACE_GATEWAY_SECRET_FILE": str(folder / "gateway-secret")}
        for secret in ("auth-secret", "gateway-secret"):
            (folder / secret).write_text("a secret of this test and of no other\n")
        run(PROGRAM, "migrate", env=settings)
        with open(folder / "stdout", "wb") as stdout:
            program = subprocess.Popen([PROGRAM, "serve"], env=settings, stdout=stdout, stderr=stdout)
        read = lambda: "".join(file.read_text() for file in logs.glob("*.log"))
        site = Site(f"http://127.0.0.1:{port}", (folder / "stdout").read_text)
        site.wait()
        site.do_main_job()
        eventually(lambda: '"error.message"' in read(), read)
        program.terminate()
        program.wait()
        return [json.loads(line) for line in read().splitlines()]
    finally:
        servers.stop()


class Fields(unittest.TestCase):
    """`lines` are those of the program."""

    def test_template_has_fields_of_the_program_with_their_types(self):
        template = json.loads((LOGGING / "index-template.json").read_text())["template"]
        policy = json.loads((LOGGING / "ilm-policy.json").read_text())["policy"]
        self.assertEqual(policy["phases"]["delete"], {"min_age": "30d", "actions": {"delete": {}}})
        for field, mapping in template["mappings"]["properties"].items():
            values = [line[field] for line in lines if field in line]
            self.assertTrue(values, f"the program writes no {field}")
            for value in values:
                self.assertIsInstance(value, TYPES[mapping["type"]], field)
        for line in lines:
            self.assertLessEqual({"@timestamp", "message", "log.level", "event.id"}, line.keys())

    def test_searches_have_fields_of_the_program(self):
        objects = [json.loads(line) for line in (LOGGING / "kibana-searches.ndjson").read_text().splitlines()]
        written = set().union(*lines)
        patterns = {saved["id"] for saved in objects if saved["type"] == "index-pattern"}
        searches = [saved for saved in objects if saved["type"] == "search"]
        self.assertEqual(len(objects), len(patterns) + len(searches))
        for saved in searches:
            source = json.loads(saved["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
            query = source["query"]["query"]
            in_query = set(re.findall(r"([@\w.]+) *(?::|[<>]=?)", re.sub(r'"[^"]*"', '""', query)))
            self.assertTrue(in_query)
            for field in in_query | set(saved["attributes"]["columns"]):
                self.assertIn(field, written, saved["id"])
            self.assertEqual([(reference["name"], reference["id"] in patterns) for reference in saved["references"]],
                             [(source["indexRefName"], True)])


class Setup(unittest.TestCase):
    def test_gives_elasticsearch_and_kibana_the_files(self):
        endpoint = BulkEndpoint("a2V5OnZhbHVl")
        endpoint.open()
        self.addCleanup(endpoint.close)
        url = f"http://127.0.0.1:{endpoint.port}"
        run(LOGGING / "setup.sh", url, url + "/kibana", "--header", "Authorization: ApiKey a2V5OnZhbHVl")
        template = json.loads((LOGGING / "index-template.json").read_text())
        policy = template["template"]["settings"]["index.lifecycle.name"]
        for path, file in {"/_index_template/mindspace-logs": "index-template.json",
                           f"/_ilm/policy/{policy}": "ilm-policy.json",
                           "/kibana/api/saved_objects/_import?overwrite=true": "kibana-searches.ndjson"}.items():
            self.assertIn((LOGGING / file).read_bytes(), endpoint.received.get(path, b""), path)
        self.assertTrue(fnmatch.fnmatch(f"mindspace-{TODAY}", *template["index_patterns"]))


class Shipping(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-shipping-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.logs, self.state = self.folder / "logs", self.folder / "state"
        self.logs.mkdir()
        (self.folder / "api-key").write_text("a2V5OnZhbHVl\n")
        self.ids, self.numbers = set(), itertools.count()
        self.write(f"mindspace_{TODAY}.log", lines)
        self.endpoint = BulkEndpoint("a2V5OnZhbHVl")
        self.endpoint.open()
        self.endpoint.close()
        self.sender = None
        self.start()
        self.addCleanup(self.kill)

    def write(self, name, documents):
        with open(self.logs / name, "a", encoding="utf-8") as file:
            file.writelines(json.dumps(document) + "\n" for document in documents)
        self.ids |= {document["event.id"] for document in documents}

    def write_new(self, count, name=f"mindspace_{TODAY}.log", **members):
        """Lines as the program writes them, with ids of their own."""
        self.write(name, [lines[number % len(lines)] | {"event.id": f"0123456789abcdef-{number:x}"} | members
                          for number in itertools.islice(self.numbers, count)])

    def append(self, text):
        with open(self.logs / f"mindspace_{TODAY}.log", "a", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        with open(self.folder / "output", "ab") as output:
            self.sender = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", LOGGING / "send_logs.py", "--url", f"http://127.0.0.1:{self.endpoint.port}",
                 "--logs", self.logs, "--state", self.state, "--api-key-file", self.folder / "api-key"], stderr=output)

    def kill(self):
        self.sender.kill()
        self.sender.wait()

    def output(self):
        return (self.folder / "output").read_text()

    def wait_for_all(self):
        eventually(lambda: self.ids <= set(self.endpoint.stored_ids()),
                   lambda: f"{len(self.endpoint.documents)} of {len(self.ids)} lines\n{self.output()[-3000:]}")

    def wait_for_requests(self, count):
        before = self.endpoint.requests
        eventually(lambda: self.endpoint.requests >= before + count, self.output)

    def wait_for_refused(self):
        before = self.output().count("Connection refused")
        eventually(lambda: self.output().count("Connection refused") > before, self.output)

    def rejected(self):
        file = self.state / "rejected.ndjson"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def expect_each_once(self):
        self.wait_for_all()
        self.assertEqual(sorted(self.endpoint.stored_ids()), sorted(self.ids))
        for (index, _), document in self.endpoint.documents.items():
            self.assertEqual(index, "mindspace-" + document["@timestamp"][:10])
        self.assertEqual(self.endpoint.faults, [])

    def test_stores_each_line_once_whatever_fails(self):
        endpoint = self.endpoint
        self.write_new(3000)
        self.wait_for_refused()
        self.kill()
        self.start()
        endpoint.mode = "unavailable"
        endpoint.open()
        self.wait_for_requests(2)
        self.assertEqual(endpoint.documents, {})
        self.kill()
        endpoint.mode = "lose the response"
        self.start()
        self.wait_for_requests(2)
        endpoint.mode = "busy"
        self.wait_for_all()
        self.write_new(3000)
        self.wait_for_all()
        self.assertTrue(endpoint.busy and endpoint.conflicts)

        # Away and back, without the sender noticing more than that.
        endpoint.close()
        self.write_new(1500)
        self.wait_for_refused()
        endpoint.mode = "store"
        endpoint.open()
        self.wait_for_all()

        # Killed while lines are in flight.
        endpoint.mode = "slow"
        for _ in range(4):
            self.write_new(1200)
            self.wait_for_requests(1)
            self.kill()
            self.start()
        endpoint.mode = "store"
        self.expect_each_once()

    def test_stores_each_line_once_when_files_are_rotated(self):
        log = self.logs / f"mindspace_{TODAY}.log"
        self.write_new(2500)
        self.endpoint.open()
        self.wait_for_requests(1)
        log.rename(f"{log}.1")
        self.write_new(1500)
        self.write_new(500, f"mindspace_{TODAY}.1.log")
        self.write_new(500, "mindspace_2026-12-01.log", **{"@timestamp": "2026-12-01T00:00:00.000Z"})
        self.wait_for_all()
        self.endpoint.close()
        self.write_new(1500)
        shutil.copy(log, f"{log}.2")
        os.truncate(log, 0)
        self.write_new(10)
        self.kill()
        conflicts = self.endpoint.conflicts
        self.start()
        self.endpoint.open()
        self.expect_each_once()
        self.assertEqual(self.endpoint.conflicts, conflicts, "it continued where it was")

    def test_puts_rejected_lines_aside_and_goes_on(self):
        self.write_new(5)
        stored = set(self.ids)
        self.write_new(1, message="of another type")
        self.ids = stored
        torn = ['{"@timestamp":"2026-11-30T09:00:00.000Z","event.id":"torn-1","mess', '{"message":"without an id"}']
        self.append("\n\n".join(torn) + "\n")
        self.write_new(5)
        self.endpoint.open()
        self.expect_each_once()
        eventually(lambda: len(self.rejected()) == 3, self.output)
        lines_rejected = [rejected["line"] for rejected in self.rejected()]
        self.assertLess(set(torn), set(lines_rejected))
        self.assertEqual(sum("of another type" in line for line in lines_rejected), 1)
        self.assertIn("lines rejected, now in", self.output())

    def test_waits_for_the_end_of_a_line(self):
        self.kill()
        self.append('{"@timestamp":"2026-11-30T09:00:00.000Z",')
        self.start()
        self.wait_for_refused()  # the lines before are in flight
        self.append('"event.id":"late-1","message":"complete"}\n')
        self.ids.add("late-1")
        self.endpoint.open()
        self.expect_each_once()
        self.assertEqual(self.rejected(), [])


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("SKIPPED: needs root, for servers of other accounts")
        sys.exit(0)
    with tempfile.TemporaryDirectory(prefix="mindspace-logging-") as directory:
        pathlib.Path(directory).chmod(0o755)
        lines = lines_of_a_run(pathlib.Path(directory))
    unittest.main(verbosity=2)
