"""Stands in for the services of AWS that a machine of deploy/aws calls: instance metadata (version 2), S3, Secrets Manager,
CloudFormation, Elastic Load Balancing, Auto Scaling and CloudWatch. The real `aws` command speaks to it, over TLS with a
certificate of the test's authority, and checks what is sent by its own description of the services. Calls without the
credentials of the machine are refused."""

import http.server
import json
import ssl
import threading
import urllib.parse

REGION = "eu-central-1"
NAMES = [f"{name}.{REGION}.amazonaws.com" for name in
         ("secretsmanager", "cloudformation", "elasticloadbalancing", "autoscaling", "monitoring", "s3", "artifacts.s3")]
ROLE, INSTANCE, KEY = "node-role", "i-0123456789abcdef0", "ASIAEXAMPLEEXAMPLE00"
TOKEN = "token-of-the-metadata-service"
RESULTS = {
    "SignalResource": "",
    "CompleteLifecycleAction": "<CompleteLifecycleActionResult/>",
    "PutMetricData": "",
    "DescribeTargetHealth": "<DescribeTargetHealthResult><TargetHealthDescriptions><member><Target><Id>%s</Id></Target>"
                            "<TargetHealth><State>%s</State></TargetHealth></member></TargetHealthDescriptions>"
                            "</DescribeTargetHealthResult>",
}


class Aws:
    """secrets: by ARN. objects: bytes by path in the bucket. target_health(): the state that the load balancer sees.
    `calls` has the parameters of each call of an action, by its name."""

    def __init__(self, certificate, key, secrets, objects, target_health):
        self.secrets, self.objects, self.target_health = secrets, objects, target_health
        self.calls, self.lifecycle = {}, None
        self.servers = [self.serve(("169.254.169.254", 80), Metadata), self.serve(("127.0.0.2", 443), Services)]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.servers[1].socket = context.wrap_socket(self.servers[1].socket, server_side=True)
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def serve(self, address, handler):
        server = http.server.ThreadingHTTPServer(address, handler)
        server.aws = self
        return server

    def called(self, action):
        return self.calls.get(action, [])

    def end(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def respond(self, status, body=b"", kind="text/plain", **fields):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Metadata(Handler):
    def do_PUT(self):
        asked = self.path == "/latest/api/token" and self.headers["X-aws-ec2-metadata-token-ttl-seconds"]
        self.respond(*((200, TOKEN) if asked else (400,)), X_aws_ec2_metadata_token_ttl_seconds="60")

    def do_GET(self):
        if self.headers["X-aws-ec2-metadata-token"] != TOKEN:
            return self.respond(401)  # version 1, which the launch template forbids
        credentials = {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": KEY, "SecretAccessKey": "secret", "Token": "session",
                       "LastUpdated": "2026-01-01T00:00:00Z", "Expiration": "2099-01-01T00:00:00Z"}
        known = {"instance-id": INSTANCE, "iam/security-credentials/": ROLE, "placement/region": REGION,
                 "autoscaling/target-lifecycle-state": self.server.aws.lifecycle,
                 f"iam/security-credentials/{ROLE}": json.dumps(credentials)}
        found = known.get(self.path.removeprefix("/latest/meta-data/"))
        return self.respond(200, found) if found else self.respond(404)


class Services(Handler):
    def is_signed(self):
        return f"Credential={KEY}/" in self.headers.get("Authorization", "") and self.headers["X-Amz-Security-Token"] == "session"

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = urllib.parse.urlparse(self.path).path.strip("/").removeprefix("artifacts/")
        found = self.server.aws.objects.get(path)
        if not self.is_signed() or found is None:
            return self.respond(403)
        return self.respond(200, found, "binary/octet-stream", ETag='"1"', Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT",
                            Accept_Ranges="bytes")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if not self.is_signed():
            return self.respond(403)
        if target := self.headers["X-Amz-Target"]:
            return self.do_json(target, json.loads(body))
        given = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
        action = given["Action"]
        if action not in RESULTS:
            return self.respond(400, f"<ErrorResponse><Error><Code>InvalidAction</Code><Message>{action}</Message></Error></ErrorResponse>")
        self.server.aws.calls.setdefault(action, []).append(given)
        result = RESULTS[action]
        if "%s" in result:
            result %= (given["Targets.member.1.Id"], self.server.aws.target_health())
        return self.respond(200, f"<{action}Response>{result}<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
                                 f"</{action}Response>", "text/xml")

    def do_json(self, target, given):
        assert target == "secretsmanager.GetSecretValue", target
        secret = self.server.aws.secrets.get(given["SecretId"])
        if secret is None:
            return self.respond(400, json.dumps({"__type": "ResourceNotFoundException"}), "application/x-amz-json-1.1")
        return self.respond(200, json.dumps({"ARN": given["SecretId"], "SecretString": secret}), "application/x-amz-json-1.1")
