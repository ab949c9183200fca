#!/usr/bin/env python3
"""Real faults of the running program, its servers and its machine, each seen as an alert at the webhook of a real
Alertmanager, and resolved once the fault has ended. Rules and configurations are those that ship, with shorter durations
(watch.shortened). Needs root, and the program as it ships in MINDSPACE_SHIPPED_BINARY."""

import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "deploy"))

from roles import People
from support import attempt, eventually, free_port, run
from watched import Watched

DISK = 4 << 20


class SmallDisk:
    """A file system of 4 MiB, and a node_exporter that sees it: both in namespaces of their own. It is at /srv: the exporter
    leaves out /mnt and what is below /dev, where the folder of the test may be (/dev/shm)."""

    def __init__(self):
        self.port = free_port()
        command = (f"mount -t tmpfs -o size={DISK} disk /srv && exec prometheus-node-exporter --collector.disable-defaults "
                   f"--collector.filesystem --web.listen-address=127.0.0.1:{self.port}")
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                                         "bash", "-c", command], stderr=subprocess.DEVNULL)
        eventually(lambda: attempt("pgrep", "-P", str(self.process.pid)).returncode == 0, "the exporter of the disk")
        inside = run("pgrep", "-P", str(self.process.pid)).stdout.strip()
        self.file = pathlib.Path(f"/proc/{inside}/root/srv/file")

    def fill(self):
        self.file.write_bytes(bytes(DISK * 97 // 100))

    def stop(self):
        self.process.kill()  # unshare ignores SIGTERM; its child ends with it
        self.process.wait()


class Faults(Watched):
    @classmethod
    def setUpClass(cls):
        cls.start_program("redis-cli")
        cls.disk = cls.run_until_the_end(SmallDisk())
        cls.here.site.do_main_job()
        cls.run_until_the_end(People(cls.here.site))
        cls.start_monitoring(f"127.0.0.1:{cls.disk.port}")

    def expect(self, *names):
        """They arrive at the webhook, each at the receiver for its severity."""
        for name in names:
            try:
                eventually(lambda name=name: self.webhook.fires(name), "the alert " + name)
            except AssertionError as late:
                raise AssertionError(f"{late}; firing: {self.webhook.firing}\n{self.monitoring.logs()}") from None
            print(f"{time.monotonic() - self.began:4.0f} s: {name}", flush=True)

    def expect_silence(self, *names):
        for name in names:
            eventually(lambda name=name: not self.webhook.fires(name), f"the end of {name}: {self.webhook.firing.get(name)}")

    def redis(self, *words):
        run("redis-cli", "-p", str(self.here.servers.redis_port), *words)

    def test_alerts_arrive_and_are_resolved(self):
        self.began = time.monotonic()
        self.data_that_is_wrong()
        waiting = self.here.hold("SELECT pg_current_xact_id()")  # events of later transactions wait for this one
        self.servers_and_machines_that_fail()
        self.processes_that_fail()
        self.expect("OutboxLags")
        waiting.terminate()
        waiting.wait()
        self.expect_silence("OutboxLags")
        self.database_that_stops()
        self.expect_silence("DeadLetters", "StatisticsDiverge", "HighErrorRate", "NodeRestarts")
        self.assertEqual({self.webhook.seen[name] for name in ("NodeDown", "RedisUnavailable", "DiskFullSoon")}, {"critical"})
        self.assertEqual({self.webhook.seen[name] for name in ("DeadLetters", "ReplicaLags", "OutboxLags")}, {"warning"})

    def data_that_is_wrong(self):
        query = self.here.servers.query
        self.expect_silence("DeadLetters", "OutboxPartitionMissing", "StatisticsDiverge")
        # An event that cannot be read, on a day that has no partition.
        query("INSERT INTO outbox (type, user_id, payload, occurred_at, written_on) "
              "VALUES ('session.completed', gen_random_uuid(), '{}', now(), '2001-01-01')")
        query("UPDATE daily_totals SET seconds = seconds + 60")
        self.expect("DeadLetters", "OutboxPartitionMissing", "StatisticsDiverge")
        query("DELETE FROM outbox_default")
        self.here.command("analytics", "rebuild")
        self.expect_silence("OutboxPartitionMissing")

    def servers_and_machines_that_fail(self):
        locking = self.here.hold("LOCK TABLE meditation_sessions")
        self.here.ask_replica("SELECT pg_wal_replay_pause()")
        self.redis("CONFIG", "SET", "maxmemory", "1")
        self.disk.fill()
        exporter = self.monitoring.child("node-exporter")
        self.addCleanup(os.kill, exporter, signal.SIGCONT)
        os.kill(exporter, signal.SIGSTOP)
        self.expect("CertificateExpires", "ExporterDown", "RedisMemoryFull", "ReplicaLags", "DiskFullSoon",
                    "DatabaseConnectionsExhausted", "HighErrorRate", "HighLatencyP95", "HighLatencyP99", "ErrorBudgetBurns")
        locking.terminate()
        locking.wait()
        self.here.ask_replica("SELECT pg_wal_replay_resume()")
        self.redis("CONFIG", "SET", "maxmemory", "0")
        self.disk.file.unlink()
        os.kill(exporter, signal.SIGCONT)
        self.here.make_certificate(days=300)
        self.here.signal("gateway", signal.SIGHUP)
        self.expect_silence("CertificateExpires", "ExporterDown", "RedisMemoryFull", "ReplicaLags", "DiskFullSoon",
                            "DatabaseConnectionsExhausted", "HighLatencyP95", "HighLatencyP99")

    def processes_that_fail(self):
        self.expect_silence("NodeDown", "NodeNotReady", "RoleUnavailable", "RedisUnavailable", "SiteUnreachable")
        servers = self.here.servers
        servers.redis_server.terminate()
        servers.redis_server.wait()
        self.here.signal("user", signal.SIGSTOP)
        self.expect("RedisUnavailable", "NodeDown", "NodeNotReady", "RoleUnavailable")
        self.here.signal("user", signal.SIGCONT)
        servers.redis_server = servers.start_redis()
        self.here.signal("gateway", signal.SIGSTOP)
        self.expect("SiteUnreachable")
        self.here.signal("gateway", signal.SIGCONT)
        started = f'process_start_time_seconds{{instance="127.0.0.1:{self.here.management["analytics"]}"}}'
        for _ in range(3):
            before = self.monitoring.query(started)
            self.here.restart("analytics")
            eventually(lambda before=before: self.monitoring.query(started) not in (before, []), "the new process")
        self.expect("NodeRestarts")
        self.expect_silence("RedisUnavailable", "NodeDown", "NodeNotReady", "RoleUnavailable", "SiteUnreachable")

    def database_that_stops(self):
        servers = self.here.servers
        servers.stop_postgres()
        self.expect("DatabaseUnavailable")
        servers.postgres_server = servers.start_postgres()
        self.expect_silence("DatabaseUnavailable")


if __name__ == "__main__":
    unittest.main(verbosity=2)
