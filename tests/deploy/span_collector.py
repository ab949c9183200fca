"""A collector of traces that keeps what it receives: OTLP over HTTP in JSON, from who has the token."""

import http.server
import json
import threading


class SpanCollector:
    """The documents it took in `documents`, as text."""

    def __init__(self, token):
        self.documents = []
        documents = self.documents

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                document = self.rfile.read(int(self.headers["Content-Length"])).decode()
                is_known = self.headers["Authorization"] == "Bearer " + token
                if is_known:
                    documents.append(document)
                self.send_response(200 if is_known else 401)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/traces"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def names(self):
        """Of all spans, each with its service."""
        found = set()
        for document in list(self.documents):
            for process in json.loads(document)["resourceSpans"]:
                attributes = {item["key"]: item["value"]["stringValue"] for item in process["resource"]["attributes"]}
                for scope in process["scopeSpans"]:
                    found |= {(attributes["service.name"], span["name"]) for span in scope["spans"]}
        return found

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
