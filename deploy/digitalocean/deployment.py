"""What a deployment consists of, in the order of making; destroying goes the other way."""

import base64
import hashlib
import re
import urllib.parse

from api import Later, Refused, Uncertain
from spaces import Bucket
from user_data import cloud_config

KEY_HAS_EVERYTHING = [{"bucket": "", "permission": "fullaccess"}]


class Deployment:
    """`state` has what cannot be read again; save(state) keeps it. Each `make_` may be called again."""

    def __init__(self, api, settings, state, save, spaces_url):
        self.api, self.settings, self.state, self.save, self.spaces_url = api, settings, state, save, spaces_url
        self.region = settings["region"]
        self.tag, self.serving = self.name("node"), self.name("serving")  # all droplets; those that get requests

    def name(self, what):
        return f"{self.settings['name']}-{what}-{self.state['suffix']}"

    def up(self, package):
        vpc = self.make("vpcs", "vpc", "vpc", {"region": self.region, "ip_range": self.settings["network"]})
        for tag in (self.tag, self.serving):
            self.make("tags", "tag", tag, {})
        certificate = self.make_certificate()
        postgres = self.make_database("postgres", "pg", vpc)
        valkey = self.make_database("valkey", "valkey", vpc)
        self.api.change("PUT", f"/v2/databases/{valkey['id']}/eviction_policy", {"eviction_policy": "noeviction"})
        replicas = self.make_replica(postgres, vpc)
        for database in (postgres, valkey, *replicas):
            self.api.change("PUT", f"/v2/databases/{database['id']}/firewall", {"rules": [{"type": "tag", "value": self.tag}]})
        url, digest = self.upload(package)
        user_data = self.user_data(postgres, valkey, replicas, url, digest)
        balancer = self.make_balancer(vpc, certificate)
        self.make("firewalls", "firewall", "firewall", self.firewall(balancer), changed=True)
        self.make("droplets/autoscale", "autoscale_pool", "pool", self.pool(vpc, user_data), changed=True)
        self.make_record(balancer)
        self.api.say(f"https://{self.settings['domain']}")

    # Finding and making.
    def find(self, path, key, name):
        return next((each for each in self.api.list(f"/v2/{path}", plural(key)) if each["name"] == name), None)

    def make(self, path, key, what, wanted, changed=False):
        """Creates something unless it exists; `changed`: otherwise makes it as wanted."""
        name = what if path == "tags" else self.name(what)
        for attempt in range(3):
            if found := self.find(path, key, name):
                if changed:
                    self.api.change("PUT", f"/v2/{path}/{found['id']}", {"name": name} | wanted)
                return found
            try:
                made = self.api.change("POST", f"/v2/{path}", {"name": name} | wanted)
                return made.get(key) or Later(f"<{key}>")
            except Uncertain:  # the response was lost: look whether it exists now
                if attempt == 2:
                    raise
                self.api.pause(5)
        raise AssertionError("unreachable")

    def make_certificate(self):
        made = self.make("certificates", "certificate", "certificate",
                         {"type": "lets_encrypt", "dns_names": [self.settings["domain"]]})

        def when_verified():
            found = self.find("certificates", "certificate", self.name("certificate"))
            if found and found["state"] == "error":
                raise Refused(f"no certificate for {self.settings['domain']}: is {self.settings['zone']} served by this account?", 0, "")
            return found if found and found["state"] == "verified" else None
        return self.api.wait_until("certificate verified", when_verified, made)

    def make_database(self, what, engine, vpc):
        wanted = self.settings[what]
        made = self.make("databases", "database", what, {
            "engine": engine, "version": wanted["version"], "size": wanted["size"], "num_nodes": 2, "region": self.region,
            "private_network_uuid": vpc["id"]})
        return self.api.wait_until(f"{what} online", lambda: self.when_online(f"/v2/databases/{made['id']}", "database"), made)

    def when_online(self, path, key):
        found = self.api.get(path)[key]
        return found if found["status"] == "online" else None

    def make_replica(self, postgres, vpc):
        if not self.settings["postgres"]["replica"]:
            return []
        made = self.make(f"databases/{postgres['id']}/replicas", "replica", "replica", {
            "region": self.region, "size": self.settings["postgres"]["size"], "private_network_uuid": vpc["id"]})
        path = f"/v2/databases/{postgres['id']}/replicas/{made['name']}"
        return [self.api.wait_until("replica online", lambda: self.when_online(path, "replica"), made)]

    def make_balancer(self, vpc, certificate):
        wanted = {
            "region": self.region, "vpc_uuid": vpc["id"], "tag": self.serving, "type": "REGIONAL",
            "size_unit": self.settings["balancer"]["size_unit"],
            "forwarding_rules": [{"entry_protocol": "https", "entry_port": 443, "target_protocol": "https", "target_port": 8080,
                                  "certificate_id": certificate["id"]}],
            "health_check": {"protocol": "https", "port": 8080, "path": "/readyz", "check_interval_seconds": 5,
                             "response_timeout_seconds": 3, "healthy_threshold": 2, "unhealthy_threshold": 2},
            "redirect_http_to_https": True, "tls_cipher_policy": "STRONG",
            "http_idle_timeout_seconds": 60,  # the program pings a quiet socket every 25 s
            "enable_backend_keepalive": True, "disable_lets_encrypt_dns_records": True}
        made = self.make("load_balancers", "load_balancer", "balancer", wanted, changed=True)
        return self.api.wait_until("load balancer active", lambda: self.when_active(made["id"]), made)

    def when_active(self, balancer):
        found = self.api.get(f"/v2/load_balancers/{balancer}")["load_balancer"]
        return found if found["status"] == "active" and found.get("ip") else None

    def firewall(self, balancer):
        inbound = [{"protocol": "tcp", "ports": "8080", "sources": {"load_balancer_uids": [balancer["id"]]}},
                   {"protocol": "tcp", "ports": "9464", "sources": {"addresses": [self.settings["network"]]}}]
        if self.settings["admins"]:
            inbound.append({"protocol": "tcp", "ports": "22", "sources": {"addresses": self.settings["admins"]}})
        everywhere = {"addresses": ["0.0.0.0/0", "::/0"]}
        return {"tags": [self.tag], "inbound_rules": inbound, "outbound_rules": [
            {"protocol": protocol, "ports": "all", "destinations": everywhere} for protocol in ("tcp", "udp")]}

    def pool(self, vpc, user_data):
        nodes = self.settings["nodes"]
        return {
            "config": {"min_instances": nodes["min"], "max_instances": nodes["max"],
                       "target_cpu_utilization": nodes["processor"], "cooldown_minutes": nodes["cooldown"]},
            "droplet_template": {
                "name": self.name("node"), "region": self.region, "size": nodes["size"], "image": nodes["image"],
                "ssh_keys": self.settings["ssh_keys"], "tags": [self.tag, self.serving], "vpc_uuid": vpc["id"],
                "with_droplet_agent": True, "user_data": user_data}}

    def make_record(self, balancer):
        """The one thing that has no name of ours: it is ours if it leads to our load balancer."""
        zone = self.settings["zone"]
        host = self.settings["domain"].removesuffix(zone).rstrip(".") or "@"
        records = [record for record in self.api.list(f"/v2/domains/{zone}/records", "domain_records")
                   if record["type"] == "A" and record["name"] == host]
        if not records:
            self.api.change("POST", f"/v2/domains/{zone}/records",
                            {"type": "A", "name": host, "data": str(balancer["ip"]), "ttl": 300})
        elif [record["data"] for record in records] != [balancer["ip"]]:
            raise Refused(f"{self.settings['domain']} leads to {records[0]['data']}: remove that record, or make another", 0, "")

    # What the droplets get.
    def user_data(self, postgres, valkey, replicas, package_url, digest):
        tls = "sslmode=verify-full&sslrootcert=/etc/mindspace/postgres.pem"
        urls = {"database-url": f"{url_of('postgresql', postgres)}/defaultdb?{tls}",
                "redis-url": url_of("rediss", valkey)}
        if replicas:
            urls["database-replica-urls"] = ",".join(f"{url_of('postgresql', each)}/defaultdb?{tls}" for each in replicas)
        authority = Later("<authority>") if isinstance(postgres, Later) else base64.b64decode(
            self.api.get(f"/v2/databases/{postgres['id']}/ca")["ca"]["certificate"]).decode()
        return cloud_config(self.settings, urls, self.state["secrets"], package_url, digest, self.settings["network"], authority)

    def upload(self, package):
        """The package is public, as the program is; droplets know its digest. Backups are not: see bucket()."""
        assert re.fullmatch(r"mindspace_[^_/]+_amd64\.deb", package.name), "--package must be mindspace_VERSION_amd64.deb"
        bucket, key, content = self.bucket(), f"packages/{package.name}", package.read_bytes()
        if not bucket.exists():
            self.with_every_right(Bucket.create)
        bucket.put_public(key, content)
        return f"{bucket.url}/{key}", hashlib.sha256(content).hexdigest()

    def bucket(self):
        """For backups, by a key that reaches nothing else."""
        name = self.name("backups")
        if "spaces" not in self.state:
            self.forget_keys(name)
            made = self.api.change("POST", "/v2/spaces/keys", {
                "name": name, "grants": [{"bucket": name, "permission": "readwrite"}]}).get("key") or Later("<key>")
            self.state["spaces"] = {"access_key": made["access_key"], "secret_key": made["secret_key"]}
            if not self.api.dry_run:
                self.save(self.state)
        return Bucket(self.api, self.spaces_url, self.region, name, **self.state["spaces"])

    def with_every_right(self, action):
        """Buckets are made and deleted by a key that may do so, and that exists only meanwhile."""
        name = self.name("temporary")
        made = self.api.change("POST", "/v2/spaces/keys", {"name": name, "grants": KEY_HAS_EVERYTHING}).get("key") or Later("<key>")
        try:
            return action(Bucket(self.api, self.spaces_url, self.region, self.name("backups"), made["access_key"],
                                 made["secret_key"]))
        finally:
            self.forget_keys(name)

    def forget_keys(self, name):
        for key in self.api.list("/v2/spaces/keys", "keys"):
            if key["name"] == name:
                self.api.change("DELETE", f"/v2/spaces/keys/{key['access_key']}")

    # Droplets, for rolling.sh.
    def droplets(self):
        return self.api.list(f"/v2/droplets?tag_name={urllib.parse.quote(self.tag)}", "droplets")

    def nodes(self):
        return "\n".join(f"{address} http://{address}:9464" for address in map(private_address, self.droplets()))

    def set_serving(self, method, node):
        found = next((each for each in self.droplets() if private_address(each) == node), None)
        if found is None:
            raise Refused(f"no droplet has the address {node}", 0, "")
        self.api.change(method, f"/v2/tags/{self.serving}/resources",
                        {"resources": [{"resource_id": str(found["id"]), "resource_type": "droplet"}]})

    # The way back.
    def destroy(self):
        """False if the bucket stays, because something is in it that others have put there."""
        balancer = self.find("load_balancers", "load_balancer", self.name("balancer"))
        self.remove_record(balancer)
        self.remove("droplets/autoscale", "autoscale_pool", "pool", suffix="/dangerous", X_Dangerous="true")
        self.api.wait_until("without droplets", lambda: not self.droplets(), None)
        self.remove("firewalls", "firewall", "firewall")
        self.remove("load_balancers", "load_balancer", "balancer")
        self.remove("certificates", "certificate", "certificate")
        if postgres := self.find("databases", "database", self.name("postgres")):
            self.remove(f"databases/{postgres['id']}/replicas", "replica", "replica", key_of_path="name")
        for what in ("postgres", "valkey"):
            self.remove("databases", "database", what)
        for tag in (self.tag, self.serving):
            if self.find("tags", "tag", tag):
                self.api.change("DELETE", f"/v2/tags/{tag}")
        self.remove("vpcs", "vpc", "vpc")
        return self.remove_bucket()

    def remove(self, path, key, what, suffix="", key_of_path="id", **fields):
        """Until it is gone: what still uses it takes a while to go."""
        name = self.name(what)

        accepted = False

        def is_gone():
            nonlocal accepted
            found = self.find(path, key, name)
            if found is None or accepted:
                return found is None
            try:
                self.api.change("DELETE", f"/v2/{path}/{found[key_of_path]}{suffix}", **fields)
                accepted = True
            except Refused as refused:
                if refused.status not in (403, 404, 409, 412, 422):
                    raise
            return False
        if self.api.dry_run:
            is_gone()
        else:
            self.api.wait_until(f"without {what}", is_gone, None)

    def remove_record(self, balancer):
        zone = self.settings["zone"]
        for record in self.api.list(f"/v2/domains/{zone}/records", "domain_records") if balancer else []:
            if record["type"] == "A" and record["data"] == balancer.get("ip"):
                self.api.change("DELETE", f"/v2/domains/{zone}/records/{record['id']}")

    def remove_bucket(self):
        if "spaces" not in self.state:
            return True
        bucket = self.bucket()
        for key in bucket.keys("packages/"):
            bucket.delete_object(key)
        if bucket.exists() and not self.with_every_right(Bucket.delete):
            self.api.say(f"The bucket {self.name('backups')} has backups and stays, with its key in the state.")
            return False
        self.forget_keys(self.name("backups"))
        return True


def plural(key):
    return key + "s"


def url_of(scheme, database):
    to = database["private_connection"]
    return f"{scheme}://{quoted(to['user'])}:{quoted(to['password'])}@{to['host']}:{to['port']}"


def quoted(text):
    return text if isinstance(text, Later) else urllib.parse.quote(text, safe="")


def private_address(droplet):
    return next(network["ip_address"] for network in droplet["networks"]["v4"] if network["type"] == "private")
