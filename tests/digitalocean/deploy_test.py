#!/usr/bin/env python3
"""deploy/digitalocean against a stand-in of the API (standin.py), which checks by the published description. Nothing here has
called DigitalOcean."""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import urllib.request

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/digitalocean"))

import deploy  # noqa: E402
import spaces  # noqa: E402
from standin import RULES, TOKEN, DigitalOcean  # noqa: E402

URLOPEN = urllib.request.urlopen
NOTHING = {"vpcs": ["other-vpc-3f9a1c"], "tags": ["web"], "certificates": [], "databases": ["mindspace-postgres"], "firewalls": [],
           "load_balancers": [], "droplets/autoscale": [], "droplets": ["someone's"], "records": ["mail"], "keys": ["mine"],
           "buckets": ["other"], "replicas": []}


def kind_of_call(line):
    """Such as "POST databases", or "PUT bucket" of Spaces."""
    method, path = line.split()[:2]
    return f"{method} {path.split('/')[2]}" if path.startswith("/v2/") else f"{method} bucket"


class Deploying(unittest.TestCase):
    def setUp(self):
        self.cloud = DigitalOcean()
        self.enterContext(unittest.mock.patch("urllib.request.urlopen", self.cloud.urlopen))
        # What others have in the account.
        for kind, (name,) in ((kind, names) for kind, names in NOTHING.items() if names and kind in self.cloud.things):
            self.cloud.things[kind].append({"id": f"other-{kind}", "name": name, "status": "online", "tags": [], "grants": [],
                                            "access_key": "MINE", "type": "A", "data": "192.0.2.99"})
        self.cloud.buckets["other"] = {}
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.settings = self.folder / "settings.toml"
        self.settings.write_text((ROOT / "deploy/digitalocean/settings.toml").read_text())
        self.state = self.folder / "settings.toml.state"
        self.package = self.folder / "mindspace_0.1.0_amd64.deb"
        self.package.write_bytes(b"a package")

    def run_deploy(self, *words, token=TOKEN):
        self.said, self.pauses = [], []
        environment = {"DIGITALOCEAN_TOKEN": token, "DIGITALOCEAN_API_URL": self.cloud.url,
                       "DIGITALOCEAN_SPACES_URL": self.cloud.url}
        return deploy.main([words[0], str(self.settings), *map(str, words[1:])], environment, self.pauses.append, self.said.append)

    def up(self):
        return self.run_deploy("up", "--package", self.package)

    def destroy(self):
        return self.run_deploy("destroy", "--confirm", "mindspace")

    def made(self, kind):
        suffix = json.loads(self.state.read_text())["suffix"]
        return [thing for thing in self.cloud.things[kind] if suffix in thing["name"]]

    def test_makes_everything_and_destroys_just_that(self):
        self.assertEqual(self.up(), 0, self.said)
        pool, = self.made("droplets/autoscale")
        balancer, = self.made("load_balancers")
        firewall, = self.made("firewalls")
        postgres, valkey = sorted(self.made("databases"), key=lambda each: each["engine"])
        self.assertEqual((postgres["num_nodes"], valkey["num_nodes"]), (2, 2))
        vpc, = self.made("vpcs")
        self.assertEqual({vpc["id"]}, {postgres["private_network_uuid"], valkey["private_network_uuid"], balancer["vpc_uuid"],
                                       pool["droplet_template"]["vpc_uuid"]})
        with self.subTest("the databases accept droplets only, and Valkey evicts nothing"):
            tag = pool["droplet_template"]["tags"][0]
            for name in (postgres["name"], valkey["name"], self.cloud.replicas[postgres["id"]][0]["name"]):
                self.assertEqual(self.cloud.policies[name, "firewall"], {"rules": [{"type": "tag", "value": tag}]})
            self.assertEqual(self.cloud.policies[valkey["name"], "eviction_policy"], {"eviction_policy": "noeviction"})
        with self.subTest("requests reach droplets from the load balancer only"):
            web, metrics = firewall["inbound_rules"]
            self.assertEqual((web["ports"], web["sources"]), ("8080", {"load_balancer_uids": [balancer["id"]]}))
            self.assertEqual((metrics["ports"], metrics["sources"]), ("9464", {"addresses": ["10.30.0.0/20"]}))
        with self.subTest("the name leads to the load balancer"):
            self.assertIn({"type": "A", "name": "@", "data": balancer["ip"]},
                          [{key: each[key] for key in ("type", "name", "data")} for each in self.cloud.things["records"]])
        self.assertEqual(self.destroy(), 0, self.said)
        self.assertEqual(self.cloud.names(), NOTHING)
        self.assertFalse(self.state.exists())

    def test_works_over_connections(self):
        self.addCleanup(self.cloud.serve())
        with unittest.mock.patch("urllib.request.urlopen", URLOPEN):
            self.assertEqual(self.up(), 0, self.said)
            self.assertEqual(self.run_deploy("take-out", "10.30.0.99"), 1)
            self.assertIn("no droplet", self.said[-1])

    def test_a_second_run_makes_nothing(self):
        self.assertEqual(self.up(), 0, self.said)
        before = self.cloud.names()
        state = self.state.read_text()
        self.cloud.calls.clear()
        self.assertEqual(self.up(), 0, self.said)
        self.assertEqual(self.cloud.names(), before)
        self.assertEqual(self.state.read_text(), state)
        self.assertEqual({call.split()[0] for call, _ in self.cloud.calls}, {"PUT"})

    def test_a_new_package_and_new_sizes_reach_the_pool(self):
        self.assertEqual(self.up(), 0, self.said)
        self.package = self.folder / "mindspace_0.2.0_amd64.deb"
        self.package.write_bytes(b"another package")
        self.settings.write_text(self.settings.read_text().replace("max = 6", "max = 9"))
        self.assertEqual(self.up(), 0, self.said)
        pool, = self.made("droplets/autoscale")
        self.assertEqual(pool["config"]["max_instances"], 9)
        self.assertIn("mindspace_0.2.0_amd64.deb", pool["droplet_template"]["user_data"])

    def test_user_data_is_valid_and_has_what_a_droplet_needs(self):
        self.assertEqual(self.up(), 0, self.said)
        pool, = self.made("droplets/autoscale")
        text = pool["droplet_template"]["user_data"]
        file = self.folder / "user-data"
        file.write_text(text)
        said = subprocess.run(["cloud-init", "schema", "--config-file", file], capture_output=True, text=True, check=False)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        config = json.loads(text.removeprefix("#cloud-config\n"))
        files = {each["path"]: each for each in config["write_files"]}
        url = files["/etc/mindspace/secrets/database-url"]["content"].strip()
        self.assertEqual(url, "postgresql://doadmin:p%40ss%2Fword@private.db:25060/defaultdb"
                              "?sslmode=verify-full&sslrootcert=/etc/mindspace/postgres.pem")
        self.assertTrue(files["/etc/mindspace/secrets/redis-url"]["content"].startswith("rediss://doadmin:p%40ss%2Fword@"))
        secrets = {path for path in files if "/secrets/" in path}
        self.assertEqual({path.rpartition("/")[2] for path in secrets},
                         {"database-url", "database-replica-urls", "redis-url", "auth-secret", "gateway-secret"})
        self.assertEqual({files[path]["permissions"] for path in secrets}, {"0600"})
        content, access = self.cloud.buckets[self.made("keys")[0]["name"]][f"packages/{self.package.name}"]
        self.assertEqual((content, access), (b"a package", "public-read"))

    def test_no_secret_is_printed(self):
        self.assertEqual(self.up(), 0)
        state = json.loads(self.state.read_text())
        printed = "\n".join(self.said)
        for secret in (*state["secrets"].values(), state["spaces"]["secret_key"] + '"', "p@ss", "p%40ss", TOKEN):
            self.assertNotIn(secret, printed)
        self.assertEqual(self.state.stat().st_mode & 0o777, 0o600)

    def test_a_dry_run_prints_the_calls_of_the_real_one(self):
        self.assertEqual(self.run_deploy("up", "--package", self.package, "--dry-run"), 0, self.said)
        planned = self.said
        self.assertEqual((self.cloud.calls, self.cloud.names()), ([], NOTHING))
        self.assertFalse(self.state.exists())
        self.assertEqual(self.up(), 0)
        made = [kind_of_call(line) for line in self.said if line.startswith(("P", "D"))]
        made.remove("DELETE spaces")  # of a key that a dry run does not make
        self.assertEqual([kind_of_call(line) for line in planned if line.startswith(("P", "D"))], made)

    def test_a_dry_run_changes_nothing_of_what_exists(self):
        self.assertEqual(self.up(), 0)
        before = self.cloud.names()
        self.cloud.calls.clear()
        self.assertEqual(self.run_deploy("destroy", "--confirm", "mindspace", "--dry-run"), 0, self.said)
        self.assertEqual(self.run_deploy("up", "--package", self.package, "--dry-run"), 0, self.said)
        self.assertEqual(self.cloud.calls, [])
        self.assertEqual(self.cloud.names(), before)

    def test_rate_limits_and_failures_are_waited_out(self):
        self.cloud.faults = [("GET /v2/vpcs", 429), ("POST /v2/databases", 429), ("GET /v2/databases/.*", 503),
                             ("PUT /v2/databases/.*", 500), ("GET /v2/load_balancers.*", 502)]
        self.assertEqual(self.up(), 0, self.said)
        self.assertEqual(self.cloud.faults, [])
        self.assertGreaterEqual(self.pauses.count(7), 2)  # as the rate limit asked
        self.assertEqual(len(self.made("databases")), 2)

    def test_a_lost_response_makes_nothing_twice(self):
        for kind in ("vpcs", "certificates", "databases", "load_balancers", "firewalls", "droplets/autoscale"):
            self.cloud.faults.append((f"POST /v2/{kind}", "lost"))
        self.assertEqual(self.up(), 0, self.said)
        self.assertEqual(self.cloud.faults, [])
        for kind in ("vpcs", "certificates", "load_balancers", "firewalls", "droplets/autoscale"):
            self.assertEqual(len(self.made(kind)), 1, kind)

    def test_a_run_that_was_stopped_anywhere_can_be_repeated(self):
        self.assertEqual(self.up(), 0)
        made = dict.fromkeys(re.sub("/v2/databases/.*/", "/v2/databases/[^/]+/", call) for call, _ in self.cloud.calls)
        self.assertEqual(self.destroy(), 0)
        for call in (call for call in made if call.startswith("POST")):
            with self.subTest(call=call):
                self.cloud.faults = [(call, 400)]
                self.assertEqual(self.up(), 1)
                self.assertEqual(self.cloud.faults, [])
        self.assertEqual(self.up(), 0, self.said)
        self.assertEqual(self.destroy(), 0, self.said)
        self.assertEqual(self.cloud.names(), NOTHING)

    def test_half_of_a_deployment_is_destroyed(self):
        self.cloud.faults = [("POST /v2/load_balancers", 400)]
        self.assertEqual(self.up(), 1)
        self.assertEqual(self.destroy(), 0, self.said)
        self.assertEqual(self.cloud.names(), NOTHING)

    def test_backups_keep_their_bucket(self):
        self.assertEqual(self.up(), 0)
        name = self.made("keys")[0]["name"]
        self.cloud.buckets[name]["backup/of-monday"] = (b"", "private")
        self.assertEqual(self.destroy(), 3, self.said)
        self.assertEqual(set(self.cloud.buckets[name]), {"backup/of-monday"})
        self.assertTrue(self.state.exists())

    def test_a_name_that_leads_elsewhere_is_left_alone(self):
        self.cloud.things["records"].append({"id": 1, "type": "A", "name": "@", "data": "198.51.100.1"})
        self.assertEqual(self.up(), 1)
        self.assertIn("leads to 198.51.100.1", self.said[-1])
        self.assertEqual(self.cloud.things["records"][-1]["data"], "198.51.100.1")

    def test_droplets_are_taken_out_and_put_back_by_the_names_that_rolling_sh_has(self):
        self.assertEqual(self.up(), 0)
        self.assertEqual(self.run_deploy("nodes"), 0)
        names = [line.split()[0] for line in self.said[0].splitlines()]
        self.assertEqual(names, ["10.30.0.2", "10.30.0.3"])
        serving = lambda: [any("serving" in tag for tag in each["tags"]) for each in self.made_droplets()]
        self.assertEqual(self.run_deploy("take-out", names[0]), 0)
        self.assertEqual(serving(), [False, True])
        self.assertEqual(self.run_deploy("put-back", names[0]), 0)
        self.assertEqual(serving(), [True, True])
        self.assertEqual(self.run_deploy("take-out", "10.30.0.99"), 1)

    def made_droplets(self):
        return [each for each in self.cloud.things["droplets"] if str(each["id"]).isdigit()]

    def test_refuses_wrong_words_and_a_wrong_token(self):
        self.assertEqual(self.run_deploy("destroy", "--confirm", "other"), 64)
        self.assertEqual(self.run_deploy("up", "--package", self.package, token="stolen"), 1)
        self.assertEqual(self.cloud.names(), NOTHING)


class Standin(unittest.TestCase):
    """It must refuse what the real one would."""

    def refused(self, call, content):
        with self.assertRaises(jsonschema.ValidationError):
            jsonschema.validate(content, RULES[call])

    def test_refuses_content_that_is_not_as_described(self):
        database = {"name": "a", "engine": "pg", "num_nodes": 2, "size": "db-s-1vcpu-2gb", "region": "fra1"}
        jsonschema.validate(database, RULES["POST /v2/databases"])
        self.refused("POST /v2/databases", database | {"engine": "postgres"})
        self.refused("POST /v2/databases", database | {"nodes": 2})
        self.refused("POST /v2/databases", database | {"num_nodes": "2"})
        self.refused("POST /v2/databases", {name: value for name, value in database.items() if name != "region"})
        self.refused("POST /v2/vpcs", {"name": "with space", "region": "fra1"})
        self.refused("POST /v2/droplets/autoscale", {"name": "a", "config": {"min_instances": 0, "max_instances": 2}})


class Signature(unittest.TestCase):
    def test_is_that_of_the_example_of_aws(self):
        """"Example: GET Object" of "Signature Calculations for the Authorization Header" in the documentation of S3."""
        fields = spaces.signature("GET", "https://examplebucket.s3.amazonaws.com/test.txt", "", b"", {"Range": "bytes=0-9"},
                                  "us-east-1", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                                  datetime.datetime(2013, 5, 24, tzinfo=datetime.timezone.utc))
        self.assertIn("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", fields["authorization"])


if __name__ == "__main__":
    unittest.main()
