#!/usr/bin/env python3
"""The units of deploy/backup on a machine with systemd (../deploy/machine.py), set up as docs/operations/backups.md says for a
PostgreSQL of one's own: their jobs succeed as postgres, a timer starts one, and the metrics show successes and failures. Needs
root, and the program in MINDSPACE_SHIPPED_BINARY."""

import re
import shutil
import unittest

from own_postgres import PROGRAM, ROOT, make_folder
from machine import Machine
from support import eventually

MIGRATE = "mindspace migrate --set 'database.url=host=/var/run/postgresql dbname=mindspace user=mindspace' --set process.user=postgres"
SETUP = f"""
[[ ! -e /etc/postgresql/15/main ]] || pg_dropcluster 15 main
pg_createcluster 15 main -- -A peer
install -m 644 /usr/share/mindspace/backup/postgresql.conf /etc/postgresql/15/main/conf.d/backup.conf
echo "listen_addresses = ''" >/etc/postgresql/15/main/conf.d/test.conf
sed -i '1i local mindspace mindspace peer map=mindspace' /etc/postgresql/15/main/pg_hba.conf
echo 'mindspace postgres mindspace' >>/etc/postgresql/15/main/pg_ident.conf
install -D -o postgres -m 600 /usr/share/mindspace/backup/pgbackrest.conf /etc/pgbackrest/pgbackrest.conf
install -D -o postgres -m 600 /usr/share/mindspace/backup/mindspace-backup.toml /etc/mindspace/backup.toml
cp /usr/share/mindspace/backup/systemd/* /etc/systemd/system
mkdir -p /var/lib/prometheus/node-exporter
systemctl daemon-reload
systemctl start postgresql@15-main
runuser -u postgres -- createuser mindspace
runuser -u postgres -- createdb -O mindspace mindspace
runuser -u postgres -- {MIGRATE}
runuser -u postgres -- psql -f /usr/share/mindspace/backup/grants.sql mindspace
systemctl enable --now mindspace-backup@full.timer mindspace-backup@incremental.timer mindspace-backup@verify.timer
"""
SOON = """[Timer]
OnCalendar=
OnActiveSec=1s
RandomizedDelaySec=0
AccuracySec=100ms
"""


class Units(unittest.TestCase):
    def setUp(self):
        if not shutil.which("systemctl"):
            self.skipTest("SKIPPED: not installed: systemctl")
        folder = make_folder(self)
        self.machine = Machine("database", folder, lambda *_: "")
        self.addCleanup(self.machine.end)
        if not self.machine.boots:
            self.skipTest("SKIPPED: systemd cannot run here: " + (folder / "database.boot").read_text())
        shutil.copy(PROGRAM, self.machine.file("/usr/bin/mindspace"))
        shutil.rmtree(self.machine.file("/usr/share/mindspace"), ignore_errors=True)
        shutil.copytree(ROOT / "deploy/backup", self.machine.file("/usr/share/mindspace/backup"))
        self.machine.run("set -e" + SETUP)

    def kinds(self):
        """Of the backups, oldest first."""
        listed = self.machine.attempt("runuser -u postgres -- mindspace backup list --config /etc/mindspace/backup.toml")
        return re.findall(r"\b(full|incremental)\b", listed.stdout)

    def metric(self, name):
        page = self.machine.run("cat /var/lib/prometheus/node-exporter/mindspace_backup.prom")
        return float(re.search(rf"(?m)^{re.escape(name)} (.*)$", page)[1])

    def test_their_jobs_are_run(self):
        self.machine.run("systemd-analyze verify /etc/systemd/system/mindspace-backup@*.timer")
        for kind in ("full", "incremental", "verify"):
            self.assertRegex(self.machine.run(f"systemctl show -p NextElapseUSecRealtime mindspace-backup@{kind}.timer"), r"=\w")
        self.machine.run("systemctl start mindspace-backup@full")
        self.assertEqual(self.kinds(), ["full"])
        self.machine.run("systemctl start mindspace-backup@verify")
        for task in ("created", "proven"):
            self.assertGreater(self.metric(f"mindspace_backup_{task}_timestamp_seconds"), 0)

        timer = "/etc/systemd/system/mindspace-backup@incremental.timer"
        self.machine.run(f"mkdir {timer}.d && cat >{timer}.d/soon.conf <<'END'\n{SOON}END")
        self.machine.run("systemctl daemon-reload && systemctl restart mindspace-backup@incremental.timer")
        eventually(lambda: self.kinds() == ["full", "incremental"], lambda: self.machine.attempt("journalctl --lines 30").stdout)
        # A start while the job still runs would be that job.
        eventually(lambda: "inactive" in self.machine.run("systemctl show -p ActiveState mindspace-backup@incremental"), "the job has ended")

        self.machine.run("mv /var/lib/pgbackrest /var/lib/unmounted")
        self.assertNotEqual(self.machine.attempt("systemctl start mindspace-backup@incremental").returncode, 0)
        self.assertEqual(self.metric('mindspace_backup_failures_total{task="create"}'), 1)
        self.assertIn("pgbackrest", self.machine.run("journalctl --unit mindspace-backup@incremental --lines 5"))
        self.machine.run("mv /var/lib/unmounted /var/lib/pgbackrest && systemctl start mindspace-backup@incremental")
        self.assertEqual(self.kinds(), ["full", "incremental", "incremental"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
