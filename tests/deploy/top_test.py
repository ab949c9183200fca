#!/usr/bin/env python3
"""`mindspace top` on a pseudo-terminal, with two nodes under load, one of which is killed and comes back. Needs root, and the
program in MINDSPACE_SHIPPED_BINARY."""

import fcntl
import os
import pathlib
import pty
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import threading
import unittest

from support import ROOT, Servers, Site, attempt, eventually, free_port

PROGRAM = os.environ.get("MINDSPACE_SHIPPED_BINARY", str(ROOT / "build/release/mindspace"))
STYLES = re.compile(r"\x1b\[[0-9;]*[mK]")
LINE_END = re.compile(r"\r+\n")  # the terminal adds a CR
RED = "\x1b[31m"
LEAVES = "\x1b[?25h\x1b[?1049l"


class Node:
    """A process with all roles; nodes have the same servers and secrets."""

    def __init__(self, folder, name, servers):
        self.folder, self.name = folder, name
        self.port, self.management = free_port(), free_port()
        self.address = f"127.0.0.1:{self.management}"
        self.site = Site(f"http://127.0.0.1:{self.port}", self.log)
        secrets = {secret: folder / secret for secret in ("auth-secret", "gateway-secret")}
        for file in secrets.values():
            file.write_text("a secret that only this test has\n")
        self.settings = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "MINDSPACE_DATA_DIR": str(folder / name),
            "MINDSPACE_DATABASE_URL": servers.database, "MINDSPACE_REDIS_URL": servers.redis,
            "MINDSPACE_HTTP_ADDRESS": "127.0.0.1", "MINDSPACE_HTTP_PORT": str(self.port), "MINDSPACE_HTTP_CORES": "1",
            "MINDSPACE_MANAGEMENT_PORT": str(self.management), "MINDSPACE_AUTH_SECRET_FILE": str(secrets["auth-secret"]),
            "MINDSPACE_GATEWAY_SECRET_FILE": str(secrets["gateway-secret"])}
        self.start()

    def start(self):
        with open(self.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", PROGRAM, "serve"], env=self.settings, stdout=log,
                                            stderr=log)
        self.site.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def log(self):
        return (self.folder / f"{self.name}.log").read_text()


class Load:
    """Requests, one after the other, until stopped."""

    def __init__(self, node):
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run, args=[node])
        self.thread.start()

    def run(self, node):
        while not self.is_over.is_set():
            node.site.request("/whoami")

    def stop(self):
        self.is_over.set()
        self.thread.join()


class Top:
    """The command on a terminal of its own, which it controls."""

    def __init__(self, *addresses, **environment):
        self.master, self.slave = pty.openpty()
        self.resize(80, 24)
        self.before = termios.tcgetattr(self.slave)
        variables = {"PATH": os.environ["PATH"], "TERM": "xterm", **environment}
        self.process = subprocess.Popen([PROGRAM, "top", *addresses], stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                        env=variables, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.output = ""
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while True:
            try:
                self.output += os.read(self.master, 65536).decode()
            except OSError:
                return

    def resize(self, width, height):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def press(self, keys):
        os.write(self.master, keys.encode())

    def lines(self):
        """The newest complete frame, as text."""
        frames = [frame for frame in self.output.split("\x1b[H")[1:] if "\x1b[J" in frame]
        return LINE_END.split(STYLES.sub("", frames[-1].split("\x1b[J")[0])) if frames else []

    def cells(self, node):
        """The node's line in the first table, by its headings; nothing while the node is down."""
        lines = self.lines()
        for at, line in enumerate(lines):
            if line.startswith("NODE") and "REQ/S" in line:
                rows = [row.split() for row in lines[at + 1:]]
                mine = [row for row in rows if len(row) == len(line.split()) and row[0] == node.address]
                return dict(zip(line.split(), mine[0])) if mine else {}
        return {}

    def wait_for(self, text):
        eventually(lambda: any(text in line for line in self.lines()), lambda: f"{text!r} in\n" + "\n".join(self.lines()))

    def is_restored(self):
        return termios.tcgetattr(self.slave) == self.before and self.output.endswith(LEAVES)

    def stop(self):
        self.process.kill()
        self.process.wait()
        os.close(self.slave)
        self.reader.join()
        os.close(self.master)


class TopTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("SKIPPED: needs root")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-top-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.folder.chmod(0o755)
        servers = Servers(cls.folder)
        cls.addClassCleanup(servers.stop)
        cls.nodes = []
        for name in ("first", "second"):
            cls.nodes.append(Node(cls.folder, name, servers))
            cls.addClassCleanup(lambda node: node.kill(), cls.nodes[-1])

    def top(self, *addresses, **environment):
        top = Top(*(addresses or [node.address for node in self.nodes]), **environment)
        self.addCleanup(top.stop)
        top.wait_for("of 2 nodes respond")
        return top

    def test_shows_what_happens_at_each_node(self):
        first, second = self.nodes
        load = Load(second)
        self.addCleanup(load.stop)
        top = self.top()
        eventually(lambda: top.cells(second).get("REQ/S", "-") not in ("-", "0.0") and top.cells(second).get("P99", "-") != "-",
                   lambda: "\n".join(top.lines()))
        self.assertRegex(top.cells(second).get("P50"), r"^[\d.]+m?s$")
        self.assertEqual(top.cells(first)["SOCKETS"], "0")
        # The busier node is the second argument, and the first line of the order by requests.
        top.press("s")
        top.wait_for("by requests")
        eventually(lambda: [line.split()[0] for line in top.lines()[4:6]] == [second.address, first.address],
                   lambda: "\n".join(top.lines()))

    def test_fits_its_terminal(self):
        top = self.top()
        for width, height in ((120, 40), (80, 24), (30, 6)):
            top.resize(width, height)
            eventually(lambda: len(top.lines()) == height and len(top.lines()[0]) in range(width // 2, width + 1),
                       lambda: f"{width}x{height}:\n" + "\n".join(top.lines()))
            self.assertLessEqual(max(map(len, top.lines())), width)

    def test_shows_a_node_that_goes_and_comes_back(self):
        top = self.top()
        top.wait_for("2 of 2 nodes respond")
        self.assertNotIn(RED, top.output)
        self.nodes[1].kill()
        top.wait_for("1 of 2 nodes respond")
        top.wait_for("down for")
        self.assertIn(RED, top.output)
        self.nodes[1].start()
        top.wait_for("2 of 2 nodes respond")
        eventually(lambda: top.cells(self.nodes[1]).get("REQ/S", "-") != "-", lambda: "\n".join(top.lines()))

    def test_has_no_colours_where_they_are_not_wanted(self):
        dead = f"127.0.0.1:{free_port()}"
        top = self.top(self.nodes[0].address, dead, NO_COLOR="1")
        top.wait_for("down for")
        self.assertNotIn(RED, top.output)

    def test_pauses(self):
        top = self.top()
        top.wait_for("2 of 2 nodes respond")
        top.press("p")
        top.wait_for("PAUSED")
        self.nodes[1].kill()
        frames = top.output.count("\x1b[H")
        eventually(lambda: top.output.count("\x1b[H") >= frames + 4, "frames of seconds")
        self.assertIn("2 of 2 nodes respond", top.lines()[0])
        top.press("p")
        top.wait_for("1 of 2 nodes respond")
        self.nodes[1].start()

    def test_restores_the_terminal(self):
        for end in ("q", "\x03", signal.SIGTERM):
            top = self.top()
            self.assertFalse(top.is_restored())
            if isinstance(end, str):
                top.press(end)
            else:
                top.process.send_signal(end)
            self.assertEqual(top.process.wait(timeout=60), 0, end)
            eventually(top.is_restored, lambda: f"a restored terminal after {end!r}: {top.output[-100:]!r}")

    def test_restores_the_terminal_while_it_is_suspended(self):
        top = self.top()
        top.press("\x1a")
        _, status = os.waitpid(top.process.pid, os.WUNTRACED)
        self.assertTrue(os.WIFSTOPPED(status))
        eventually(top.is_restored, "a restored terminal")
        top.process.send_signal(signal.SIGCONT)
        eventually(lambda: not top.is_restored() and top.output.rindex("\x1b[H") > top.output.rindex(LEAVES), "a new frame")
        top.press("q")
        self.assertEqual(top.process.wait(timeout=60), 0)

    def test_prints_one_frame_for_pipes(self):
        first, second = self.nodes
        printed = attempt(PROGRAM, "top", "--once", first.address, second.address)
        self.assertEqual(printed.returncode, 0, printed.stdout)
        self.assertNotIn("\x1b", printed.stdout)
        self.assertIn("2 of 2 nodes respond", printed.stdout)
        self.assertRegex(printed.stdout, re.escape(second.address) + r" +\d")
        of_settings = attempt(PROGRAM, "top", "--once", env=first.settings)
        self.assertIn(first.address, of_settings.stdout)
        dead = f"127.0.0.1:{free_port()}"
        printed = attempt(PROGRAM, "top", "--once", first.address, dead, f"127.0.0.1:{first.port}")
        self.assertEqual(printed.returncode, 69, printed.stdout)
        self.assertRegex(printed.stdout, dead + " +down for")
        self.assertRegex(printed.stdout, f"127.0.0.1:{first.port} +down for .*(404|no metrics)")

    def test_rejects_what_it_cannot_use(self):
        address = self.nodes[0].address
        piped = attempt(PROGRAM, "top", address)
        self.assertEqual(piped.returncode, 64, piped.stdout)
        self.assertIn("--once", piped.stdout)
        self.assertEqual(attempt(PROGRAM, "top", "--once", "nonsense").returncode, 64)


if __name__ == "__main__":
    unittest.main(verbosity=2)
