#!/usr/bin/env python3
"""The drill: under load the data directory is destroyed, and restored on another one from the repository alone. It reports how
much was lost (RPO) and how long it took (RTO). Before that, damage of the repository is found; after it, a restore to a point
in time keeps dead what was revoked since. A PostgreSQL with the files of deploy/backup is backed up and
restored, too. Needs root, and the program in MINDSPACE_SHIPPED_BINARY."""

import datetime
import email
import email.policy
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import uuid

from support import AS_POSTGRES, POSTGRES, ROOT, Servers, Site, attempt, eventually, free_port, run

PROGRAM = os.environ.get("MINDSPACE_SHIPPED_BINARY", str(ROOT / "build/release/mindspace"))
ENVIRONMENT = {"PATH": os.environ["PATH"]}  # without variables that would be settings
PASSWORD = "seven quiet mornings"
RPO = 60  # seconds
LOSS = 65  # EX_DATAERR: a restore would lose data
BUSY = 75  # EX_TEMPFAIL: another job is running
RESET_LINK = re.compile(r"/reset-password\?token=([\w.~-]+)")


def process_ids(file):
    return int(file.read_text().split()[0])


class Load(threading.Thread):
    """Stores sessions of past days, one after the other, and remembers those that were acknowledged, and when."""

    def __init__(self, site, token):
        super().__init__(daemon=True)
        self.site, self.token = site, token
        self.acknowledged = []  # time, id
        self.stopping = False

    def run(self):
        day = datetime.date(2025, 1, 1)
        while not self.stopping:
            session = str(uuid.uuid4())
            day += datetime.timedelta(days=1)
            if day.year == 2026:
                day = datetime.date(2025, 1, 1)
            body = {"sessions": [{"id": session, "kind": "breathing", "durationSeconds": 900, "startedAt": f"{day}T07:00:00Z"}]}
            status, _ = self.site.request("/api/v1/sessions/import", body, self.token)
            if status == 200:
                self.acknowledged.append((time.time(), session))
            time.sleep(0.03)  # a steady load, far below what the machine can do

    def stop(self):
        self.stopping = True
        self.join()


class Drill(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("SKIPPED: needs root")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-backup-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        self.repository = self.folder / "repository"
        self.key = self.folder / "key"
        self.key.write_text("a passphrase of the backups, kept elsewhere\n")
        shutil.chown(self.key, "postgres")
        self.key.chmod(0o400)
        for name in ("repository", "first", "second"):
            (self.folder / name).mkdir(mode=0o700)
            shutil.chown(self.folder / name, "postgres", "postgres")
        self.port = free_port()
        self.program = None
        self.addCleanup(self.stop)

    def settings(self, data):
        return ENVIRONMENT | {
            "HOME": str(self.folder), "MINDSPACE_PROCESS_USER": "postgres", "MINDSPACE_DATA_DIR": str(data),
            "MINDSPACE_BACKUP_DIRECTORY": str(self.repository), "MINDSPACE_BACKUP_KEY_FILE": str(self.key),
            "MINDSPACE_HTTP_ADDRESS": "127.0.0.1", "MINDSPACE_HTTP_PORT": str(self.port), "MINDSPACE_MANAGEMENT_PORT": "0",
            "MINDSPACE_HTTP_CORES": "1", "MINDSPACE_HTTP_MAX_QUEUE_DELAY_MS": "60000", "MINDSPACE_RATE_LIMIT_SCALE": "1000",
            "MINDSPACE_AUTH_ARGON2_MEMORY_KIB": "64", "MINDSPACE_AUTH_ARGON2_PASSES": "1"}

    def start(self, data):
        self.data = data
        with open(self.folder / "program.log", "ab") as log:
            self.program = subprocess.Popen([PROGRAM, "up"], env=self.settings(data), stdout=log, stderr=log, cwd=self.folder)
        self.site = Site(f"http://127.0.0.1:{self.port}", self.log)
        self.site.wait()

    def stop(self):
        if self.program and self.program.poll() is None:
            self.program.terminate()
            self.program.wait()

    def log(self):
        files = [self.folder / "program.log", *self.folder.glob("*/log/postgres.log"), *self.folder.glob("*/backup/log/*.log")]
        return "".join(f"\n{file}:\n{file.read_text(errors='replace')[-3000:]}" for file in files)

    def backup(self, *words, data=None):
        return attempt(PROGRAM, "backup", *words, env=self.settings(data or self.data), cwd=self.folder)

    def expect_exit(self, code, *words, data=None):
        ended = None

        def is_over():
            nonlocal ended
            ended = self.backup(*words, data=data)
            return ended.returncode != BUSY  # with a job of the program's own schedule

        eventually(is_over, self.log)
        self.assertEqual(ended.returncode, code, f"{words}: {ended.stdout}\n{self.log()}")
        return ended.stdout

    def query(self, sql):
        return run(f"{POSTGRES}/psql", "-X", "-A", "-t", "-h", self.data / "run", "-U", "mindspace", "mindspace", "-c",
                   sql).stdout.split()

    def register(self, name):
        account = {"email": f"{name}.{time.time_ns()}@example.org", "password": PASSWORD, "displayName": name}
        response = self.site.expect(201, "/api/v1/auth/register", account)
        return {"email": account["email"], "id": response["user"]["id"]} | response["tokens"]

    def reset_tokens(self, user):
        """Of the links to reset the password in the mails to the user."""
        mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                 for file in (self.data / "mail").glob("*.eml")]
        return [token for mail in mails if user["email"] in mail["To"]
                for token in RESET_LINK.findall(mail.get_body(("plain",)).get_content())]

    def damage(self, change, expected):
        """The proof must find what `change` does to the repository; the repository is then as before."""
        good = self.folder / "good"
        run("cp", "-a", self.repository, good)
        change()
        self.assertRegex(self.expect_exit(LOSS, "verify"), expected)
        # What was archived in the meantime stays.
        run("cp", "-a", f"{good}/.", self.repository)
        shutil.rmtree(good)

    def flip_a_byte(self):
        file = next(self.repository.glob("backup/mindspace/*F/bundle/1"))
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)

    def remove_a_segment(self):
        segments = sorted(self.repository.glob("archive/mindspace/*/*/0000000*-*"))
        segments[-2].unlink()

    def wait_until_archived(self):
        """What there is by now, by nothing but the time that passes."""
        began = time.time()
        segment = self.query("SELECT pg_walfile_name(pg_current_wal_lsn())")[0]
        eventually(lambda: self.query(f"SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver") == ["t"], self.log)
        print(f"\na change was archived after {time.time() - began:.1f} s", flush=True)

    def destroy(self):
        """As if the machine were gone: nothing is shut down, nothing more is archived."""
        self.program.send_signal(signal.SIGSTOP)
        os.kill(process_ids(self.data / "postgres/data/postmaster.pid"), signal.SIGKILL)
        self.program.kill()
        self.program.wait()
        destroyed = time.time()
        eventually(lambda: attempt("pgrep", "-f", f"{self.data}/").returncode != 0, "the end of its servers")
        shutil.rmtree(self.data)
        return destroyed

    def expect_dead(self, user):
        self.assertEqual(self.site.request("/api/v1/users/me", None, user["accessToken"])[0], 401)
        self.assertEqual(self.site.request("/api/v1/auth/refresh", {"refreshToken": user["refreshToken"]})[0], 401)

    def log_in(self, user):
        return self.site.expect(200, "/api/v1/auth/login", {"email": user["email"], "password": PASSWORD})["tokens"]["accessToken"]

    def test_restores_what_was_acknowledged(self):
        self.start(self.folder / "first")
        eventually(lambda: self.backup("list").returncode == 0, self.log)  # the first backup needs no request
        load = Load(self.site, self.register("load")["accessToken"])
        load.start()
        self.addCleanup(load.stop)

        self.assertIn("restored and equal", self.expect_exit(0, "verify"))
        self.damage(self.flip_a_byte, "damaged")
        self.damage(self.remove_a_segment, "segment 0000000.* is missing")

        revoked = self.register("revoked")
        self.site.expect(202, "/api/v1/auth/password/forgot", {"email": revoked["email"]})
        eventually(lambda: self.reset_tokens(revoked), self.log)
        link = self.reset_tokens(revoked)[0]
        before = datetime.datetime.now(datetime.timezone.utc)
        eventually(lambda: load.acknowledged[-1][0] > before.timestamp() + 0.1, "a change after the point in time")
        self.site.expect(204, "/api/v1/auth/logout", {}, revoked["accessToken"])
        later = self.register("later")
        self.wait_until_archived()
        destroyed = self.destroy()
        load.stop()

        began = time.time()
        output = self.expect_exit(0, "restore", data=self.folder / "second")
        self.start(self.folder / "second")
        rto = time.time() - began
        found = set(self.query("SELECT session_id FROM meditation_sessions"))
        lost = [at for at, session in load.acknowledged if session not in found]
        rpo = destroyed - min(lost) if lost else 0
        print(f"{output}\nacknowledged: {len(load.acknowledged)}, lost: {len(lost)}; RPO {rpo:.1f} s, RTO {rto:.1f} s", flush=True)
        self.assertGreater(len(load.acknowledged), 100)
        self.assertLess(rpo, RPO)
        self.expect_dead(later)
        self.expect_dead(revoked)
        self.assertEqual(self.site.expect(200, "/api/v1/users/me", None, self.log_in(later))["displayName"], "later")
        run(PROGRAM, "analytics", "verify", env=self.settings(self.data))
        # The restored program backs up, into the same repository.
        eventually(lambda: "full" in self.backup("list").stdout.splitlines()[-1], self.log)

        self.stop()
        output = self.expect_exit(0, "restore", "--to", before.isoformat(timespec="milliseconds"))
        self.assertIn("the previous database is kept", output)
        self.start(self.data)
        self.assertEqual(self.query(f"SELECT count(*) FROM users WHERE user_id = '{revoked['id']}'"), ["1"])
        self.assertEqual(self.query(f"SELECT count(*) FROM users WHERE user_id = '{later['id']}'"), ["0"])
        self.expect_dead(revoked)
        reset = {"token": link, "newPassword": "another quiet morning"}
        self.site.expect(422, "/api/v1/auth/password/reset", reset)
        self.log_in(revoked)
        run(PROGRAM, "analytics", "verify", env=self.settings(self.data))
        # It archives a timeline of its own, not once more that of the first restore.
        self.wait_until_archived()
        self.expect_exit(0, "create")
        timelines = {file.name[:8] for file in self.repository.glob("archive/mindspace/*/0000000*.history")}
        self.assertEqual(timelines, {"00000002", "00000003"})


class OwnServer(unittest.TestCase):
    """A PostgreSQL that mindspace does not start, with the files of deploy/backup."""

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("SKIPPED: needs root")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-backup-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        for name in ("repository", "spool", "lock", "log", "state"):
            (self.folder / name).mkdir(mode=0o700)
            shutil.chown(self.folder / name, "postgres", "postgres")
        self.servers = Servers(self.folder)
        self.addCleanup(self.servers.stop)
        self.pgbackrest = self.adapted("pgbackrest.conf", "{}={}", {
            "repo1-path": self.folder / "repository", "spool-path": self.folder / "spool", "log-level-file": "off",
            "pg1-path": self.servers.data, "pg1-port": self.servers.database_port},
            f"pg1-socket-path={self.servers.data}\npg1-user=mindspace\n[global]\nlock-path={self.folder}/lock\n"
            f"log-path={self.folder}/log\n")
        self.settings = self.adapted("mindspace-backup.toml", '{} = "{}"', {
            "data_dir": self.folder / "state", "config_file": self.pgbackrest, "url": self.servers.database})
        archiving = (ROOT / "deploy/backup/postgresql.conf").read_text(encoding="utf-8")
        with open(self.servers.data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(archiving.replace("pgbackrest ", f"pgbackrest --config={self.pgbackrest} "))
        self.servers.restart_postgres()
        self.servers.query("CREATE ROLE postgres SUPERUSER LOGIN")
        run(PROGRAM, "migrate", "--set", f"database.url={self.servers.database}", "--set", "process.user=postgres",
            cwd=self.folder, env=ENVIRONMENT)
        run(f"{POSTGRES}/psql", "-X", "-v", "ON_ERROR_STOP=1", self.servers.database, "-f", ROOT / "deploy/backup/grants.sql")
        self.servers.query("INSERT INTO login_emails SELECT 'ada', gen_random_uuid()")

    def adapted(self, name, form, values, more=""):
        """The file of deploy/backup with other values of these keys, each of which it sets once."""
        text = (ROOT / "deploy/backup" / name).read_text(encoding="utf-8")
        for key, value in values.items():
            text, count = re.subn(rf"(?m)^{key} ?=.*$", form.format(key, value), text)
            self.assertEqual(count, 1, key)
        file = self.folder / name
        file.write_text(text + more, encoding="utf-8")
        shutil.chown(file, "postgres", "postgres")
        return file

    def backup(self, *words):
        return run(*AS_POSTGRES, PROGRAM, "backup", *words, "--config", self.settings, cwd=self.folder,
                   env=ENVIRONMENT).stdout

    def test_is_backed_up_proven_and_restored(self):
        self.assertIn("full", self.backup("create"))
        self.servers.query("INSERT INTO login_emails SELECT 'bob', gen_random_uuid()")
        self.assertIn("incremental", self.backup("create", "--incremental"))
        self.assertIn("restored and equal", self.backup("verify"))
        metrics = self.backup("status", "--metrics")
        for task in ("created", "proven"):
            self.assertRegex(metrics, rf"mindspace_backup_{task}_timestamp_seconds [1-9]")
        restored = self.folder / "state" / "restored"
        self.assertIn("keys rotate --now", self.backup("restore", "--into", restored))
        self.servers.stop_postgres()
        self.servers.data = restored
        self.servers.postgres_server = self.servers.start_postgres()
        eventually(lambda: attempt(*self.servers.psql("SELECT 1")).returncode == 0, "the restored PostgreSQL")
        self.assertEqual(self.servers.query("SELECT email_key FROM login_emails ORDER BY 1").split(), ["ada", "bob"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
