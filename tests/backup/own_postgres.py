"""A PostgreSQL that mindspace does not start, backed up by `mindspace backup` with the files of deploy/backup. The tests of this
folder need root, and the program as it ships in MINDSPACE_SHIPPED_BINARY."""

import os
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "deploy"))

from support import AS_POSTGRES, POSTGRES, ROOT, Servers, attempt, eventually, run

PROGRAM = os.environ.get("MINDSPACE_SHIPPED_BINARY", str(ROOT / "build/release/mindspace"))
ENVIRONMENT = {"PATH": os.environ["PATH"]}  # without variables that would be settings
UNAVAILABLE = 69  # EX_UNAVAILABLE


def make_folder(test):
    """A directory for the duration of the test, which is skipped if it is not run by root."""
    if os.geteuid() != 0:
        test.skipTest("SKIPPED: needs root")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-backup-"))
    test.addCleanup(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    return folder


def make_directories(folder, *names):
    """Private to postgres."""
    for name in names:
        (folder / name).mkdir(mode=0o700)
        shutil.chown(folder / name, "postgres", "postgres")


def adapt(name, file, lines, more=""):
    """Writes the file of deploy/backup with other lines in place of these, each of which it has once, and more at its end."""
    text = "\n" + (ROOT / "deploy/backup" / name).read_text(encoding="utf-8")
    for old, new in lines.items():
        assert text.count(f"\n{old}\n") == 1, f"{name} does not have this line once: {old}"
        text = text.replace(f"\n{old}\n", f"\n{new}\n")
    file.write_text(text + more, encoding="utf-8")
    shutil.chown(file, "postgres", "postgres")
    file.chmod(0o600)


class OwnPostgres(unittest.TestCase):
    """Its data directory is servers.data; pgBackRest's configuration and that of `mindspace backup` are `pgbackrest` and
    `settings`."""

    # Lines of deploy/backup/pgbackrest.conf that choose the repository, and those instead of them.
    def repository(self):
        return {"repo1-path=/var/lib/pgbackrest": f"repo1-path={self.folder}/repository"}

    def setUp(self):
        self.folder = make_folder(self)
        make_directories(self.folder, "repository", "spool", "lock", "log", "state")
        self.servers = Servers(self.folder)
        self.addCleanup(self.servers.stop)
        self.pgbackrest = self.folder / "pgbackrest.conf"
        self.settings = self.folder / "backup.toml"
        self.configure(self.pgbackrest, self.servers.data, self.servers.database_port)
        self.configure_program(self.settings, self.pgbackrest)
        archiving = (ROOT / "deploy/backup/postgresql.conf").read_text(encoding="utf-8")
        with open(self.servers.data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(archiving.replace("pgbackrest ", f"pgbackrest --config={self.pgbackrest} "))
        self.servers.restart_postgres()
        self.servers.query("CREATE ROLE postgres SUPERUSER LOGIN")
        run(PROGRAM, "migrate", "--set", f"database.url={self.servers.database}", "--set", "process.user=postgres",
            cwd=self.folder, env=ENVIRONMENT)
        run(f"{POSTGRES}/psql", "-X", "-v", "ON_ERROR_STOP=1", self.servers.database, "-f", ROOT / "deploy/backup/grants.sql")

    def configure(self, file, data, port, lines=None, more=""):
        """pgBackRest for the PostgreSQL with that data directory."""
        adapt("pgbackrest.conf", file, self.repository() | (lines or {}) | {
            "spool-path=/var/spool/pgbackrest": f"spool-path={self.folder}/spool", "log-level-file=info": "log-level-file=detail",
            "pg1-path=/var/lib/postgresql/15/main": f"pg1-path={data}", "pg1-port=5432": f"pg1-port={port}"},
            f"{more}\npg1-socket-path={data}\npg1-user=mindspace\n[global]\nlock-path={self.folder}/lock/{file.stem}\n"
            f"log-path={self.folder}/log\nio-timeout=10\njob-retry-interval=1\n")

    def configure_program(self, file, pgbackrest):
        adapt("mindspace-backup.toml", file, {
            'config_file = "/etc/pgbackrest/pgbackrest.conf"': f'config_file = "{pgbackrest}"',
            'url = "host=/var/run/postgresql dbname=mindspace user=mindspace"': f'url = "{self.servers.database}"'})
        text = file.read_text().replace('"/var/lib/mindspace-backup"', f'"{self.folder}/state"')
        file.write_text(text)

    def command(self, *words):
        return [*AS_POSTGRES, PROGRAM, "backup", *words, "--config", self.settings]

    def backup(self, *words):
        """What the command prints, which succeeds."""
        return run(*self.command(*words), cwd=self.folder, env=ENVIRONMENT).stdout

    def fail_to_backup(self, *words, code=UNAVAILABLE):
        """What the command prints, which fails with that exit code."""
        ended = attempt(*self.command(*words), cwd=self.folder, env=ENVIRONMENT)
        self.assertEqual(ended.returncode, code, ended.stdout)
        return ended.stdout

    def insert(self, *names):
        for name in names:
            self.servers.query(f"INSERT INTO login_emails SELECT '{name}', gen_random_uuid()")

    def archive(self):
        """Has PostgreSQL archive what was written until now, and waits for it."""
        segment = self.servers.query("SELECT pg_walfile_name(pg_switch_wal())").strip()
        eventually(lambda: self.servers.query(f"SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver").strip() == "t",
                   self.archiver)

    def archiver(self):
        return self.servers.query("SELECT * FROM pg_stat_archiver")

    def use_restored(self):
        """Restores into a new directory, and continues with PostgreSQL on it."""
        restored = self.folder / "state" / "restored"
        self.assertIn("keys rotate --now", self.backup("restore", "--into", restored))
        self.servers.stop_postgres()
        self.servers.data = restored
        self.servers.postgres_server = self.servers.start_postgres()
        eventually(lambda: attempt(*self.servers.psql("SELECT 1")).returncode == 0, "the restored PostgreSQL")

    def names(self):
        return self.servers.query("SELECT email_key FROM login_emails ORDER BY 1").split()
