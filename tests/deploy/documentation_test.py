#!/usr/bin/env python3
"""The commands of docs/operations are executed as an operator would: those of each section in turn, on Debian machines with
systemd (machine.py) in a network of this test's own. A command that is added to a page is executed as well; one in a section
that no story goes through fails the test.

What cannot be here has a stand-in that checks as much as it can: certbot asks Nginx for its challenge and issues a
certificate of a test's authority; ssh and scp go to the other machines without encryption; an editor writes what the page
asks for; doctl and aws only record the order and check their words; docker compose validates the deployment, which
release_test.py starts. The next release is this program with another number and another default in its settings."""

import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import ssl
import sys
import tempfile
import threading
import unittest

from machine import Machine
from pages import NEXT, PAGES, PROGRAM, VERSION, commands, sections
from support import ROOT, Servers, Site, eventually, make_package, run

# The sections to go through, on which machines, in this order.
ALONE = [("installation.md", "One machine, Debian package"), ("sizing.md", "Open files"), ("tls.md", "Nginx"),
         ("tls.md", "A certificate of an authority"), ("tls.md", "Renewing it"), ("upgrading.md", "One machine"),
         ("tls.md", "Without Nginx")]
NODES, FIRST, PROXY = ["10.0.0.1", "10.0.0.2"], ["10.0.0.1"], ["10.0.0.3"]
SEVERAL = [("processes.md", "One process per role", FIRST), ("installation.md", "Each node", NODES),
           ("installation.md", "The same secrets", FIRST), ("installation.md", "Start", NODES), ("tls.md", "Nginx", PROXY),
           ("upgrading.md", "What the migrations will do", FIRST), ("upgrading.md", "Several machines", PROXY),
           ("cloud.md", "Droplets", PROXY), ("cloud.md", "Auto scaling group", PROXY),
           ("installation.md", "One process per role", FIRST)]
CONTAINERS = ("installation.md", "Containers")

work = None  # everything of this run is below


def make_next_release(package):
    """This one with another number, in instructions as well as in strings, and with another default in its settings."""
    tree = work / "next"
    run("dpkg-deb", "-R", package, tree)
    program = tree / "usr/bin/mindspace"
    program.write_bytes(re.sub(rb"(?<!\.)" + re.escape(VERSION[:4].encode()), NEXT[:4].encode(), program.read_bytes()))
    said = run(program, "--version").stdout.strip()
    assert said == NEXT, "the program's number is kept in another way now: " + said
    control = tree / "DEBIAN/control"
    control.write_text(control.read_text().replace(f"Version: {VERSION}", f"Version: {NEXT}"))
    settings = tree / "etc/mindspace/mindspace.toml"
    settings.write_text(settings.read_text() + "\n# Of the next release.\n#something = 1\n")
    (tree / "DEBIAN/md5sums").unlink()
    run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", tree, work / f"packages/mindspace_{NEXT}_amd64.deb")


def setUpModule():
    global work
    missing = [name for name in ("dpkg-buildpackage", "systemctl", "nginx") if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        raise unittest.SkipTest("SKIPPED: needs root" if not missing else f"SKIPPED: not installed: {missing}")
    work = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-documentation-"))
    unittest.addModuleCleanup(shutil.rmtree, work, ignore_errors=True)
    work.chmod(0o755)
    run("ip", "link", "set", "lo", "up")
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3"):
        run("ip", "address", "add", address + "/32", "dev", "lo")
    make_next_release(make_package(PROGRAM, work))
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
        "-subj", "/CN=Authority of a test", "-keyout", work / "authority.key", "-out", work / "authority.pem")


def issue(chain, key):
    """A certificate for mind.example by the test's authority."""
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=mind.example",
        "-keyout", key, "-out", work / "request.pem")
    (work / "names").write_text("subjectAltName=DNS:mind.example\n")
    made = run("openssl", "x509", "-req", "-days", "90", "-in", work / "request.pem", "-CA", work / "authority.pem", "-CAkey",
               work / "authority.key", "-CAcreateserial", "-extfile", work / "names", "-out", work / "certificate.pem")
    chain.write_text((work / "certificate.pem").read_text() + (work / "authority.pem").read_text())
    return made


def served_certificate(address, port):
    """What a client gets that trusts the test's authority."""
    context = ssl.create_default_context(cafile=work / "authority.pem")
    with socket.create_connection((address, port), timeout=30) as plain:
        with context.wrap_socket(plain, server_hostname="mind.example") as secure:
            return ssl.DER_cert_to_PEM_cert(secure.getpeercert(True))


def await_certificate(machine, port, file):
    """A reload takes effect a moment after its command has ended."""
    expected = machine.run(f"openssl x509 -in {file}").split()
    eventually(lambda: served_certificate("127.0.0.1", port).split() == expected, f"{file} at port {port}")


def version_of(machine, address):
    about = machine.run(f"curl --silent http://{address}:9464/metrics | grep ^mindspace_build_info")
    return about.split('"')[1]


class Story(unittest.TestCase):
    """Machines, and what they ask for."""

    @classmethod
    def setUpClass(cls):
        cls.machines, cls.renewal_hook, cls.balancer, cls.refreshes = {}, None, [], []

    @classmethod
    def start(cls, name, hosts=""):
        folder = work / cls.__name__
        folder.mkdir(exist_ok=True)
        machine = Machine(name, folder, cls.asked)
        cls.addClassCleanup(machine.end)
        if not machine.boots:
            raise unittest.SkipTest("SKIPPED: systemd cannot run here: " + (folder / f"{name}.boot").read_text())
        cls.machines[name] = machine
        machine.file("/etc/hosts").write_text(f"127.0.0.1 localhost {name}\n{hosts}")
        machine.run("cat >>/etc/ssl/certs/ca-certificates.crt <<'END'\n" + (work / "authority.pem").read_text() + "END\n")
        for package in (work / "packages").iterdir():
            shutil.copy(package, machine.file(package.name))
        return machine

    def follow(self, page, section, names):
        for language, text in sections(page)[section]:
            for machine in map(self.machines.get, names):
                with self.subTest(page=page, section=section, machine=machine.name):
                    if language == "sh":
                        self.execute(machine, text)
                    else:
                        self.write(machine, text)

    def execute(self, machine, text):
        exports = ""  # of this block: each command runs in a separate shell
        for command in commands(text):
            if command.startswith("apt-get install certbot"):  # would take it from the network
                command = command.replace("apt-get", "apt-get --simulate")
            if command.startswith("export "):
                exports += command + " && "
                continue
            machine.run(exports + command)
            if command.endswith("reload nginx"):  # which takes effect when its workers have changed
                eventually(lambda: machine.attempt(
                    "diff <(openssl x509 -in /etc/mindspace/tls/certificate.pem) "
                    "<(openssl s_client -connect mind.example:443 -servername mind.example </dev/null | openssl x509)"
                ).returncode == 0, "the new certificate")

    @staticmethod
    def write(machine, text):
        """A block that is a file says which in its first line."""
        name = re.match(r"# ([\w./@-]+)", text)
        assert name, "this block is neither a command nor a file: " + text
        file = machine.file(name[1])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    @classmethod
    def asked(cls, machine, words):
        return getattr(cls, "asked_" + words[0])(machine, *words[1:])

    @classmethod
    def asked_editor(cls, machine, path):
        text = cls.edited(machine, path)
        file = machine.file(path)
        if path.endswith("/mindspace.toml"):  # the package's, where each setting is a comment below its section
            old = file.read_text()
            for key, value in text.items():
                section, name = key.split(".")
                before, begin, after = old.partition(f"\n[{section}]\n")
                assert begin, key
                after, count = re.subn(rf"^#?{name} = .*$", f"{name} = {json.dumps(value)}", after, 1, re.MULTILINE)
                assert count == 1, key
                old = before + begin + after
            text = old
        file.write_text(text)

    @classmethod
    def asked_ssh(cls, _, *words):
        assert words[0] == "-n", words
        ended = cls.machines[words[1]].attempt(" ".join(words[2:]))
        if ended.returncode != 0:
            raise AssertionError(ended.stdout)
        return ended.stdout

    @classmethod
    def asked_scp(cls, machine, *words):
        quiet, source, target = words
        to, path = target.split(":")
        assert quiet == "-q"
        shutil.copyfile(machine.file(source), cls.machines[to].file(path))

    @classmethod
    def asked_certbot(cls, machine, verb, *words):
        live = machine.file("/etc/letsencrypt/live/mind.example")
        if verb == "certonly":
            options = dict(zip(words[1::2], words[2::2]))
            assert words[0] == "--webroot" and options["--domain"] == "mind.example", words
            cls.renewal_hook = options["--deploy-hook"]
            challenge = machine.file(options["--webroot-path"]) / ".well-known/acme-challenge/a"
            challenge.parent.mkdir(parents=True)
            challenge.write_text("of the authority")
            got = machine.run("curl --silent --show-error --fail http://mind.example/.well-known/acme-challenge/a")
            assert got == "of the authority", got
            live.mkdir(parents=True)
        else:
            assert verb == "renew" and set(words) <= {"--dry-run"}, words
        if "--dry-run" not in words:
            issue(live / "fullchain.pem", live / "privkey.pem")
            machine.run(cls.renewal_hook)


class Alone(Story):
    @classmethod
    def edited(cls, machine, path):
        if path.endswith("/nodes.conf"):
            return machine.file(path).read_text()
        own_tls = {"tls.certificate": "/etc/mindspace/tls/certificate.pem", "tls.key": "/etc/mindspace/tls/key.pem"}
        return {"http.public_url": "https://mind.example"} | (own_tls if machine.file("fullchain.pem").exists() else {})

    def test_one_machine(self):
        machine = self.start("mind", "127.0.0.1 mind.example\n")
        for page, section in ALONE:
            if section == "Without Nginx":
                issue(machine.file("fullchain.pem"), machine.file("privkey.pem"))
            self.follow(page, section, ["mind"])
            if section == "Renewing it":
                await_certificate(machine, 443, "/etc/letsencrypt/live/mind.example/fullchain.pem")
                Site("https://127.0.0.1").do_main_job()
            if section == "One machine":
                self.assertEqual(version_of(machine, "127.0.0.1"), NEXT)
                self.assertTrue(machine.file("/etc/mindspace/mindspace.toml.dpkg-dist").exists())
        await_certificate(machine, 8080, "fullchain.pem")
        machine.run("apt-get purge --yes mindspace")
        self.assertNotEqual(machine.attempt("systemctl is-active mindspace || test -e /var/lib/mindspace").returncode, 0)


class Several(Story):
    @classmethod
    def edited(cls, machine, path):
        return {"mindspace.toml": {"http.public_url": "https://mind.example", "http.address": machine.name,
                                   "http.trusted_proxies": ["10.0.0.3", "127.0.0.0/8"], "management.address": machine.name},
                "database-url": cls.servers.database, "redis-url": cls.servers.redis, "node.env": "ROLES=all\n",
                "nodes.conf": "".join(f"server {node}:8080 max_fails=0;\n" for node in NODES)}[pathlib.Path(path).name]

    @classmethod
    def asked_doctl(cls, _, *words):
        assert words[:2] == ("compute", "load-balancer") and words[4] == "--droplet-ids", words
        cls.balancer.append((words[2], words[5]))

    @classmethod
    def asked_aws(cls, _, *words):
        options = dict(zip(words[2::2], words[3::2]))
        assert words[0] == "autoscaling" and options["--auto-scaling-group-name"], words
        for name in {"--preferences", "--desired-configuration"} & set(options):
            json.loads(options[name])
        cls.refreshes.append(words[1])

    def test_two_nodes_behind_nginx(self):
        place = work / "servers"
        place.mkdir()
        type(self).servers = Servers(place)
        self.addClassCleanup(self.servers.stop)
        for name in NODES + PROXY:
            self.start(name, "10.0.0.3 mind.example\n")
        self.machines["10.0.0.3"].run(f"apt-get install ./mindspace_{VERSION}_amd64.deb")  # for what is in /usr/share/mindspace
        for page, section, names in SEVERAL:
            if section == "Several machines":
                with Asking(self.site()) as asking:
                    self.follow(page, section, names)
                self.assertEqual(asking.failures, [])
                self.expect_version(NEXT)
            else:
                self.follow(page, section, names)
            if (page, section) == ("tls.md", "Nginx"):
                self.site().do_main_job()
        self.expect_version(VERSION)  # cloud.md went back to it
        self.assertEqual(self.balancer, [(what, f"31000000{n}") for n in (1, 2) for what in ("remove-droplets", "add-droplets")])
        self.assertEqual(self.refreshes, ["start-instance-refresh", "describe-instance-refreshes"])
        eventually(lambda: self.machines["10.0.0.1"].attempt("curl -fs http://10.0.0.1:9470/readyz").returncode == 0,
                   "the second node of a machine")

    @staticmethod
    def site():
        return Site("https://10.0.0.3")

    def expect_version(self, version):
        for name in NODES:
            self.assertEqual(version_of(self.machines[name], name), version)


class Asking:
    """A user of the site during the test."""

    def __init__(self, site):
        self.site, self.failures, self.ended = site, [], threading.Event()
        self.token = site.do_main_job()
        self.thread = threading.Thread(target=self.send_requests)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def send_requests(self):
        while not self.ended.wait(0.25):  # below the quota of a user
            status, body = self.site.request("/api/v1/users/me", None, self.token)
            if status != 200:
                self.failures.append((status, body))


class Containers(unittest.TestCase):
    def test_compose_file(self):
        """Everything but the start of the containers."""
        if not shutil.which("podman-compose"):
            self.skipTest("SKIPPED: not installed: podman-compose")
        source = work / "source"
        shutil.copytree(ROOT / "deploy", source / "deploy", ignore=shutil.ignore_patterns(".env", "secrets", "tls"))
        for _, text in sections(CONTAINERS[0])[CONTAINERS[1]]:
            for command in commands(text):
                said = run("bash", "-c", command, cwd=source, env=os.environ | {"COMPOSE": "podman-compose --dry-run"}).stdout
        self.assertIn(f"mindspace:{VERSION}", said)


class Pages(unittest.TestCase):
    def test_every_section_with_commands_is_gone_through(self):
        gone_through = {*ALONE, *((page, section) for page, section, _ in SEVERAL), CONTAINERS}
        with_commands = {(page.name, section) for page in PAGES.glob("*.md") for section, blocks in sections(page.name).items()
                         if {"sh", "console", ""} & {language for language, _ in blocks}}
        self.assertEqual(with_commands - gone_through, set(), "no test executes what these sections say")
        self.assertEqual(gone_through - with_commands, set(), "these sections have no commands")

    def test_commands_within_sentences_exist(self):
        for page in PAGES.glob("*.md"):
            for words in map(shlex.split, re.findall(r"`((?:mindspace|\./dev) [a-z][^`…|]*)`", page.read_text())):
                with self.subTest(page=page.name, command=" ".join(words)):
                    if words[0] == "./dev":
                        self.assertIn(f"./dev {words[1]}", run(ROOT / "dev", "help").stdout)
                        continue
                    names = [word for word in words[1:3] if re.fullmatch("[a-z][a-z-]*", word)]
                    usage = run(PROGRAM, *names, "--help").stdout
                    for option in (word for word in words if word.startswith("--")):
                        self.assertIn(option.split("=")[0], usage)


if __name__ == "__main__":
    # The network and the mounts are this process's, and go with it.
    if os.geteuid() == 0 and "OWN_NETWORK" not in os.environ:
        os.environ["OWN_NETWORK"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--net", sys.executable, *sys.argv])
    unittest.main(verbosity=2)
