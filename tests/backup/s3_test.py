#!/usr/bin/env python3
"""Backups in object storage: `mindspace backup` and PostgreSQL's archiving with the S3 settings of deploy/backup/pgbackrest.conf,
against a stand-in of the storage (s3_standin.py), which also refuses and recovers. Needs root, and the program in
MINDSPACE_SHIPPED_BINARY."""

import itertools
import unittest

from own_postgres import OwnPostgres, make_folder
from s3_standin import BUCKET, KEY, REGION, SECRET, ObjectStorage
from support import eventually, run


class S3(OwnPostgres):
    def repository(self):
        return {"repo1-path=/var/lib/pgbackrest": "", "#repo1-type=s3": "repo1-type=s3",
                "#repo1-path=/mindspace": "repo1-path=/mindspace", "#repo1-s3-bucket=": f"repo1-s3-bucket={BUCKET}",
                "#repo1-s3-endpoint=": "repo1-s3-endpoint=localhost", "#repo1-s3-region=": f"repo1-s3-region={REGION}",
                "#repo1-s3-key=": f"repo1-s3-key={KEY}", "#repo1-s3-key-secret=": f"repo1-s3-key-secret={SECRET}",
                "#repo1-cipher-type=aes-256-cbc": "repo1-cipher-type=aes-256-cbc",
                "#repo1-cipher-pass=": "repo1-cipher-pass=of the backups, kept elsewhere\nrepo1-s3-uri-style=path\n"
                f"repo1-storage-host=localhost\nrepo1-storage-port={self.storage.port}\n"
                f"repo1-storage-ca-file={self.certificate}"}

    def setUp(self):
        folder = make_folder(self)
        self.certificate = folder / "certificate.pem"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out",
            self.certificate)
        self.certificate.chmod(0o644)
        self.storage = ObjectStorage(self.certificate, folder / "key.pem")
        self.addCleanup(self.storage.end)
        super().setUp()

    def test_is_backed_up_proven_and_restored(self):
        self.insert("ada")
        self.assertIn("full", self.backup("create"))
        self.assertFalse(any(b"migrations" in content for content in self.storage.objects.values()))  # encrypted

        self.storage.refuses = lambda: True
        self.insert("bob")
        self.servers.query("SELECT pg_switch_wal()")
        eventually(lambda: self.servers.query("SELECT failed_count > 0 FROM pg_stat_archiver").strip() == "t", self.archiver)
        self.assertRegex(self.fail_to_backup("create"), "the repository is unavailable: .*503")
        self.assertRegex(self.fail_to_backup("verify"), "503")
        self.assertRegex(self.fail_to_backup("status"), "failed at .*503")
        self.insert("cyd")  # whatever the storage does

        # It recovers, but every sixth request is still refused.
        count = itertools.count()
        self.storage.refuses, self.storage.refused = lambda: next(count) % 6 == 5, 0
        self.archive()
        self.assertIn("incremental", self.backup("create", "--incremental").splitlines()[-1])
        self.assertIn("restored and equal", self.backup("verify"))
        self.assertGreater(self.storage.refused, 10)
        self.storage.refuses = lambda: False
        self.use_restored()
        self.assertEqual(self.names(), ["ada", "bob", "cyd"])

    def test_says_why_the_storage_refuses(self):
        text = self.pgbackrest.read_text()
        self.pgbackrest.write_text(text.replace(SECRET, "another"))
        self.assertIn("SignatureDoesNotMatch", self.fail_to_backup("create"))
        self.pgbackrest.write_text(text.replace(f"repo1-storage-ca-file={self.certificate}", ""))
        self.assertIn("certificate", self.fail_to_backup("create"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
