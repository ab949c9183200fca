#!/usr/bin/env python3
"""The first boot of a machine of deploy/aws: its user data, as nodes.yaml has it, runs on a Debian with systemd (machine.py).
PostgreSQL, the Redis cluster, TLS, accounts and the `aws` command are real; the services of AWS have a stand-in
(aws_standin.py), and Amazon's agent for logs a package of our own. Nothing here has run on AWS."""

import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.request

import yaml

from aws_standin import INSTANCE, NAMES, REGION, Aws
from machine import Machine
from support import AS_POSTGRES, POSTGRES, ROOT, Site, attempt, eventually, make_package, run

PROGRAM = os.environ.get("MINDSPACE_SHIPPED_BINARY", str(ROOT / "build/release/mindspace"))
STACK = "arn:aws:cloudformation:eu-central-1:111122223333:stack/mindspace-Gateways/1"
CIDR, BALANCER, STRANGER = "10.20.0.0/16", "10.20.1.5", "192.0.2.9"
HOSTS = {"database.test": "127.0.0.3", "cache.test": "127.0.0.4"}
SETTINGS = {"Name": "mindspace-gateway", "Roles": "all", "PublicUrl": "https://mind.example", "Artifacts": "artifacts",
            "Cidr": CIDR, "DrainSeconds": "5", "MaxSocketsPerNode": "1000", "TargetGroup": "arn:aws:target-group", "RoleHost": "",
            "MailUrl": "smtps://mail.test:465", "MailSecret": "arn:mail", "LogAgent": "agent.deb", "Logs": "group-of-logs",
            "AWS::Region": REGION, "AWS::StackId": STACK,
            "DataSettings": "AUTH_SECRET=arn:auth\nGATEWAY_SECRET=arn:gateway\nDATABASE_SECRET=arn:database\n"
                            "REPLICA_HOST=replica.test\nCACHE_SECRET=arn:cache\nCACHE_HOST=cache.test\n"}
WITHOUT_BROKER = "BROKER_SECRET=\nBROKER_ENDPOINT=\n"
WITH_BROKER = "BROKER_SECRET=arn:broker\nBROKER_ENDPOINT=amqps://broker.test:5671\n"
ACCOUNT = {"username": "mindspace", "password": "a" * 48}
SECRETS = {"arn:auth": "k" * 64, "arn:gateway": "g" * 64, "arn:cache": json.dumps(ACCOUNT), "arn:broker": json.dumps(ACCOUNT),
           "arn:database": json.dumps(ACCOUNT | {"host": "database.test", "port": 5432, "dbname": "mindspace"}),
           "arn:mail": json.dumps({"password": "of mails"})}
AGENT = """#!/bin/sh
echo "$@" >/var/tmp/agent-called
python3 -m json.tool "$(echo "$@" | sed 's/.*file://')" >/var/tmp/agent-settings
"""

work = None  # everything of this run is below


class Template(yaml.SafeLoader):
    """A template of CloudFormation, in which functions of scalars are their arguments, and others nothing."""


Template.add_multi_constructor("!", lambda _, __, node: node.value if isinstance(node, yaml.ScalarNode) else None)


def properties(file, resource):
    return yaml.load((ROOT / "deploy/aws" / file).read_text(), Template)["Resources"][resource]["Properties"]


def user_data(broker):
    """What CloudFormation makes of the script in nodes.yaml."""
    script = properties("nodes.yaml", "Template")["LaunchTemplateData"]["UserData"]["Fn::Base64"]
    settings = SETTINGS | {"Version": run(PROGRAM, "--version").stdout.strip(), "DataSettings": SETTINGS["DataSettings"] + broker}
    return re.sub(r"\$\{([A-Z][\w:]*)\}", lambda name: settings[name[1]], script)


def access_of_the_program():
    """What its account may do in Redis, without the word "on"."""
    return properties("data.yaml", "CacheUser")["AccessString"].removeprefix("on ")


def issue(name, names):
    """A certificate of the test's authority: the paths of certificate and key."""
    certificate, key = work / f"{name}.pem", work / f"{name}.key"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    run("openssl", "req", *curve, "-subj", f"/CN={name}", "-keyout", key, "-out", work / "request.pem")
    (work / "names").write_text("subjectAltName=" + ",".join("DNS:" + each for each in names) + "\n")
    run("openssl", "x509", "-req", "-days", "30", "-in", work / "request.pem", "-CA", work / "authority.pem", "-CAkey",
        work / "authority.key", "-CAcreateserial", "-extfile", work / "names", "-out", certificate)
    return certificate, key


def start_postgres(case):
    """As RDS: TLS only, a password, at port 5432."""
    data = work / "postgres"
    data.mkdir()
    (work / "password").write_text(ACCOUNT["password"])
    for file in issue("database", ["database.test"]):
        shutil.copy(file, data.parent / f"postgres-{file.suffix[1:]}")
    for path in (data, work / "password", work / "postgres-pem", work / "postgres-key"):
        shutil.chown(path, "postgres", "postgres")
    (work / "postgres-key").chmod(0o600)
    run(*AS_POSTGRES, f"{POSTGRES}/initdb", "-D", data, "-U", "mindspace", "-A", "scram-sha-256", "--pwfile", work / "password",
        "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    (data / "pg_hba.conf").write_text("hostssl all all all scram-sha-256\n")
    case.start([*AS_POSTGRES, f"{POSTGRES}/postgres", "-D", data, "-h", HOSTS["database.test"], "-k", "", "-c", "ssl=on",
                "-c", f"ssl_cert_file={work}/postgres-pem", "-c", f"ssl_key_file={work}/postgres-key"])
    environment = os.environ | {"PGPASSWORD": ACCOUNT["password"], "PGSSLMODE": "require"}
    create = [f"{POSTGRES}/createdb", "-h", HOSTS["database.test"], "-U", "mindspace", "mindspace"]
    eventually(lambda: attempt(*create, env=environment).returncode == 0, "PostgreSQL")


def start_redis(case):
    """As ElastiCache in cluster mode, of one node: TLS only, an account, names instead of addresses."""
    certificate, key = issue("cache", ["cache.test"])
    tls = ["--tls-cert-file", str(certificate), "--tls-key-file", str(key), "--tls-ca-cert-file", str(work / "authority.pem"),
           "--tls-auth-clients", "no", "--tls-cluster", "yes"]
    settings = work / "redis.conf"
    settings.write_text(f"user default off -@all\nuser mindspace on >{ACCOUNT['password']} {access_of_the_program()}\n"
                        "user test on >test ~* &* +@all\n")
    case.start(["setpriv", "--pdeathsig", "TERM", "redis-server", settings, "--bind", HOSTS["cache.test"], "--port", "0",
                "--tls-port", "6379", "--save", "", "--dir", work, "--cluster-enabled", "yes", "--maxmemory-policy", "noeviction",
                "--cluster-announce-hostname", "cache.test", "--cluster-preferred-endpoint-type", "hostname", *tls])
    client = ["redis-cli", "-h", HOSTS["cache.test"], "--tls", "--cacert", work / "authority.pem", "--sni", "cache.test",
              "--user", "test", "--pass", "test", "--no-auth-warning"]
    eventually(lambda: "OK" in attempt(*client, "CLUSTER", "ADDSLOTSRANGE", "0", "16383").stdout, "Redis")


def agent_package():
    """A package with the command of Amazon's agent, which it was not possible to have here."""
    tree = work / "agent"
    program = tree / "opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl"
    program.parent.mkdir(parents=True)
    program.write_text(AGENT)
    program.chmod(0o755)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text("Package: agent-standin\nVersion: 1\nArchitecture: all\nMaintainer: test <test@mind.example>\n"
                                         "Description: stand-in\n")
    run("dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, work / "agent.deb")
    return (work / "agent.deb").read_bytes()


class FirstBoot(unittest.TestCase):
    def setUp(self):
        global work
        missing = [name for name in ("dpkg-buildpackage", "systemctl", "aws", "jq") if not shutil.which(name)]
        if os.geteuid() != 0 or missing:
            self.skipTest("SKIPPED: needs root" if not missing else f"SKIPPED: not installed: {missing}")
        work = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-aws-"))
        self.addCleanup(shutil.rmtree, work, ignore_errors=True)
        work.chmod(0o755)
        run("ip", "link", "set", "lo", "up")
        for address in ("169.254.169.254", BALANCER, STRANGER):
            run("ip", "address", "add", address + "/32", "dev", "lo")
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
            "-subj", "/CN=Authority of a test", "-keyout", work / "authority.key", "-out", work / "authority.pem")

    def start(self, words):
        process = subprocess.Popen(list(map(str, words)), cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

    def start_machine(self, name):
        machine = Machine(name, work, None)
        self.addCleanup(machine.end)
        if not machine.boots:
            self.skipTest("SKIPPED: systemd cannot run here: " + (work / f"{name}.boot").read_text())
        machine.run("rm /usr/local/bin/aws")  # the real one is called
        names = "".join(f"{address} {host}\n" for host, address in HOSTS.items())
        machine.file("/etc/hosts").write_text(f"127.0.0.1 localhost {name}\n127.0.0.2 {' '.join(NAMES)}\n{names}")
        machine.run(f"cat >>/etc/ssl/certs/ca-certificates.crt <<'END'\n{(work / 'authority.pem').read_text()}END\n")
        return machine

    def target_health(self):
        """As the load balancer finds out, which does not check whose certificate it is."""
        if self.aws.lifecycle == "Terminated":
            return "draining"
        try:
            urllib.request.urlopen("https://127.0.0.1:8080/readyz", timeout=2, context=ssl._create_unverified_context())
        except OSError:
            return "unhealthy"
        return "healthy"

    def test_from_user_data_to_the_last_request(self):
        version = run(PROGRAM, "--version").stdout.strip()
        package = make_package(PROGRAM, work)
        start_postgres(self)
        start_redis(self)
        objects = {f"mindspace_{version}_amd64.deb": package.read_bytes(), "rds.pem": (work / "authority.pem").read_bytes(),
                   "agent.deb": agent_package()}
        self.aws = Aws(*issue("aws", NAMES), SECRETS, objects, self.target_health)
        self.addCleanup(self.aws.end)

        machine = self.start_machine("node")
        with self.subTest("a secret that is missing is signalled as a failure"):
            self.aws.secrets = {name: value for name, value in SECRETS.items() if name != "arn:mail"}
            self.boot(machine, WITH_BROKER)
            self.assertEqual([call["Status"] for call in self.aws.called("SignalResource")], ["FAILURE"])
            self.assertEqual(machine.file("/etc/mindspace/secrets/rabbitmq-url").read_text().strip(),
                             f"amqps://mindspace:{'a' * 48}@broker.test:5671")
            self.assertNotEqual(machine.attempt("systemctl is-active mindspace@node").returncode, 0)
        self.aws.secrets, self.aws.calls = SECRETS, {}

        log = self.boot(machine, WITHOUT_BROKER)
        signal, = self.aws.called("SignalResource") or self.fail(log)
        self.assertEqual((signal["Status"], signal["StackName"], signal["LogicalResourceId"], signal["UniqueId"]),
                         ("SUCCESS", STACK, "Group", INSTANCE), log)
        site = Site("https://127.0.0.1:8080", lambda: machine.run("journalctl --no-pager -u mindspace@node | tail -n 40"))
        site.do_main_job()
        self.expect_settings(machine, log)
        self.expect_client_address()
        with self.subTest("the number of sockets is published"):
            eventually(lambda: self.aws.called("PutMetricData"), "the metric")
            metric = self.aws.called("PutMetricData")[0]
            self.assertEqual({name.removeprefix("MetricData.member.1."): value for name, value in metric.items()
                              if name.startswith(("Namespace", "MetricData"))},
                             {"Namespace": "MindSpace", "MetricName": "Sockets", "Unit": "Count", "Value": "0",
                              "Dimensions.member.1.Name": "AutoScalingGroupName", "Dimensions.member.1.Value": "mindspace-gateway"})
        with self.subTest("the group ends the machine, and the program has stopped before"):
            self.assertEqual(self.aws.called("CompleteLifecycleAction"), [])
            self.aws.lifecycle = "Terminated"
            eventually(lambda: self.aws.called("CompleteLifecycleAction"), "the end of draining")
            call = self.aws.called("CompleteLifecycleAction")[0]
            self.assertEqual((call["AutoScalingGroupName"], call["LifecycleHookName"], call["InstanceId"]),
                             ("mindspace-gateway", "drain", INSTANCE))
            self.assertEqual(machine.attempt("systemctl is-active mindspace@node").stdout.strip(), "inactive")

    def boot(self, machine, broker):
        machine.file("/var/tmp/user-data").write_text(user_data(broker))
        machine.run("bash /var/tmp/user-data")
        return machine.file("/var/log/mindspace-boot.log").read_text()

    def expect_settings(self, machine, log):
        with self.subTest("secrets are only in files of root, and in no log"):
            secrets = {path.name: path.read_text().strip() for path in machine.file("/etc/mindspace/secrets").iterdir()}
            self.assertEqual(secrets["mail-password"], "of mails")
            self.assertIn("@replica.test:5432/mindspace?sslmode=verify-full", secrets["database-replica-urls"])
            self.assertEqual(machine.run("find /etc/mindspace/secrets -type f -perm /077"), "")
            for secret in ("a" * 48, "k" * 64, "g" * 64, "of mails"):
                self.assertNotIn(secret, log + machine.run("cat /etc/mindspace/*.env; journalctl --no-pager"))
        with self.subTest("Amazon's agent gets settings with our log files"):
            self.assertIn("fetch-config", machine.file("/var/tmp/agent-called").read_text())
            collected = json.loads(machine.file("/var/tmp/agent-settings").read_text())["logs"]["logs_collected"]["files"]
            entry, = collected["collect_list"]
            self.assertEqual(entry["log_group_name"], "group-of-logs")
            self.assertNotEqual(machine.run(f"cat {entry['file_path']}"), "")

    def expect_client_address(self):
        """CloudFront's addition to X-Forwarded-For counts when it comes from the load balancer, and only then."""
        for source, address in ((BALANCER, "198.51.100.7"), ("127.0.0.9", "198.51.100.7"), (STRANGER, STRANGER)):
            said = run("curl", "--silent", "--insecure", "--interface", source, "--header", "X-Forwarded-For: 203.0.113.1, 198.51.100.7",
                       "https://127.0.0.1:8080/whoami").stdout
            self.assertEqual(json.loads(said)["address"], address, source)


if __name__ == "__main__":
    # The network and the mounts are this process's, and go with it.
    if os.geteuid() == 0 and "OWN_NETWORK" not in os.environ:
        os.environ["OWN_NETWORK"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--net", sys.executable, *sys.argv])
    unittest.main(verbosity=2)
