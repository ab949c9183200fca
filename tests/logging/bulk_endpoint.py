"""Stands in for Elasticsearch, of which it has only the endpoint _bulk with the operation "create". What other requests
contain it stores."""

import http.server
import json
import threading
import time


class BulkEndpoint:
    """Documents by index and id. It can be closed and opened again, refuse requests or lines, be slow, and fail to respond."""

    def __init__(self, api_key):
        self.api_key = api_key
        self.documents = {}
        self.received = {}  # contents of other requests, by path
        self.requests = 0
        self.mode = "store"  # or "unavailable", "lose the response", "busy" (429 for every second new line, once), "slow"
        self.busy = set()  # keys of documents that got 429
        self.conflicts = 0
        self.faults = []  # of the sender
        self.server, self.port = None, 0

    def open(self):
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and content in one segment

            def log_message(self, *_):
                pass

            def do_POST(self):
                content = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.requests += 1
                self.close_connection = True
                if self.headers["Authorization"] != f"ApiKey {endpoint.api_key}":
                    return self.send(401, {"error": {"type": "security_exception", "reason": "for the test"}, "status": 401})
                if self.path != "/_bulk":
                    endpoint.received[self.path] = content
                    return self.send(200, {"acknowledged": True})
                if endpoint.mode == "unavailable":
                    return self.send(503, {"error": {"type": "unavailable", "reason": "for the test"}, "status": 503})
                items = endpoint.store(content)
                if endpoint.mode == "lose the response":
                    return None
                if endpoint.mode == "slow":
                    time.sleep(1)
                return self.send(200, {"errors": any(item["create"]["status"] >= 400 for item in items), "items": items})

            do_PUT = do_POST

            def send(self, status, document):
                content = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a client that has gone

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stored_ids(self):
        """One for each document."""
        return [id for _, id in list(self.documents)]  # the copy is made at once

    def close(self):
        """Connections are refused from now on."""
        self.server.shutdown()
        self.server.server_close()

    def store(self, content):
        lines = content.split(b"\n")
        if len(lines) % 2 != 1 or lines.pop() != b"":
            self.faults.append("not an action and a document each")
        items = []
        for number, (action, source) in enumerate(zip(lines[::2], lines[1::2])):
            metadata = json.loads(action)["create"]
            if set(metadata) != {"_index", "_id"}:
                self.faults.append(action)
            status, error = self.create((metadata["_index"], metadata["_id"]), json.loads(source), number)
            items.append({"create": metadata | {"status": status} |
                          ({"error": {"type": error, "reason": "for the test"}} if error else {})})
        return items

    def create(self, key, document, number):
        if document["message"] == "of another type":
            return 400, "document_parsing_exception"
        if key in self.documents:
            self.conflicts += 1
            return 409, "version_conflict_engine_exception"
        if self.mode == "busy" and number % 2 and key not in self.busy:
            self.busy.add(key)
            return 429, "es_rejected_execution_exception"
        self.documents[key] = document
        return 201, None
