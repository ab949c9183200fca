"""A bucket of DigitalOcean Spaces, by the calls of S3 that it knows, signed with AWS Signature Version 4."""

import base64
import datetime
import hashlib
import hmac
import re
import urllib.error
import urllib.parse
import urllib.request

EXPIRY = """<LifecycleConfiguration><Rule><ID>failed-uploads</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>\
<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>\
</LifecycleConfiguration>"""


class Bucket:
    def __init__(self, api, endpoint, region, name, access_key, secret_key):
        """`endpoint` with {region}, such as https://{region}.digitaloceanspaces.com. `api` knows whether this is a dry run."""
        self.api = api
        self.url = f"{endpoint.format(region=region).rstrip('/')}/{name}"
        self.region, self.access_key, self.secret_key = region, access_key, secret_key

    def exists(self):
        return self.call("HEAD")[0] == 200

    def create(self):
        """Private, and without what failed uploads leave."""
        self.expect((200,), "PUT")
        digest = {"Content-MD5": base64.b64encode(hashlib.md5(EXPIRY.encode()).digest()).decode()}
        self.expect((200,), "PUT", query="lifecycle=", body=EXPIRY.encode(), headers=digest)

    def put_public(self, key, content):
        self.expect((200,), "PUT", key, body=content, headers={"x-amz-acl": "public-read"})

    def keys(self, prefix):
        """Of the objects whose keys begin so; none if there is no bucket."""
        status, said = self.call("GET", query=f"list-type=2&prefix={urllib.parse.quote(prefix, safe='')}")
        if status not in (200, 404):
            raise RuntimeError(f"Spaces: list {prefix}: {status} {said}")
        return re.findall("<Key>([^<]*)</Key>", said) if status == 200 else []

    def delete_object(self, key):
        self.expect((200, 204, 404), "DELETE", key)

    def delete(self):
        """False if something is in it, which stays."""
        return self.expect((200, 204, 404, 409), "DELETE") != 409

    def expect(self, statuses, method, *arguments, **options):
        status, said = self.call(method, *arguments, **options)
        if status not in statuses:
            raise RuntimeError(f"Spaces: {method} {arguments}: {status} {said}")
        return status

    def call(self, method, key="", query="", body=b"", headers=None):
        url = f"{self.url}/{urllib.parse.quote(key)}" if key else self.url
        if method in ("PUT", "DELETE"):
            self.api.say(f"{method} {url}" + (f"?{query}" if query else ""))
            if self.api.dry_run:
                return 200, ""
        signed = signature(method, url, query, body, headers or {}, self.region, self.access_key, self.secret_key,
                           datetime.datetime.now(datetime.timezone.utc))
        request = urllib.request.Request(url + (f"?{query}" if query else ""), method=method, headers=signed,
                                         data=body if method == "PUT" else None)
        try:
            with urllib.request.urlopen(request, timeout=300) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")[:500]


def signature(method, url, query, body, headers, region, access_key, secret_key, now):
    """The header fields of a request, with its signature (AWS Signature Version 4, service s3)."""
    parts = urllib.parse.urlparse(url)
    moment, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    content = hashlib.sha256(body).hexdigest()
    fields = {name.lower(): value for name, value in headers.items()} | {
        "host": parts.netloc, "x-amz-date": moment, "x-amz-content-sha256": content}
    names = ";".join(sorted(fields))
    canonical = "\n".join([method, parts.path or "/", query, *(f"{name}:{fields[name]}" for name in sorted(fields)), "", names,
                           content])
    scope = f"{day}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    proof = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return fields | {"authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, "
                                      f"Signature={proof}"}
