#!/usr/bin/env python3
"""Sends the lines that rsyslog collects to Elasticsearch: the program of the action in rsyslog.conf.

rsyslog writes transactions of lines to stdin, and takes each from its queue when it is confirmed. It also takes the one that it
waits for when it is stopped, so lines are in a file of the state directory, in-flight-*, until Elasticsearch has confirmed them;
what is there at the start is sent first. Sending twice is harmless, and rejected lines are put aside, as send_logs.py says."""

import os
import sys
import tempfile

from send_logs import delivery_of, parser_of_options


def respond(text):
    print(text, flush=True)


def send_and_remove(delivery, path):
    delivery.send(delivery.actions_of(path.read_bytes().split(b"\n")))
    path.unlink(missing_ok=True)  # the process of a killed rsyslog may have been first


def store(lines, state):
    """Returns the file, which is complete or not there."""
    handle, name = tempfile.mkstemp(prefix="new-", dir=state)
    with open(handle, "wb") as file:
        file.write(b"".join(lines))
        file.flush()
        os.fsync(file.fileno())
    path = state / f"in-flight-{os.path.basename(name)}"
    os.rename(name, path)
    return path


def send_transactions(delivery, state):
    for path in state.glob("in-flight-*"):
        send_and_remove(delivery, path)
    lines = []
    respond("OK")  # ready
    for line in sys.stdin.buffer:
        if line == b"COMMIT TRANSACTION\n":
            send_and_remove(delivery, store(lines, state))
            respond("OK")
        elif line == b"BEGIN TRANSACTION\n":
            lines = []
            respond("OK")
        else:
            lines.append(line)
            respond("DEFER_COMMIT")


if __name__ == "__main__":
    options = parser_of_options("Sends the lines that rsyslog collects to Elasticsearch.").parse_args()
    send_transactions(delivery_of(options), options.state)
