"""Stands in for DigitalOcean's API and for Spaces. It refuses what the real ones would: content that is not as the published
description wants it (rules.json), references to what does not exist, deletion of what is in use, calls without a right.
Things take a few looks until they are there or gone. `faults` are simulated before the calls that they match."""

import email
import http.server
import io
import itertools
import json
import pathlib
import re
import threading
import urllib.error
import urllib.parse
import urllib.response
import uuid

import jsonschema

RULES = json.loads(pathlib.Path(__file__).with_name("rules.json").read_text())["content"]
TOKEN = "dop_v1_of_a_test"
PAGE = 2  # entries, so that lists have pages
LOOKS = 2  # until something is ready, or gone
# Path of a collection, the key of one of its members, and what a new one looks like.
KINDS = {
    "vpcs": ("vpc", {}),
    "tags": ("tag", {}),
    "certificates": ("certificate", {"state": "pending"}),
    "databases": ("database", {"status": "creating", "private_connection": {
        "host": "private.db", "port": 25060, "user": "doadmin", "password": "p@ss/word", "database": "defaultdb"}}),
    "firewalls": ("firewall", {}),
    "load_balancers": ("load_balancer", {"status": "new", "ip": "192.0.2.10"}),
    "droplets/autoscale": ("autoscale_pool", {"status": "active"}),
}
READY = {"creating": "online", "new": "active", "pending": "verified"}


class DigitalOcean:
    """`things` by collection; `calls` are those that changed something or tried to. faults: a list of (pattern of "METHOD
    path", what), each used once: a status, or "lost": carried out, but the response does not arrive."""

    def __init__(self):
        self.things = {kind: [] for kind in KINDS} | {"droplets": [], "records": [], "keys": []}
        self.replicas, self.policies, self.buckets, self.faults, self.calls = {}, {}, {}, [], []
        self.numbers = itertools.count(1000)
        self.url = "http://api.test"

    def serve(self):
        """From now on at an address, until the function that is returned is called."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.cloud = self
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return lambda: (server.shutdown(), server.server_close())

    def urlopen(self, request, timeout):
        """As urllib.request.urlopen(), without a connection: on a busy machine most of the time goes into connections."""
        assert 0 < timeout <= 300
        headers = {name.title(): value for name, value in request.header_items()}
        status, body, fields = Call(self, request.get_method(), request.full_url.removeprefix(self.url), headers,
                                    request.data or b"").carry_out()
        response = urllib.response.addinfourl(io.BytesIO(body), email.message_from_string(
            "".join(f"{name}: {value}\n" for name, value in fields.items())), request.full_url, status)
        if status >= 400:
            raise urllib.error.HTTPError(request.full_url, status, "", response.headers, response)
        return response

    def names(self):
        """Of everything that exists, in order."""
        kinds = {kind: sorted(thing["name"] for thing in things) for kind, things in self.things.items()}
        return kinds | {"buckets": sorted(self.buckets), "replicas": [each["name"] for all in self.replicas.values() for each in all]}

    def is_member(self, identifier, collection):
        return any(identifier in (thing.get("id"), thing["name"]) for thing in self.things[collection])


class No(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_call(self):
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.title(): value for name, value in self.headers.items()}
        status, body, fields = Call(self.server.cloud, self.command, self.path, headers, content).carry_out()
        self.send_response(status)
        for name, value in (fields | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_call


class Call:
    """One call of the API or of Spaces."""

    def __init__(self, cloud, command, path, headers, content):
        self.cloud, self.command, self.headers, self.content = cloud, command, headers, content
        self.url = urllib.parse.urlparse(path)

    def carry_out(self):
        """Status, content and header fields of the response."""
        asked = f"{self.command} {self.url.path}"
        fault = next((each for each in self.cloud.faults if re.fullmatch(each[0], asked)), None)
        if fault:
            self.cloud.faults.remove(fault)
        if fault and fault[1] != "lost":
            return fault[1], b"{}", {"Retry-After": "7"} if fault[1] == 429 else {}
        try:
            if not self.url.path.startswith("/v2/"):
                return *Spaces(self.cloud, self).answer(self.url, self.content), {}
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                raise No(401, "Unable to authenticate you")
            body = self.answer(self.url.path, urllib.parse.parse_qs(self.url.query), json.loads(self.content or b"null"))
        except No as no:
            return no.status, json.dumps({"id": "refused", "message": str(no)}).encode(), {}
        if fault:
            return 502, b"", {}
        return (204, b"", {}) if body is None else (200, json.dumps(body).encode(), {})

    def answer(self, path, query, content):
        template = next((rule for rule in RULES if rule.startswith(self.command + " ") and re.fullmatch(
            re.sub(r"\{\w+\}", "[^/]+", rule.partition(" ")[2]), path)), None)
        if template is None:
            raise No(404, f"{self.command} {path} is not called by anything that we know")
        if (schema := RULES[template]) is not None:
            try:
                jsonschema.validate(content, schema)
            except jsonschema.ValidationError as wrong:
                raise No(422, f"{wrong.json_path}: {wrong.message}") from wrong
        if self.command != "GET":
            self.cloud.calls.append((f"{self.command} {path}", content))
        words = path.removeprefix("/v2/").split("/")
        if words[0] == "domains":
            return self.records(words, content)
        if words[:2] == ["spaces", "keys"]:
            return self.keys(words, content, query)
        if words[0] == "databases" and len(words) > 2:
            return self.of_database(words, content, query)
        if words[0] == "tags" and words[2:] == ["resources"]:
            return self.tagged(words[1], content)
        if words == ["droplets"]:
            return self.page("droplets", self.droplets(query["tag_name"][0]), query)
        kind = "droplets/autoscale" if words[:2] == ["droplets", "autoscale"] else words[0]
        return self.of_kind(kind, words[kind.count("/") + 1:], content, query)

    def page(self, key, things, query):
        at = (int(query.get("page", ["1"])[0]) - 1) * PAGE
        more = at + PAGE < len(things)
        return {key: things[at:at + PAGE], "links": {"pages": {"next": "another"} if more else {}}, "meta": {"total": len(things)}}

    def of_kind(self, kind, words, content, query):
        cloud, (key, new) = self.cloud, KINDS[kind]
        things = cloud.things[kind]
        for thing in list(things):
            self.grow(thing, things)
        if self.command == "POST":
            self.check_references(kind, content)
            if kind in ("vpcs", "databases", "certificates") and any(each["name"] == content["name"] for each in things):
                raise No(422, "name is already in use")
            things.append({"id": str(uuid.uuid4())} | new | content | {"looks": LOOKS})
            if kind == "droplets/autoscale":
                self.fill(things[-1])
            return {key: things[-1]}
        if not words:
            return self.page(key + "s", things, query)
        thing = next((each for each in things if words[0] in (each["id"], each["name"])), None)
        if thing is None:
            raise No(404, "The resource you were accessing could not be found.")
        if self.command == "GET":
            return {key: thing}
        if self.command == "PUT":
            self.check_references(kind, content)
            thing.update(content)
            return {key: thing}
        return self.delete(kind, thing)

    def delete(self, kind, thing):
        cloud, text = self.cloud, json.dumps(self.cloud.things)
        if kind == "vpcs" and text.count(thing["id"]) > 1:
            raise No(403, "Can not delete VPC with members")
        if kind == "certificates" and text.count(thing["id"]) > 1:
            raise No(403, "certificate is in use")
        if kind == "droplets/autoscale":
            if self.headers["X-Dangerous"] != "true":
                raise No(400, "X-Dangerous is missing")
            for droplet in cloud.things["droplets"]:
                if droplet.get("pool") == thing["id"]:
                    droplet["leaves"] = LOOKS
        if kind == "databases":
            cloud.replicas.pop(thing["id"], None)
        thing["leaves"] = LOOKS if kind in ("databases", "load_balancers", "droplets/autoscale") else 0
        self.grow(thing, cloud.things[kind])

    @staticmethod
    def grow(thing, things):
        """One look at something: it gets ready, or leaves."""
        if "leaves" in thing:
            thing["leaves"] -= 1
            if thing["leaves"] < 0:
                things.remove(thing)
        elif "looks" in thing:
            thing["looks"] -= 1
            if thing["looks"] <= 0:
                for name in {"state", "status"} & thing.keys():
                    thing[name] = READY.get(thing[name], thing[name])

    def check_references(self, kind, content):
        cloud = self.cloud
        template = content.get("droplet_template", {})
        references = [(content.get("vpc_uuid"), "vpcs"), (template.get("vpc_uuid"), "vpcs"), (content.get("tag"), "tags"),
                      (content.get("private_network_uuid"), "vpcs"),
                      *((rule.get("certificate_id"), "certificates") for rule in content.get("forwarding_rules", [])),
                      *((each, "load_balancers") for rule in content.get("inbound_rules", [])
                        for each in rule["sources"].get("load_balancer_uids", [])),
                      *((tag, "tags") for tag in content.get("tags", []) if kind == "firewalls")]
        for identifier, collection in references:
            if identifier is not None and not cloud.is_member(identifier, collection):
                raise No(422, f"{identifier} is none of {collection}")
        for rule in content.get("forwarding_rules", []):
            if (found := rule.get("certificate_id")) and not any(
                    each["id"] == found and each["state"] == "verified" for each in cloud.things["certificates"]):
                raise No(422, "certificate is not verified")
        if len(template.get("user_data", "")) > 64 << 10:
            raise No(422, "user_data may not exceed 64 KiB")

    def fill(self, pool):
        cloud = self.cloud
        for _ in range(pool["config"]["min_instances"]):
            number = len(cloud.things["droplets"])
            cloud.things["droplets"].append({
                "id": next(cloud.numbers), "name": f"node-{number}", "pool": pool["id"], "vpc_uuid": pool["droplet_template"]["vpc_uuid"],
                "tags": list(pool["droplet_template"]["tags"]),
                "networks": {"v4": [{"type": "public", "ip_address": f"192.0.2.{100 + number}"},
                                    {"type": "private", "ip_address": f"10.30.0.{1 + number}"}]}})

    def droplets(self, tag):
        things = self.cloud.things["droplets"]
        for droplet in list(things):
            self.grow(droplet, things)
        return [each for each in things if tag in each["tags"]]

    def tagged(self, tag, content):
        for resource in content["resources"]:
            droplet = next((each for each in self.cloud.things["droplets"] if str(each["id"]) == resource["resource_id"]), None)
            if droplet is None or resource["resource_type"] != "droplet":
                raise No(404, "no such resource")
            droplet["tags"] = sorted({*droplet["tags"], tag} if self.command == "POST" else {*droplet["tags"]} - {tag})

    def of_database(self, words, content, query):
        cloud, of, what = self.cloud, words[1], words[2]
        database = next((each for each in cloud.things["databases"] if each["id"] == of), None)
        replica = next((each for all in cloud.replicas.values() for each in all if each["id"] == of), None)
        if database is None and not (replica and what == "firewall"):
            raise No(404, "no such cluster")
        if what in ("firewall", "eviction_policy"):
            cloud.policies[(database or replica)["name"], what] = content
            return None
        if what == "ca":
            return {"ca": {"certificate": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="}}
        replicas = cloud.replicas.setdefault(of, [])
        for each in list(replicas):
            self.grow(each, replicas)
        if self.command == "POST":
            if database["status"] != "online":
                raise No(412, "cluster is not online")
            replicas.append({"id": str(uuid.uuid4())} | KINDS["databases"][1] | content | {"looks": LOOKS})
            return {"replica": replicas[-1]}
        if len(words) == 3:
            return self.page("replicas", replicas, query)
        found = next((each for each in replicas if each["name"] == words[3]), None)
        if found is None:
            raise No(404, "no such replica")
        if self.command == "GET":
            return {"replica": found}
        replicas.remove(found)
        return None

    def records(self, words, content):
        things = self.cloud.things["records"]
        if self.command == "POST":
            things.append({"id": next(self.cloud.numbers)} | content)
            return {"domain_record": things[-1]}
        if self.command == "DELETE":
            things[:] = [each for each in things if str(each["id"]) != words[3]]
            return None
        return self.page("domain_records", things, urllib.parse.parse_qs(self.url.query))

    def keys(self, words, content, query):
        things = self.cloud.things["keys"]
        if self.command == "POST":
            made = content | {"access_key": f"DO{next(self.cloud.numbers)}"}
            things.append(made)
            return {"key": made | {"secret_key": "secret"}}
        if self.command == "DELETE":
            things[:] = [each for each in things if each["access_key"] != words[2]]
            return None
        return self.page("keys", things, query)


class Spaces:
    """Buckets, by the name in the path. The signature itself is compared with an example of AWS in another test."""

    def __init__(self, cloud, handler):
        self.cloud, self.handler = cloud, handler

    def answer(self, url, content):
        bucket, _, key = url.path.strip("/").partition("/")
        signed = re.search(r"Credential=(\w+)/\d{8}/fra1/s3/aws4_request", self.handler.headers.get("Authorization", ""))
        grants = next((each["grants"] for each in self.cloud.things["keys"] if signed and each["access_key"] == signed[1]), [])
        may = {grant["permission"] for grant in grants if grant["bucket"] in ("", bucket)}
        about_bucket = not key and (self.handler.command == "DELETE" or self.handler.command == "PUT" and not url.query)
        if not may or about_bucket and "fullaccess" not in may:
            return 403, b"AccessDenied"
        if self.handler.command == "PUT" and about_bucket:
            self.cloud.buckets.setdefault(bucket, {})
            return 200, b""
        objects = self.cloud.buckets.get(bucket)
        if objects is None:
            return 404, b"NoSuchBucket"
        match self.handler.command:
            case "HEAD":
                return 200, b""
            case "GET":
                prefix = urllib.parse.parse_qs(url.query)["prefix"][0]
                return 200, "".join(f"<Key>{name}</Key>" for name in objects if name.startswith(prefix)).encode()
            case "PUT":
                if key:
                    objects[key] = (content, self.handler.headers.get("X-Amz-Acl", "private"))
                return 200, b""
            case "DELETE" if key:
                objects.pop(key, None)
                return 204, b""
        if objects:
            return 409, b"BucketNotEmpty"
        del self.cloud.buckets[bucket]
        return 204, b""
