#!/usr/bin/env python3
"""The log comes to Elasticsearch through the real rsyslog with deploy/logging/rsyslog.conf: every line once, while the endpoint
that stands in for Elasticsearch fails in every way and rsyslog is stopped, killed and started. It is an instance of its own."""

import itertools
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "deploy"))
from bulk_endpoint import BulkEndpoint
from support import ROOT, eventually

LOGGING = ROOT / "deploy/logging"
BATCH = 1000  # queue.dequeueBatchSize


class Rsyslog(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-rsyslog-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.logs, self.state, self.work = (self.folder / name for name in ("logs", "state", "work"))
        for directory in (self.logs, self.state, self.work):
            directory.mkdir()
        (self.folder / "api-key").write_text("a2V5OnZhbHVl\n")
        self.ids, self.numbers = set(), itertools.count()
        self.endpoint = BulkEndpoint("a2V5OnZhbHVl")
        self.endpoint.open()
        self.endpoint.close()
        self.configure({"/var/log/mindspace": self.logs, "/var/lib/mindspace-logging": self.state,
                        "/usr/share/mindspace/logging": LOGGING, "/etc/mindspace/secrets/elasticsearch-api-key":
                        self.folder / "api-key", "https://elasticsearch.example:9200":
                        f"http://127.0.0.1:{self.endpoint.port}", '"100000"': '"6000"', '"50000"': '"3000"'})
        self.rsyslog = None
        self.addCleanup(self.stop)  # which also ends the program that it has started
        self.addCleanup(self.endpoint.close)

    def configure(self, replacements):
        text = (LOGGING / "rsyslog.conf").read_text()
        for shipped, here in replacements.items():
            self.assertIn(shipped, text)
            text = text.replace(shipped, str(here))
        (self.folder / "rsyslog.conf").write_text(
            f'global(workDirectory="{self.work}")\n{text}\naction(type="omfile" file="{self.folder}/messages")\n')

    def write(self, count, **members):
        documents = [{"@timestamp": "2026-11-30T09:00:00.000Z", "log.level": "info", "message": 'a "request" \\ %é\t',
                      "event.id": f"0123456789abcdef-{number:x}"} | members
                     for number in itertools.islice(self.numbers, count)]
        with open(self.logs / "mindspace_2026-11-30.log", "a", encoding="utf-8") as file:
            file.writelines(json.dumps(document, ensure_ascii=False) + "\n" for document in documents)
        self.ids |= {document["event.id"] for document in documents}

    def start(self):
        with open(self.folder / "output", "ab") as output:
            self.rsyslog = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "rsyslogd", "-n", "-f",
                                             self.folder / "rsyslog.conf", "-i", self.folder / "pid"], stderr=output)

    def stop(self, with_signal=signal.SIGTERM):
        if self.rsyslog:
            self.rsyslog.send_signal(with_signal)
            self.rsyslog.wait()

    def output(self):
        """Of rsyslog, and of the program that it starts."""
        return "".join(file.read_text() for file in (self.folder / "output", self.state / "output") if file.exists())

    def in_flight(self):
        return list(self.state.glob("in-flight-*"))

    def wait_for_requests(self, count=1):
        before = self.endpoint.requests
        eventually(lambda: self.endpoint.requests >= before + count, self.output)

    def wait_for_refused(self):
        before = self.output().count("Connection refused")
        eventually(lambda: self.output().count("Connection refused") > before, self.output)

    def expect_each_once(self):
        eventually(lambda: self.ids <= set(self.endpoint.stored_ids()),
                   lambda: f"{len(self.endpoint.documents)} of {len(self.ids)} lines\n{self.output()[-3000:]}")
        self.assertEqual(sorted(self.endpoint.stored_ids()), sorted(self.ids))
        self.assertEqual(self.endpoint.faults, [])
        self.assertFalse((self.state / "rejected.ndjson").exists())

    def test_stores_each_line_once_whatever_fails(self):
        endpoint = self.endpoint
        self.write(2 * BATCH)
        self.write(1, message="long " * 20000)
        self.start()
        for _ in range(2):
            eventually(self.in_flight, self.output)
            self.stop()
            self.start()
            self.wait_for_refused()
        for mode in ("unavailable", "lose the response"):
            endpoint.mode = mode
            if mode == "unavailable":
                endpoint.open()
            self.wait_for_requests()
            self.stop()
            self.write(BATCH)
            self.start()
            self.wait_for_requests(2)
        endpoint.mode = "busy"
        self.expect_each_once()
        self.write(BATCH)
        self.expect_each_once()
        self.assertTrue(endpoint.busy and endpoint.conflicts)

        # Away and back, without a restart; then stopped and killed while lines are in flight.
        endpoint.close()
        self.write(BATCH)
        self.wait_for_refused()
        endpoint.mode = "slow"
        endpoint.open()
        self.expect_each_once()
        for with_signal in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
            self.write(BATCH)
            self.wait_for_requests()
            self.stop(with_signal)
            self.start()
        endpoint.mode = "store"
        self.expect_each_once()
        eventually(lambda: not self.in_flight(), "nothing in flight")

    def test_leaves_lines_in_their_files_while_the_queue_is_full(self):
        self.write(9000)
        self.start()
        self.wait_for_refused()
        self.stop()
        self.start()
        self.wait_for_refused()
        self.write(BATCH)
        self.stop(signal.SIGKILL)
        self.start()
        self.endpoint.open()
        self.expect_each_once()


if __name__ == "__main__":
    unittest.main(verbosity=2)
