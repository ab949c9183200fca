#!/usr/bin/env python3
"""What is released, tried as an operator does it: the Debian package on a bare Debian 12, and the image with its compose
file, which runs the servers of others from this machine's packages (standin/). Package, bare system and image are made
once. Needs root, and the program as it ships in MINDSPACE_SHIPPED_BINARY."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from podman import Podman
from support import PATIENCE, ROOT, Servers, Site, attempt, eventually, free_port, run

PROGRAM = os.environ.get("MINDSPACE_SHIPPED_BINARY", str(ROOT / "build/release/mindspace"))
MISCONFIGURED = 78
MOST_EXPOSED = 2.0  # of systemd-analyze security
MOST_IMAGE_BYTES = 120_000_000
# As Debian's own image "bookworm-slim" is made.
BARE = ["mmdebstrap", "--quiet", "--variant=minbase", "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        "--include=usr-is-merged", '--aptopt=Acquire::Languages "none"', "--dpkgopt=force-unsafe-io",
        "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-include=/usr/share/doc/*/copyright", "bookworm", "-"]

work = None  # everything of this run is below


def setUpModule():
    global work
    missing = [name for name in ("dpkg-buildpackage", "mmdebstrap") if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        raise unittest.SkipTest("SKIPPED: needs root" if not missing else f"SKIPPED: not installed: {missing}")
    work = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-release-"))
    unittest.addModuleCleanup(shutil.rmtree, work, ignore_errors=True)
    work.chmod(0o755)
    with open(work / "bare.tar", "wb") as bare:
        making = subprocess.Popen(BARE, stdout=bare, stderr=subprocess.PIPE)
        # Meanwhile. The image is made from a copy of the sources, where build/package is this one.
        source = work / "source"
        source.mkdir()
        (source / "web").mkdir()
        (source / "third_party").mkdir()
        for name in ("README.md", "CHANGELOG.md", ".dockerignore", "web/package-lock.json", "third_party/package-lock.json"):
            shutil.copy(ROOT / name, source / name)
        ignored = shutil.ignore_patterns(".env", "secrets", "tls")
        shutil.copytree(ROOT / "deploy", source / "deploy", ignore=ignored)
        run(source / "deploy/package.sh", PROGRAM, source / "build/package")
        failure = making.communicate()[1].decode()
    if making.returncode != 0:
        raise AssertionError("mmdebstrap: " + failure)


def package_file():
    return next((work / "source/build/package").glob("mindspace_*.deb"))


class Units(unittest.TestCase):
    def test_are_correct_and_hardly_exposed(self):
        for name in ("mindspace.service", "mindspace@gateway.service"):
            file = work / name
            text = (ROOT / "deploy/systemd" / name.replace("gateway", "")).read_text()
            file.write_text(text.replace("/usr/bin/mindspace", PROGRAM))
            self.assertEqual(run("systemd-analyze", "verify", "--man=no", file).stdout, "")
            report = run("systemd-analyze", "security", "--offline=true", file).stdout
            exposure = float(report.split("Overall exposure level for")[1].split()[1])
            self.assertLessEqual(exposure, MOST_EXPOSED)
            self.assertIn("LogsDirectory=mindspace\n", text, "log.directory may be /var/log/mindspace")


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = work / "tree"
        cls.tree.mkdir()
        run("tar", "-C", cls.tree, "-xf", work / "bare.tar")
        run("mount", "-t", "proc", "proc", cls.tree / "proc")
        shutil.copy("/etc/resolv.conf", cls.tree / "etc/resolv.conf")
        for file in pathlib.Path("/etc/apt").glob("apt.conf.d/*prox*"):
            shutil.copy(file, cls.tree / "etc/apt/apt.conf.d")
        shutil.copy(package_file(), cls.tree / "tmp/mindspace.deb")
        cls.inside("apt-get", "update", "-qq")
        cls.inside("apt-get", "install", "-qq", "-y", "--no-install-recommends", "/tmp/mindspace.deb")
        cls.port = free_port()
        cls.servers = Servers(work)
        cls.addClassCleanup(cls.servers.stop)

    @classmethod
    def tearDownClass(cls):
        attempt("umount", cls.tree / "proc")

    @classmethod
    def inside(cls, *words, **options):
        environment = {"PATH": "/usr/sbin:/usr/bin", "DEBIAN_FRONTEND": "noninteractive"} | options.pop("env", {})
        return options.pop("how", run)("/usr/sbin/chroot", cls.tree, *words, env=environment, **options)

    def settings(self, **more):
        return {"MINDSPACE_DATA_DIR": "/var/lib/mindspace", "MINDSPACE_HTTP_PORT": str(self.port),
                "MINDSPACE_MANAGEMENT_PORT": "0", "MINDSPACE_REDIS_URL": self.servers.redis,
                "MINDSPACE_DATABASE_URL": self.servers.database} | more

    def refusal(self, *words, **settings):
        ended = self.inside("setpriv", "--reuid=mindspace", "--regid=mindspace", "--clear-groups", "mindspace", *words,
                            how=attempt, env=self.settings(**settings), timeout=PATIENCE)
        self.assertEqual(ended.returncode, MISCONFIGURED, ended.stdout)
        lines = [line for line in ended.stdout.splitlines() if not line.startswith("{")]
        self.assertEqual(len(lines), 1, ended.stdout)
        return lines[0]

    def test_1_program_does_the_main_job_as_its_user(self):
        management = free_port()
        words = ["/usr/sbin/chroot", "--userspec=mindspace:mindspace", self.tree, "mindspace", "serve"]
        settings = self.settings(MINDSPACE_MANAGEMENT_PORT=str(management))
        log = work / "package.log"
        began = time.monotonic()
        with open(log, "wb") as to, subprocess.Popen(words, env={"PATH": "/usr/bin"} | settings, stdout=to,
                                                     stderr=to) as program:
            try:
                site = Site(f"http://127.0.0.1:{self.port}", log.read_text)
                site.wait()
                print(f"package: ready after {time.monotonic() - began:.1f} s")
                site.do_main_job()
                ended = self.inside("mindspace", "healthcheck", env=settings)
                self.assertIn('"status":"ready"', ended.stdout)
                self.assertIn(f"cannot listen on 127.0.0.1:{self.port}: Address already in use; set http.port to a free port",
                              self.refusal("serve", MINDSPACE_DATA_DIR="/tmp/other"))
            finally:
                program.terminate()
                self.assertEqual(program.wait(30), 0)
        ended = self.inside("mindspace", "healthcheck", how=attempt, env=settings)
        self.assertEqual(ended.returncode, 69, ended.stdout)

    def test_2_faults_are_one_line_with_what_to_do(self):
        self.assertIn("set database.url and redis.url", self.refusal("serve", MINDSPACE_DATABASE_URL=""))
        (self.tree / "tmp/gateway-secret").write_text("x" * 40)
        self.assertIn("auth.secret_file", self.refusal("serve", "--roles", "auth",
                                                       MINDSPACE_GATEWAY_SECRET_FILE="/tmp/gateway-secret"))
        self.assertIn("none must be a readable file", self.refusal("serve", MINDSPACE_MAIL_PASSWORD_FILE="/none"))
        self.inside("install", "-d", "-o", "root", "-m", "0755", "/var/lib/of-root")
        self.assertIn("cannot use /var/lib/of-root as data directory: it belongs to root; start as root, or choose another",
                      self.refusal("serve", MINDSPACE_DATA_DIR="/var/lib/of-root"))
        run("mount", "--bind", "-o", "ro", self.tree / "var/lib/mindspace", self.tree / "mnt")
        run("mount", "-o", "remount,bind,ro", self.tree / "mnt")
        self.assertIn("cannot use /mnt as data directory: Read-only file system; choose another",
                      self.refusal("serve", MINDSPACE_DATA_DIR="/mnt"))
        run("umount", self.tree / "mnt")

    def test_3_package_holds_what_an_operator_needs(self):
        settings = self.inside("mindspace", "config", "--explain").stdout
        self.assertIn('address = "127.0.0.1"\n', settings)  # of the file in /etc/mindspace
        self.assertIn("/etc/mindspace/mindspace.toml", settings)
        listed = run("dpkg-deb", "--contents", package_file()).stdout
        for part in ("usr/share/man/man1/mindspace.1.gz", "lib/systemd/system/mindspace@.service",
                     "usr/share/mindspace/nginx/mindspace/site.conf", "usr/share/mindspace/rolling.sh"):
            self.assertIn(part, listed)
        completion = self.tree / "usr/share/bash-completion/completions/mindspace"
        script = f'. {completion}; COMP_WORDS=(mindspace user cr); COMP_CWORD=2; _mindspace; echo "${{COMPREPLY[*]}}"'
        self.assertEqual(run("bash", "-c", script).stdout.split(), ["create"])
        verified = self.inside("systemd-analyze", "verify", "--man=no", "mindspace.service", "mindspace@auth.service")
        self.assertEqual(verified.stdout, "")

    def test_4_purge_removes_what_it_made(self):
        secrets = self.tree / "etc/mindspace/secrets"
        self.assertEqual(sorted(file.name for file in secrets.iterdir()), ["auth-secret", "gateway-secret"])
        self.assertEqual(secrets.stat().st_mode & 0o777, 0o700)
        (self.tree / "var/log/mindspace").mkdir()  # as systemd does for the units
        self.inside("apt-get", "purge", "-qq", "-y", "mindspace")
        for left in ("etc/mindspace", "var/lib/mindspace", "var/log/mindspace", "usr/share/mindspace", "usr/bin/mindspace"):
            self.assertFalse((self.tree / left).exists(), left)
        self.assertNotEqual(self.inside("getent", "passwd", "mindspace", how=attempt).returncode, 0)


IMAGE = "localhost/mindspace:test"
SERVERS = ["postgres", "redis", "rabbitmq", "pgbouncer", "postgres-replica", "alertmanager", "prometheus"]
NODES = ["auth", "user", "meditation-1", "meditation-2", "analytics", "gateway-1", "gateway-2"]


class Containers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if Podman.missing():
            raise unittest.SkipTest(f"SKIPPED: no container runtime: not installed: {Podman.missing()}")
        cls.podman = Podman(work / "containers")
        cls.addClassCleanup(cls.podman.end)
        cls.podman("import", "--quiet", work / "bare.tar", "docker.io/library/debian:bookworm-slim")
        if cls.podman("run", "--rm", "debian:bookworm-slim", "true", how=attempt).returncode != 0:
            raise unittest.SkipTest("SKIPPED: no container can run here")
        options = f"--quiet --network=host --format docker --signature-policy={cls.podman.policy}"
        run(work / "source/deploy/docker/image.sh", IMAGE,
            env=cls.podman.environment | {"RUNTIME": "podman", "BUILD_OPTIONS": options})
        cls.podman.import_standin(work / "standin")

    def test_image_is_small_and_says_what_it_holds(self):
        about = json.loads(self.podman("image", "inspect", IMAGE).stdout)[0]
        print(f"image: {about['Size'] / 1e6:.0f} MB")
        self.assertLessEqual(about["Size"], MOST_IMAGE_BYTES)
        self.assertEqual(about["Config"]["User"], "10001:10001")
        self.assertEqual(about["Healthcheck"]["Test"], ["CMD", "mindspace", "healthcheck"])
        version = run(PROGRAM, "--version").stdout.strip()
        self.assertEqual(about["Labels"]["org.opencontainers.image.version"], version)
        bill = json.loads((work / "source/build/image/sbom.cdx.json").read_text())
        self.assertEqual((bill["bomFormat"], bill["specVersion"]), ("CycloneDX", "1.5"))
        inside = self.podman("run", "--rm", "--network=none", "--no-healthcheck", "--entrypoint", "dpkg-query", IMAGE,
                             "-W", "-f", "${Package} ${Version}\n").stdout.splitlines()
        listed = {f"{part['name']} {part['version']}" for part in bill["components"]}
        self.assertGreater(len(inside), 50)
        self.assertEqual(set(inside) - listed, set())
        for name in ("argon2", "swagger-ui-dist"):
            self.assertTrue(any(part.startswith(name + " ") for part in listed), name)

    def test_image_without_what_it_needs_says_so(self):
        one = ["run", "--rm", "--network=none", "--read-only", "--no-healthcheck"]
        servers = ["-e", "MINDSPACE_DATABASE_URL=postgresql://postgres/mindspace", "-e", "MINDSPACE_REDIS_URL=redis://redis"]
        for options, roles, said in (
                ([], "all", "set database.url and redis.url"),
                (["-e", "MINDSPACE_DATABASE_URL_FILE=/run/secrets/none"], "all", "none must be a readable file"),
                (servers, "user", "gateway.secret_file"),
                ([*servers, "-e", "MINDSPACE_GATEWAY_SECRET_FILE=/run/secrets/none"], "user", "none cannot be read")):
            ended = self.podman(*one, *options, IMAGE, "serve", "--roles", roles, how=attempt)
            self.assertEqual(ended.returncode, MISCONFIGURED, ended.stdout)
            self.assertEqual(ended.stdout.count("\n"), 1, ended.stdout)
            self.assertIn(said, ended.stdout)

    def refuse_to_start(self, missing):
        ended = attempt(self.here / "compose.sh", "up", env=self.podman.environment)
        self.assertEqual((ended.returncode, ended.stdout),
                         (MISCONFIGURED, f"compose.sh: {missing} is missing; run deploy/docker/compose.sh init "
                                         "https://YOUR.HOST first\n"))

    def exec(self, service, *command):
        return self.podman("exec", f"docker_{service}_1", *command, how=attempt)

    def logs(self):
        """The last lines of each node, and what the gateways noticed of the others."""
        text = []
        for node in NODES:
            lines = self.podman("logs", f"docker_{node}_1", how=attempt).stdout.splitlines()
            text += [f"-- {node}", *(line for line in lines[:-5] if re.search("a node is|node ejected", line)), *lines[-5:]]
        return "\n".join(text)

    def test_compose_file_runs_everything_and_survives_a_lost_node(self):
        self.here = work / "source/deploy/docker"
        self.refuse_to_start(".env")
        run(self.here / "compose.sh", "init", "https://localhost", IMAGE)
        for name in ("secrets/gateway-secret", "tls/key.pem"):
            (self.here / name).rename(self.here / "elsewhere")
            self.refuse_to_start(name)
            (self.here / "elsewhere").rename(self.here / name)
        ports = {"HTTP_PORT": str(free_port()), "HTTPS_PORT": str(free_port()), "GRAFANA_PORT": str(free_port())}
        compose = ["podman-compose", "-f", "compose.yaml", "-f", ROOT / "tests/deploy/standin/compose.yaml"]

        def up(*services):
            ended = attempt(*compose, "up", "-d", *services, cwd=self.here, env=self.podman.environment | ports)
            self.assertEqual(ended.returncode, 0, ended.stdout)

        def is_well(service, *check):
            return self.exec(service, *check).returncode == 0

        began = time.monotonic()
        up(*SERVERS)
        eventually(lambda: is_well("postgres-replica", "pg_isready", "-h", "127.0.0.1"), "the replica")
        eventually(lambda: is_well("pgbouncer", "pg_isready", "-h", "127.0.0.1", "-p", "6432"), "PgBouncer")
        up(*NODES, "nginx")
        for node in NODES:  # podman itself would need timers of systemd for it
            eventually(lambda node=node: is_well(node, "mindspace", "healthcheck"), lambda: f"health of {node}\n{self.logs()}")
        site = Site(f"https://127.0.0.1:{ports['HTTPS_PORT']}", self.logs)
        site.wait()
        print(f"compose: ready after {time.monotonic() - began:.0f} s")
        token = site.do_main_job()
        self.expect_monitoring()
        for node in ("gateway-1", "meditation-1"):
            self.podman("kill", f"docker_{node}_1")
        for _ in range(20):
            site.expect(200, "/api/v1/users/me", None, token)
        site.do_main_job()
        for node in ("gateway-2", "auth"):
            self.podman("stop", "--time", "20", f"docker_{node}_1")
            code = self.podman("inspect", "--format", "{{.State.ExitCode}}", f"docker_{node}_1").stdout.strip()
            self.assertEqual(code, "0", node)

    def expect_monitoring(self):
        """Prometheus reads the metrics of every node, and has an Alertmanager to send alerts to."""
        def get(url):
            ended = self.exec("prometheus", "curl", "--silent", "--fail", "--max-time", "10", url)
            return ended.stdout if ended.returncode == 0 else ""

        def are_up():
            found = json.loads(get("http://127.0.0.1:9090/api/v1/query?query=up") or '{"data": {"result": []}}')
            return {target["metric"]["instance"]: target["value"][1] for target in found["data"]["result"]
                    if target["metric"]["job"] == "mindspace"}

        eventually(lambda: are_up() == {f"{node}:9464": "1" for node in NODES}, lambda: f"Prometheus reads: {are_up()}")
        known = json.loads(get("http://127.0.0.1:9090/api/v1/alertmanagers"))["data"]["activeAlertmanagers"]
        self.assertEqual([alertmanager["url"] for alertmanager in known], ["http://alertmanager:9093/api/v2/alerts"])
        eventually(lambda: get("http://alertmanager:9093/-/ready"), "Alertmanager, from Prometheus")


if __name__ == "__main__":
    # Mounts are this process's, and go with it.
    if os.geteuid() == 0 and "MINDSPACE_OWN_MOUNTS" not in os.environ:
        os.environ["MINDSPACE_OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    unittest.main(verbosity=2)
