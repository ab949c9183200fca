#!/usr/bin/env python3
"""Backups from a standby: a streaming replica, the lines of deploy/backup/pgbackrest.conf for it, and the primary reached through
pgBackRest's own server, over TLS with certificates of both sides. Needs root, and the program in MINDSPACE_SHIPPED_BINARY."""

import pathlib
import re
import subprocess
import unittest

from own_postgres import OwnPostgres, make_directories
from support import AS_POSTGRES, POSTGRES, attempt, eventually, free_port, run


class Standby(OwnPostgres):
    def setUp(self):
        super().setUp()
        self.tls_port, self.standby_port = free_port(), free_port()
        self.make_certificates()
        self.start_tls_server()
        self.standby, self.standby_configuration = self.folder / "standby", self.folder / "standby.conf"
        make_directories(self.folder, "standby")
        run(*AS_POSTGRES, f"{POSTGRES}/pg_basebackup", "-D", self.standby, "-R", "-X", "stream", "-C", "-S", "standby", "-c",
            "fast", "-d", self.servers.database)
        self.standby_server = self.start_standby()
        self.addCleanup(self.stop_standby)
        # From here on pgBackRest's configuration is the one of the standby's machine.
        self.configure(self.standby_configuration, self.standby, self.standby_port, {
            "#backup-standby=y": "backup-standby=y", "#pg2-host=": "pg2-host=localhost", "#pg2-host-type=tls": "pg2-host-type=tls",
            "#pg2-host-ca-file=/etc/pgbackrest/tls/ca.pem": f"pg2-host-ca-file={self.folder}/tls/ca.pem",
            "#pg2-host-cert-file=/etc/pgbackrest/tls/node.pem": f"pg2-host-cert-file={self.folder}/tls/standby.pem",
            "#pg2-host-key-file=/etc/pgbackrest/tls/node.key": f"pg2-host-key-file={self.folder}/tls/standby.key",
            "#pg2-path=/var/lib/postgresql/15/main": f"pg2-path={self.servers.data}"},
            f"pg2-host-port={self.tls_port}\npg2-host-config={self.pgbackrest}\npg2-port={self.servers.database_port}\n"
            f"pg2-socket-path={self.servers.data}\npg2-user=mindspace\n")
        self.configure_program(self.settings, self.standby_configuration)

    def make_certificates(self):
        make_directories(self.folder, "tls")
        tls = self.folder / "tls"
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        run(*AS_POSTGRES, "openssl", "req", "-x509", *key, "-days", "2", "-subj", "/CN=Authority of a test", "-keyout",
            tls / "ca.key", "-out", tls / "ca.pem")
        for host, name in (("primary", "localhost"), ("standby", "standby")):
            (tls / "names").write_text(f"subjectAltName=DNS:{name}\n")
            (tls / "names").chmod(0o644)
            run(*AS_POSTGRES, "openssl", "req", *key, "-subj", f"/CN={name}", "-keyout", tls / f"{host}.key", "-out",
                tls / f"{host}.request")
            run(*AS_POSTGRES, "openssl", "x509", "-req", "-days", "2", "-in", tls / f"{host}.request", "-CA", tls / "ca.pem",
                "-CAkey", tls / "ca.key", "-CAcreateserial", "-extfile", tls / "names", "-out", tls / f"{host}.pem")

    def start_tls_server(self):
        """On the primary's machine: pgbackrest.service of the Debian package."""
        tls = self.folder / "tls"
        self.configure(self.pgbackrest, self.servers.data, self.servers.database_port, {
            "#tls-server-address=*": "tls-server-address=127.0.0.1",
            "#tls-server-auth=standby.example=mindspace": "tls-server-auth=standby=mindspace",
            "#tls-server-ca-file=/etc/pgbackrest/tls/ca.pem": f"tls-server-ca-file={tls}/ca.pem",
            "#tls-server-cert-file=/etc/pgbackrest/tls/node.pem": f"tls-server-cert-file={tls}/primary.pem",
            "#tls-server-key-file=/etc/pgbackrest/tls/node.key":
                f"tls-server-key-file={tls}/primary.key\ntls-server-port={self.tls_port}"})
        server = subprocess.Popen([*AS_POSTGRES, "pgbackrest", "server", f"--config={self.pgbackrest}"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)

    def start_standby(self):
        archive = f"pgbackrest --config={self.standby_configuration} --stanza=mindspace archive-push %p"  # once it is promoted
        server = subprocess.Popen([*AS_POSTGRES, f"{POSTGRES}/postgres", "-D", self.standby, "-p", str(self.standby_port), "-k",
                                   self.standby, "-c", "max_connections=300", "-c", f"archive_command={archive}"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        eventually(lambda: self.query_standby("SELECT pg_is_in_recovery()") == "t", "the standby")
        return server

    def stop_standby(self):
        self.standby_server.terminate()
        self.standby_server.wait()

    def query_standby(self, sql):
        return attempt(f"{POSTGRES}/psql", "-X", "-A", "-t", "-h", "127.0.0.1", "-p", str(self.standby_port), "-U", "mindspace",
                       "mindspace", "-c", sql).stdout.strip()

    def sources(self):
        """How many files of the last backup came from the standby, and how many from the primary."""
        log = (self.folder / "log/mindspace-backup.log").read_text().rpartition("P00   INFO: backup command begin")[2]
        return (len(re.findall(rf"backup file {self.standby}/", log)),
                len(re.findall(rf"backup file localhost:{self.servers.data}/", log)))

    def test_is_backed_up_and_continues_when_a_server_is_lost(self):
        self.insert("ada")
        self.assertIn("full", self.backup("create"))
        from_standby, from_primary = self.sources()
        self.assertGreater(from_standby, 100 * from_primary)
        self.insert("bob")
        self.assertIn("incremental", self.backup("create", "--incremental"))
        self.assertIn("restored and equal", self.backup("verify"))

        self.stop_standby()
        self.assertIn("unable to find standby", self.fail_to_backup("create"))
        self.standby_server = self.start_standby()
        self.insert("cyd")
        position = self.servers.query("SELECT pg_current_wal_lsn()").strip()
        eventually(lambda: self.query_standby(f"SELECT pg_last_wal_replay_lsn() >= '{position}'") == "t", "replication")
        self.servers.stop_postgres()
        self.assertIn("unable to find primary", self.fail_to_backup("create"))
        # The standby becomes the primary, and is backed up without another one until there is a new standby.
        self.assertEqual(self.query_standby("SELECT pg_promote()"), "t")
        self.query_standby("CHECKPOINT")
        text = self.standby_configuration.read_text()
        self.standby_configuration.write_text(re.sub(r"(?m)^(backup-standby|pg2-).*\n", "", text))
        self.configure_program(self.settings, self.standby_configuration)
        self.settings.write_text(self.settings.read_text().replace(f":{self.servers.database_port}/", f":{self.standby_port}/"))
        self.backup("create")
        self.assertIn("restored and equal", self.backup("verify"))
        self.use_restored()
        self.assertEqual(self.names(), ["ada", "bob", "cyd"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
