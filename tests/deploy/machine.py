"""A Debian 12 with systemd: this machine's own files, copy-on-write, with separate processes. The network is shared."""

import json
import os
import pathlib
import socket
import subprocess
import threading
import time

from support import attempt, eventually

CGROUPS = pathlib.Path("/sys/fs/cgroup")
# Runs as process 1 of the machine until systemd takes over. It begins with few units: what others have enabled on the
# machine that lends its files stays off.
BOOT = """
set -euo pipefail
place=$1 name=$2 root=$1/root
mount -t tmpfs -o mode=755 tmpfs "$place"
mkdir "$place"/{changes,work,root}
mount -t overlay -o "lowerdir=/,upperdir=$place/changes,workdir=$place/work" overlay "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
if [[ -d /sys/fs/cgroup/systemd ]]; then
    mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
    mkdir "$root/sys/fs/cgroup/systemd"
    mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
else
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
fi
for folder in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs "$root/$folder"; done
mount -t tmpfs tmpfs "$root/var/lib/dpkg/updates" # or an installation that the lender has under way would be its own
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root"/dev/{shm,pts,mqueue} "$root/run/before"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
rm -rf "$root"/{etc,var/lib}/mindspace* "$root"/usr/sbin/policy-rc.d "$root"/var/lib/man-db/auto-update
: >"$root/etc/fstab"
mkdir "$root/asks"
mount --bind "$3" "$root/asks"
for word in certbot doctl editor aws scp ssh; do ln -s /asks/ask "$root/usr/local/bin/$word"; done
# An own root directory rather than a changed one, in which units could have no user namespaces.
cd "$root"
pivot_root . run/before
umount -l /run/before
mount --make-rshared /
hostname "$name"
exec env -i container=other PATH=/usr/sbin:/usr/bin /lib/systemd/systemd --unit=sysinit.target
"""
# What a machine cannot really have is asked of the test: see Machine.asked.
ASK = """#!/usr/bin/python3 -I
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as test:
    test.connect("/asks/socket")
    test.sendall(json.dumps([os.path.basename(sys.argv[0]), *sys.argv[1:]]).encode() + b"\\n")
    answer = json.loads(test.makefile().read())
print(answer["said"], end="")
sys.exit(answer["code"])
"""


class Machine:
    """asked(machine, words) stands in for certbot, doctl, aws, ssh, scp and an editor: it returns what they print, and
    throws where they fail."""

    def __init__(self, name, folder, asked):
        self.name, self.asked = name, asked
        place, asks = folder / name, folder / f"{name}.asks"
        place.mkdir()
        asks.mkdir()
        (asks / "ask").write_text(ASK)
        (asks / "ask").chmod(0o755)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(asks / "socket"))
        self.listener.listen()
        threading.Thread(target=self.answer, daemon=True).start()
        hierarchies = [CGROUPS] if (CGROUPS / "cgroup.procs").exists() else CGROUPS.iterdir()  # version 2 or 1
        self.groups = [hierarchy / f"mindspace-{os.getpid()}-{name}" for hierarchy in hierarchies
                       if (hierarchy / "cgroup.procs").exists()]
        self.log = open(folder / f"{name}.boot", "w+b")
        self.parent = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--fork",
             "--kill-child", "bash", "-c", BOOT, "boot", place, name, asks],
            stdout=self.log, stderr=self.log, preexec_fn=self.enter_groups)
        children = pathlib.Path(f"/proc/{self.parent.pid}/task/{self.parent.pid}/children")
        eventually(lambda: self.parent.poll() is not None or children.read_text(), "process 1 of " + name)
        self.init = children.read_text().strip() if self.parent.poll() is None else "0"
        self.root = pathlib.Path(f"/proc/{self.init}/root")
        eventually(lambda: self.parent.poll() is not None or
                   self.attempt("systemctl is-active sysinit.target").returncode == 0, "systemd of " + name)
        self.boots = self.parent.poll() is None

    def enter_groups(self):
        for group in self.groups:
            try:
                group.mkdir()
                (group / "cgroup.procs").write_text(str(os.getpid()))
            except OSError:
                pass  # a hierarchy that wants more settings first, or is read-only

    def answer(self):
        while True:
            try:
                asking = self.listener.accept()[0]
            except OSError:
                return
            with asking:
                words = json.loads(asking.makefile().readline())
                try:
                    said = {"code": 0, "said": self.asked(self, words) or ""}
                except Exception as failure:
                    said = {"code": 1, "said": f"{words[0]}: {failure}\n"}
                asking.sendall(json.dumps(said).encode())

    def attempt(self, command):
        return attempt("nsenter", f"--target={self.init}", "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--root", "--wd",
                       "bash", "-c", "cd /root && " + command, stdin=subprocess.DEVNULL,
                       env={"PATH": "/usr/local/bin:/usr/sbin:/usr/bin", "HOME": "/root", "LANG": "C.UTF-8",
                            "DEBIAN_FRONTEND": "noninteractive"})

    def run(self, command):
        ended = self.attempt(command)
        if ended.returncode != 0:
            log = self.attempt("systemctl --failed --no-pager --plain; journalctl --no-pager --lines 30").stdout
            raise AssertionError(f"{self.name}# {command}\nexited with {ended.returncode}:\n{ended.stdout}\n{log}")
        return ended.stdout

    def file(self, path):
        """Where the machine has it, for this process."""
        return self.root / os.path.join("root", path).lstrip("/")

    def end(self):
        self.listener.close()
        if self.init != "0" and self.parent.poll() is None:
            os.kill(int(self.init), 9)
        self.parent.wait()
        self.log.close()
        for group in self.groups:
            deadline = time.monotonic() + 10
            while group.exists() and time.monotonic() < deadline:
                for folder, _, _ in os.walk(group, topdown=False):
                    try:
                        os.rmdir(folder)
                    except OSError:
                        pass  # its last process is ending
                time.sleep(0.05)
