#!/usr/bin/env python3
"""Sends the log files of Mind Space to Elasticsearch (docs/operations/logging.md):

    send_logs.py --url https://elasticsearch.example:9200 --logs /var/log/mindspace --state /var/lib/mindspace-logging

Nothing is lost: the position in a file is stored after Elasticsearch has confirmed the lines before it, and whatever is not
confirmed is sent again, for ever. Nothing is doubled: a document's id is the line's event.id, and its index is that of the
line's own day, so that a line that is sent again is refused as a conflict. A line that Elasticsearch rejects permanently is
put into the file rejected.ndjson of the state directory. Positions are stored in positions.json there."""

import argparse
import hashlib
import http.client
import json
import os
import pathlib
import re
import ssl
import sys
import time
import urllib.error
import urllib.request

MAX_LINES = 1000
MAX_BYTES = 4 << 20  # of one request; Elasticsearch accepts 100 MiB, proxies often less
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5
POLL_INTERVAL = 1
DATE = re.compile(r"\d{4}-\d{2}-\d{2}T")
# Status 400, but of the cluster and not of the line: the limit on shards, a closed index.
TEMPORARY = ("validation_exception", "index_closed_exception")


def report(text):
    print(text, file=sys.stderr, flush=True)


def write_durably(path, content, mode):
    with open(path, mode, encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def action_of(line):
    """What _bulk is to do with the line, or None if the program has not written it: half a line, after a full disk."""
    try:
        document = json.loads(line.decode())
        if DATE.match(document["@timestamp"]) and isinstance(document["event.id"], str):
            return {"create": {"_index": "mindspace-" + document["@timestamp"][:10], "_id": document["event.id"]}}
    except (ValueError, KeyError, TypeError):
        pass
    return None


class Elasticsearch:
    def __init__(self, url, ca_file, api_key_file):
        self.url = url.rstrip("/") + "/_bulk"
        self.context = ssl.create_default_context(cafile=ca_file)
        self.api_key_file = api_key_file

    def create(self, actions):
        """The errors by line, of those that are not stored. `actions`: by line. Throws without a complete response."""
        content = b"".join(json.dumps(action).encode() + b"\n" + line + b"\n" for line, action in actions.items())
        headers = {"Content-Type": "application/x-ndjson"}
        if self.api_key_file:
            headers["Authorization"] = "ApiKey " + pathlib.Path(self.api_key_file).read_text(encoding="ascii").strip()
        request = urllib.request.Request(self.url, content, headers)
        with urllib.request.urlopen(request, timeout=60, context=self.context) as response:
            items = [item["create"] for item in json.load(response)["items"]]
        if len(items) != len(actions):
            raise ValueError(f"{len(items)} results for {len(actions)} lines")
        return {line: item["error"] | {"status": item["status"]} for line, item in zip(actions, items)
                if item["status"] not in (200, 201, 409)}


class Delivery:
    """Of lines, each of which is stored or rejected."""

    def __init__(self, elasticsearch, state):
        self.elasticsearch, self.rejected_file = elasticsearch, state / "rejected.ndjson"

    def actions_of(self, lines):
        """By line, of those that the program has written. Others are rejected."""
        actions = {line: action_of(line) for line in lines if line}
        self.reject({line: "not a line of the program" for line, action in actions.items() if not action})
        return {line: action for line, action in actions.items() if action}

    def send(self, actions):
        """Returns when Elasticsearch has stored or rejected each line."""
        pause = FIRST_PAUSE
        while actions:
            actions, failure = self.attempt(actions)
            if actions:
                report(f"{len(actions)} lines wait, again in {pause:g} s: {failure}")
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def attempt(self, actions):
        """Those of the actions that are to be sent again, and why."""
        if not actions:
            return actions, None
        try:
            errors = self.elasticsearch.create(actions)
        except urllib.error.HTTPError as error:
            if error.code == 413:
                return self.attempt_halves(actions)
            return actions, f"{error}: {error.read(500).decode(errors='replace')}"
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
            return actions, repr(error)
        rejected = {line: error for line, error in errors.items()
                    if error["status"] == 400 and error.get("type") not in TEMPORARY}
        self.reject(rejected)
        waiting = {line: actions[line] for line in errors if line not in rejected}
        return waiting, next((errors[line] for line in waiting), None)

    def attempt_halves(self, actions):
        """Of a request that is larger than Elasticsearch, or a proxy before it, accepts."""
        if len(actions) == 1:
            self.reject({line: "too large for Elasticsearch" for line in actions})
            return {}, None
        items = list(actions.items())
        first, failure = self.attempt(dict(items[:len(items) // 2]))
        second, second_failure = self.attempt(dict(items[len(items) // 2:]))
        return first | second, failure or second_failure

    def reject(self, reasons):
        """By line. A crash before the position is stored lists them once more."""
        if not reasons:
            return
        entries = ({"reason": reason, "line": line.decode(errors="replace")} for line, reason in reasons.items())
        write_durably(self.rejected_file, "".join(json.dumps(entry) + "\n" for entry in entries), "a")
        report(f"{len(reasons)} lines rejected, now in {self.rejected_file}: {next(iter(reasons.values()))}")


class Sender:
    """Of the lines in files."""

    def __init__(self, delivery, logs, state):
        self.delivery, self.logs, self.positions_file = delivery, logs, state / "positions.json"
        self.positions = json.loads(self.positions_file.read_text()) if self.positions_file.exists() else {}

    def send_new_lines(self):
        """All that the files contain now; whether it was anything."""
        before, present = dict(self.positions), set()
        for path in sorted(self.logs.glob("mindspace_*.log*")):
            try:
                with open(path, "rb") as file:
                    present.add(self.send_file(file))
            except FileNotFoundError:
                continue  # retention has removed it
        if self.positions.keys() - present:
            self.positions = {key: position for key, position in self.positions.items() if key in present}
            self.store_positions()
        return self.positions != before

    def send_file(self, file):
        """Returns the file's key. A file is recognized by its first line, which is unique: it may be renamed, or copied and
        truncated, in between."""
        first = next((line for line in file if line != b"\n"), b"")
        if not first.endswith(b"\n"):
            return None
        key = hashlib.sha256(first).hexdigest()[:32]
        position = self.positions.get(key, 0)
        while lines := read_lines(file, position):
            self.delivery.send(self.delivery.actions_of(line[:-1] for line in lines))
            position += sum(len(line) for line in lines)
            self.positions[key] = position
            self.store_positions()
        return key

    def store_positions(self):
        new = self.positions_file.with_suffix(".new")
        write_durably(new, json.dumps(self.positions), "w")
        new.replace(self.positions_file)


def read_lines(file, position):
    """Complete lines from there on, for one request, with their ends."""
    file.seek(position)  # also back to the line that was still incomplete
    lines, size = [], 0
    while len(lines) < MAX_LINES and size < MAX_BYTES:
        line = file.readline()
        if not line.endswith(b"\n"):
            break  # the rest is still to be written
        lines.append(line)
        size += len(line)
    return lines


def parser_of_options(description):
    """Those that every sender has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--url", required=True, help="of Elasticsearch")
    parser.add_argument("--state", required=True, type=pathlib.Path, help="directory for positions and rejected lines")
    parser.add_argument("--ca-file", help="certificates to trust, rather than those of the system")
    parser.add_argument("--api-key-file", help="file with the encoded API key")
    return parser


def delivery_of(options):
    options.state.mkdir(parents=True, exist_ok=True)
    return Delivery(Elasticsearch(options.url, options.ca_file, options.api_key_file), options.state)


def main():
    parser = parser_of_options("Sends the log files of Mind Space to Elasticsearch.")
    parser.add_argument("--logs", required=True, type=pathlib.Path, help="log.directory of the program")
    options = parser.parse_args()
    sender = Sender(delivery_of(options), options.logs, options.state)
    while True:
        if not sender.send_new_lines():
            time.sleep(POLL_INTERVAL)


if __name__ == "__main__":
    main()
