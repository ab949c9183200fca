"""Containers on this machine, with podman in a storage of this test; and an image with the servers of this machine's
packages, in place of the images of others."""

import os
import shutil
import subprocess

from support import ROOT, attempt, run

CONTAINERS = """[containers]
log_driver = "k8s-file"
default_ulimits = ["nofile={files}:{files}", "nproc={files}:{files}"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
"""
STANDIN = "localhost/mindspace-standin"
FOLDERS = ("proc sys dev tmp run usr root etc/ssl etc/pgbouncer etc/prometheus etc/alertmanager var/log var/lib/postgresql "
           "var/lib/rabbitmq var/run/postgresql var/tmp var/cache docker-entrypoint-initdb.d")
SETTINGS = ("passwd", "group", "nsswitch.conf", "alternatives", "ld.so.conf", "ld.so.conf.d", "ld.so.cache", "nginx")


class Podman:
    @staticmethod
    def missing():
        """The programs that are needed and not installed."""
        return [name for name in ("podman", "runc", "podman-compose", "iptables") if not shutil.which(name)]

    def __init__(self, folder):
        folder.mkdir()
        self.policy = folder / "policy.json"
        self.policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        (folder / "containers.conf").write_text(CONTAINERS.format(files=20000))
        (folder / "storage.conf").write_text(f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/root"\n'
                                             f'runroot = "{folder}/run"\n')
        self.environment = os.environ | {"CONTAINERS_CONF": str(folder / "containers.conf"),
                                         "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
                                         "STANDIN": str(ROOT / "tests/deploy/standin")}

    def __call__(self, *words, how=run, **options):
        """Runs `podman WORDS…`."""
        ended = how("podman", *words, env=self.environment, **options)
        return subprocess.CompletedProcess(ended.args, ended.returncode, without_noise(ended.stdout))

    def import_standin(self, folder):
        """A root file system of empty folders, and of /etc what the servers want."""
        for name in FOLDERS.split():
            (folder / name).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (folder / name).symlink_to("usr/" + name)
        for name in ("tmp", "var/run/postgresql"):
            (folder / name).chmod(0o1777)
        for name in SETTINGS:
            run("cp", "-a", "/etc/" + name, folder / "etc")
        archive = folder.with_suffix(".tar")
        run("tar", "-C", folder, "-cf", archive, ".")
        self("import", "--quiet", archive, STANDIN)

    def end(self):
        """Removes all containers, volumes, networks and images of the storage."""
        for words in (("rm", "--all", "--force", "--time", "1"), ("volume", "prune", "--force"),
                      ("network", "prune", "--force"), ("rmi", "--all", "--force")):
            self(*words, how=attempt)


def without_noise(text):
    """podman's output without its errors about missing timers of systemd for health checks."""
    return "".join(line for line in text.splitlines(True) if "/run/systemd/private" not in line)
