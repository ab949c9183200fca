"""What the tests of the monitoring have in common: the running program, and Prometheus and Alertmanager that watch it."""

import json
import os
import pathlib
import shutil
import tempfile
import unittest

from roles import ROLES, Roles
from watch import Monitoring, Webhook

NEEDED = ["prometheus", "prometheus-alertmanager", "prometheus-node-exporter", "prometheus-blackbox-exporter"]


class Watched(unittest.TestCase):
    """A class of tests that share one running program (`here`) and its `monitoring`, whose alerts arrive at `webhook`."""

    @classmethod
    def start_program(cls, *needed):
        """Skips the tests unless they are run by root and the programs that are needed are installed."""
        missing = [name for name in [*NEEDED, *needed] if not shutil.which(name)]
        if os.geteuid() != 0 or missing:
            raise unittest.SkipTest("SKIPPED: needs root" if not missing else f"SKIPPED: not installed: {missing}")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-monitoring-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.folder.chmod(0o755)
        cls.here = cls.run_until_the_end(Roles(cls.folder))

    @classmethod
    def start_monitoring(cls, *exporters):
        """Returns once everything is scraped: the roles, the site, this machine, and further node_exporters by address."""
        cls.webhook = cls.run_until_the_end(Webhook())
        nodes = [{"labels": {"role": role}, "targets": [f"127.0.0.1:{port}"]} for role, port in cls.here.management.items()]
        sites = [{"labels": {"__exporter__": "BLACKBOX_EXPORTER_ADDRESS", "__param_module": "site_self_signed"},
                  "targets": [cls.here.site.url + "/readyz"]}]
        hosts = [{"targets": ["NODE_EXPORTER_ADDRESS", *exporters]}]
        cls.monitoring = cls.run_until_the_end(Monitoring(cls.folder, {
            "mindspace.yml": json.dumps(nodes), "sites.yml": json.dumps(sites), "hosts.yml": json.dumps(hosts)}, cls.webhook))
        cls.monitoring.wait(len(ROLES) + len(exporters) + 2)

    @classmethod
    def run_until_the_end(cls, part):
        cls.addClassCleanup(part.stop)
        return part
