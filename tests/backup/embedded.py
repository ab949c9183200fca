"""The program with the PostgreSQL that it embeds, which backs itself up. The tests of this folder need root, and the program as
it ships in MINDSPACE_SHIPPED_BINARY."""

import shutil
import subprocess
import time
import unittest

from own_postgres import ENVIRONMENT, PROGRAM, make_directories, make_folder
from support import POSTGRES, Site, attempt, eventually, free_port, run

PASSWORD = "seven quiet mornings"
BUSY = 75  # EX_TEMPFAIL: another job is running


class EmbeddedPostgres(unittest.TestCase):
    """Its data directories are "first" and "second" in the test's folder, its repository is beside them."""

    def setUp(self):
        self.folder = make_folder(self)
        self.repository = self.folder / "repository"
        self.key = self.folder / "key"
        self.key.write_text("a passphrase of the backups, kept elsewhere\n")
        shutil.chown(self.key, "postgres")
        self.key.chmod(0o400)
        make_directories(self.folder, "repository", "first", "second")
        self.port, self.management_port = free_port(), free_port()
        self.program = None
        self.addCleanup(self.stop)

    def settings(self, data):
        return ENVIRONMENT | {
            "HOME": str(self.folder), "MINDSPACE_PROCESS_USER": "postgres", "MINDSPACE_DATA_DIR": str(data),
            "MINDSPACE_BACKUP_DIRECTORY": str(self.repository), "MINDSPACE_BACKUP_KEY_FILE": str(self.key),
            "MINDSPACE_HTTP_ADDRESS": "127.0.0.1", "MINDSPACE_HTTP_PORT": str(self.port),
            "MINDSPACE_MANAGEMENT_PORT": str(self.management_port),
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

    def await_first_backup(self):
        """Which needs no request."""
        eventually(lambda: self.backup("list").returncode == 0, self.log)

    def query(self, sql):
        return run(f"{POSTGRES}/psql", "-X", "-A", "-t", "-h", self.data / "run", "-U", "mindspace", "mindspace", "-c",
                   sql).stdout.split()

    def wait_until_archived(self):
        """What there is by now, by nothing but the time that passes."""
        began = time.time()
        segment = self.query("SELECT pg_walfile_name(pg_current_wal_lsn())")[0]
        eventually(lambda: self.query(f"SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver") == ["t"], self.log)
        return time.time() - began

    def register(self, name):
        account = {"email": f"{name}.{time.time_ns()}@example.org", "password": PASSWORD, "displayName": name}
        response = self.site.expect(201, "/api/v1/auth/register", account)
        return {"email": account["email"], "id": response["user"]["id"]} | response["tokens"]

    def log_in(self, user):
        return self.site.expect(200, "/api/v1/auth/login", {"email": user["email"], "password": PASSWORD})["tokens"]["accessToken"]
