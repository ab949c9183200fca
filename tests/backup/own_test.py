#!/usr/bin/env python3
"""Backups of a PostgreSQL of one's own, on a disk: made, proven and restored; and nothing is lost when that disk is full, or
when a backup is killed. Needs root, and the program in MINDSPACE_SHIPPED_BINARY."""

import subprocess
import unittest

from own_postgres import ENVIRONMENT, PROGRAM, OwnPostgres
from support import attempt, eventually, run


class Own(OwnPostgres):
    def mount_small_disk(self):
        """As the repository."""
        disk = self.folder / "repository"
        run("mount", "-t", "tmpfs", "-o", "size=32M,mode=700,uid=postgres,gid=postgres", "backups", disk)
        self.addCleanup(run, "umount", "--lazy", disk)

    def write_noise(self):
        """40 MB that cannot be compressed."""
        self.servers.query("CREATE TABLE noise AS SELECT string_agg(sha512((i * 16 + j)::text::bytea), '') AS bytes "
                           "FROM generate_series(1, 40000) i, generate_series(1, 16) j GROUP BY i")

    def test_is_backed_up_proven_and_restored(self):
        self.assertIn("full", self.backup("create"))
        self.insert("ada")
        self.assertIn("incremental", self.backup("create", "--incremental"))
        self.assertIn("restored and equal", self.backup("verify"))
        metrics = self.backup("status", "--metrics")
        for task in ("created", "proven"):
            self.assertRegex(metrics, rf"mindspace_backup_{task}_timestamp_seconds [1-9]")
        self.use_restored()
        self.assertEqual(self.names(), ["ada"])

    def test_loses_nothing_when_the_disk_is_full(self):
        self.mount_small_disk()
        self.backup("create")
        self.write_noise()
        self.servers.query("SELECT pg_switch_wal()")
        eventually(lambda: self.servers.query("SELECT failed_count > 0 FROM pg_stat_archiver").strip() == "t", self.archiver)
        self.assertRegex(self.fail_to_backup("create"), "No space left on device|was not archived")
        self.insert("ada")
        run("mount", "-o", "remount,size=500M", self.folder / "repository")
        self.archive()
        self.assertIn("incremental", self.backup("create", "--incremental"))
        self.assertIn("restored and equal", self.backup("verify"))
        self.use_restored()
        self.assertEqual(self.names(), ["ada"])

    def test_continues_after_a_backup_was_killed(self):
        self.write_noise()
        self.backup("create")
        backup = subprocess.Popen(self.command("create"), cwd=self.folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.STDOUT)
        partial = self.folder / "repository/backup/mindspace"
        eventually(lambda: len([*partial.glob("*F/backup.manifest.copy")]) == 2 or backup.poll() is not None, "files of a backup")
        self.assertIsNone(backup.poll(), "it was over before it could be killed")
        backup.kill()
        backup.wait()
        self.assertEqual(self.backup("list").count("full"), 1)
        eventually(lambda: attempt("pgrep", "-f", f"pgbackrest.*{self.folder}.* backup").returncode != 0, "the end of pgBackRest")
        self.assertIn("full", self.backup("create"))
        self.assertIn("restored and equal", self.backup("verify"))

    def test_names_the_version_that_does_not_know_a_setting(self):
        if "2.45" not in run("pgbackrest", "version").stdout:
            self.skipTest("SKIPPED: this pgBackRest knows SFTP")
        with open(self.pgbackrest, "a", encoding="utf-8") as file:
            file.write("repo1-type=sftp\nrepo1-sftp-host=backups.example\nrepo1-sftp-host-user=backups\n")
        expected = "'sftp' is not allowed for 'repo1-type' option; installed is pgBackRest 2.45, a later one may know it"
        self.assertIn(expected, self.fail_to_backup("create"))
        self.assertIn(expected, self.fail_to_backup("status"))
        doctor = attempt(PROGRAM, "doctor", "--config", self.settings, cwd=self.folder, env=ENVIRONMENT)
        self.assertIn(expected, doctor.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
