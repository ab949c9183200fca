"""Stands in for object storage that speaks the protocol of S3, over TLS. It keeps one bucket in memory, checks the signature
(version 4) and the checksums of each request, lists in short pages, and can be made to refuse."""

import base64
import email.utils
import hashlib
import hmac
import http.server
import ssl
import threading
import urllib.parse
from xml.etree import ElementTree
from xml.sax.saxutils import escape

BUCKET, REGION, KEY, SECRET = "backups", "eu-central-1", "AKIAEXAMPLEEXAMPLE00", "secret/of+the-storage"
PAGE = 20


class ObjectStorage:
    """`objects`: bytes by name. While `refuses()` is true, requests get 503."""

    def __init__(self, certificate, key):
        self.objects, self.uploads = {}, {}
        self.refuses = lambda: False
        self.refused = 0
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Request)
        self.server.storage = self
        self.port = self.server.server_address[1]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def quoted(text, safe="-_.~"):
    return urllib.parse.quote(text, safe=safe)


def signature(method, path, query, headers, signed, payload, scope):
    """Of the request, by the rules of AWS Signature Version 4."""
    canonical = "\n".join([
        method, quoted(path, "/-_.~"), "&".join(f"{quoted(name)}={quoted(value)}" for name, value in sorted(query)),
        *(f"{name}:{' '.join(headers[name].split())}" for name in signed), "", ";".join(signed), payload])
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + SECRET).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()


class Refused(Exception):
    """With the status and the code of the error."""


class Request(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def respond(self, status, body=b"", **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def respond_xml(self, root, content):
        self.respond(200, f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{content}</{root}>'.encode())

    def handle_request(self):
        storage = self.server.storage
        address = urllib.parse.urlsplit(self.path)
        self.query = urllib.parse.parse_qsl(address.query, keep_blank_values=True)
        self.words = dict(self.query)
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            with storage.lock:
                if storage.refuses():
                    storage.refused += 1
                    raise Refused(503, "SlowDown")
                self.check(urllib.parse.unquote(address.path))
                self.perform(urllib.parse.unquote(address.path).removeprefix(f"/{BUCKET}").removeprefix("/"))
        except Refused as refused:
            status, code = refused.args
            self.respond(status, f"<Error><Code>{code}</Code></Error>".encode())

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_request

    def check(self, path):
        algorithm, _, words = self.headers.get("Authorization", "").partition(" ")
        if algorithm != "AWS4-HMAC-SHA256":
            raise Refused(403, "AccessDenied")
        words = dict(word.split("=", 1) for word in words.replace(" ", "").split(","))
        key, _, scope = words["Credential"].partition("/")
        if key != KEY or scope.split("/")[1:] != [REGION, "s3", "aws4_request"]:
            raise Refused(403, "InvalidAccessKeyId")
        payload = self.headers["x-amz-content-sha256"]
        if payload != hashlib.sha256(self.body).hexdigest():
            raise Refused(400, "XAmzContentSHA256Mismatch")
        checksum = self.headers.get("Content-MD5")
        if checksum and checksum != base64.b64encode(hashlib.md5(self.body).digest()).decode():
            raise Refused(400, "BadDigest")
        expected = signature(self.command, path, self.query, self.headers, words["SignedHeaders"].split(";"), payload, scope)
        if not hmac.compare_digest(expected, words["Signature"]):
            raise Refused(403, "SignatureDoesNotMatch")
        if path.split("/")[1] != BUCKET:
            raise Refused(404, "NoSuchBucket")

    def perform(self, name):
        match self.command, name:
            case "GET", "":
                self.list()
            case "POST", "" if "delete" in self.words:
                for key in ElementTree.fromstring(self.body).iterfind("Object/Key"):
                    self.server.storage.objects.pop(key.text, None)
                self.respond_xml("DeleteResult", "")
            case "GET" | "HEAD", _:
                self.send_object(name)
            case "DELETE", _:
                self.server.storage.objects.pop(name, None)
                self.respond(204)
            case "PUT" | "POST", _:
                self.store(name)

    def list(self):
        if self.words["list-type"] != "2":
            raise Refused(501, "NotImplemented")
        prefix, delimiter = self.words.get("prefix", ""), self.words.get("delimiter")
        found = {}  # what is listed, in order
        for key in sorted(self.server.storage.objects):
            if key.startswith(prefix):
                rest = key[len(prefix):]
                is_folder = bool(delimiter) and delimiter in rest
                found[prefix + rest.split(delimiter)[0] + delimiter if is_folder else key] = is_folder
        after = self.words.get("continuation-token", "")
        page = [item for item in found.items() if item[0] > after]
        content = f"<IsTruncated>{'true' if len(page) > PAGE else 'false'}</IsTruncated>"
        for key, is_folder in page[:PAGE]:
            if is_folder:
                content += f"<CommonPrefixes><Prefix>{escape(key)}</Prefix></CommonPrefixes>"
            else:
                content += (f"<Contents><Key>{escape(key)}</Key><Size>{len(self.server.storage.objects[key])}</Size>"
                            "<LastModified>2026-11-30T12:00:00.000Z</LastModified></Contents>")
        if len(page) > PAGE:
            content += f"<NextContinuationToken>{escape(page[PAGE - 1][0])}</NextContinuationToken>"
        self.respond_xml("ListBucketResult", content)

    def send_object(self, name):
        if name not in self.server.storage.objects:
            raise Refused(404, "NoSuchKey")
        content = self.server.storage.objects[name]
        fields = {"Last_Modified": email.utils.formatdate(usegmt=True)}
        if self.command == "HEAD":
            return self.respond(200, Content_Length=str(len(content)), **fields)
        unit, _, span = self.headers.get("Range", "").partition("=")
        if unit != "bytes":
            return self.respond(200, content, **fields)
        first, last = span.split("-")
        return self.respond(206, content[int(first):int(last) + 1 if last else None], **fields)

    def store(self, name):
        storage = self.server.storage
        tag = f'"{hashlib.md5(self.body).hexdigest()}"'
        upload = self.words.get("uploadId")
        if upload and upload not in storage.uploads:
            raise Refused(404, "NoSuchUpload")
        if "uploads" in self.words:
            upload = f"upload-{len(storage.uploads)}"
            storage.uploads[upload] = {}
            self.respond_xml("InitiateMultipartUploadResult", f"<UploadId>{upload}</UploadId>")
        elif upload and self.command == "PUT":
            storage.uploads[upload][int(self.words["partNumber"])] = (tag, self.body)
            self.respond(200, ETag=tag)
        elif upload:
            parts = storage.uploads.pop(upload)
            listed = [(int(part.find("PartNumber").text), part.find("ETag").text)
                      for part in ElementTree.fromstring(self.body).iterfind("Part")]
            if listed != sorted(listed) or [parts.get(number, ("",))[0] for number, _ in listed] != [tag for _, tag in listed]:
                raise Refused(400, "InvalidPart")
            storage.objects[name] = b"".join(parts[number][1] for number, _ in listed)
            self.respond_xml("CompleteMultipartUploadResult", f"<ETag>{tag}</ETag>")
        else:
            storage.objects[name] = self.body
            self.respond(200, ETag=tag)
