#!/usr/bin/env python3
"""What goes wrong around the backups of the embedded PostgreSQL loses nothing: a full disk of backups, backups and restores
that are killed. Needs root, and the program in MINDSPACE_SHIPPED_BINARY."""

import subprocess
import unittest
import urllib.request
import uuid

from embedded import EmbeddedPostgres
from own_postgres import PROGRAM, UNAVAILABLE
from support import POSTGRES, attempt, eventually, run

STEPS = ("restoring the backup", "replaying the changes", "bringing the schema up to date")  # of a restore, before the swap


class Faults(EmbeddedPostgres):
    def store(self, token):
        """A session; returns its id once it is acknowledged."""
        session = {"id": str(uuid.uuid4()), "kind": "breathing", "durationSeconds": 900, "startedAt": "2025-01-01T07:00:00Z"}
        self.site.expect(200, "/api/v1/sessions/import", {"sessions": [session]}, token)
        return session["id"]

    def stored(self):
        return set(self.query("SELECT session_id FROM meditation_sessions"))

    def metric(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.management_port}/metrics", timeout=30) as response:
            return next(line.split()[1] for line in response.read().decode().splitlines() if line.startswith(name + " "))

    def switch_segment(self):
        run(f"{POSTGRES}/psql", "-X", "-h", self.data / "run", "-U", "postgres", "postgres", "-c", "SELECT pg_switch_wal()")

    def test_a_full_disk(self):
        run("mount", "-t", "tmpfs", "-o", "size=400M,mode=700,uid=postgres,gid=postgres", "backups", self.repository)
        self.addCleanup(run, "umount", "--lazy", self.repository)
        self.start(self.folder / "first")
        self.await_first_backup()
        token = self.register("ada")["accessToken"]
        filler = self.repository / "filler"
        run("sh", "-c", f"cat /dev/zero >{filler} || true")
        sessions = {self.store(token)}
        self.switch_segment()
        eventually(lambda: self.metric("mindspace_backup_archiving_fails") == "1", self.log)
        self.assertIn("the disk of the backups is full", self.expect_exit(UNAVAILABLE, "create"))
        sessions.add(self.store(token))
        filler.unlink()
        self.switch_segment()  # PostgreSQL would wait for a minute before it repeats
        self.wait_until_archived()
        self.expect_exit(0, "create", "--incremental")
        self.assertIn("restored and equal", self.expect_exit(0, "verify"))
        self.assertEqual(self.stored(), sessions)

    def kill_backup(self):
        """In the middle: when pgBackRest is at work."""
        backup = subprocess.Popen([PROGRAM, "backup", "create"], env=self.settings(self.data), cwd=self.folder,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        working = lambda: attempt("pgrep", "-f", f"pgbackrest backup.*{self.data}").returncode == 0
        eventually(lambda: working() or backup.poll() is not None, "a backup")
        backup.kill()
        self.assertEqual(backup.wait(), -9)
        eventually(lambda: not working(), "the end of pgBackRest")

    def kill_restore(self, step):
        """When it has reported that step."""
        restore = subprocess.Popen([PROGRAM, "backup", "restore"], env=self.settings(self.data), cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with restore.stdout:
            for line in restore.stdout:
                if line.startswith(step):
                    restore.kill()
        self.assertEqual(restore.wait(), -9, f"killed at: {step}")
        eventually(lambda: attempt("pgrep", "-f", f"{self.data}/").returncode != 0, "the end of what it had started")

    def test_backups_and_restores_that_are_killed(self):
        self.start(self.folder / "first")
        self.await_first_backup()
        user = self.register("ada")
        sessions = {self.store(user["accessToken"])}
        self.kill_backup()
        self.expect_exit(0, "create")
        self.assertIn("restored and equal", self.expect_exit(0, "verify"))
        sessions.add(self.store(user["accessToken"]))

        self.stop()
        for step in STEPS:
            self.kill_restore(step)
        self.start(self.data)  # as if none had been begun
        self.assertEqual(self.site.request("/api/v1/users/me", None, user["accessToken"])[0], 200)
        self.assertEqual(self.stored(), sessions)

        self.stop()
        self.kill_restore(STEPS[-1])
        self.assertIn("the previous database is kept", self.expect_exit(0, "restore"))
        self.start(self.data)
        self.assertEqual(self.stored(), sessions)
        self.assertEqual(self.site.request("/api/v1/users/me", None, user["accessToken"])[0], 401)


if __name__ == "__main__":
    unittest.main(verbosity=2)
