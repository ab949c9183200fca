"""DigitalOcean's API: requests with deadlines, retries and pages, by the standard library alone."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request

ATTEMPTS = 6
LONGEST_PAUSE = 120  # seconds
TIMEOUT = 60  # seconds, of one request


class Refused(Exception):
    """The API said no, or was not understood. `status` is 0 if there was no response."""

    def __init__(self, what, status, said):
        super().__init__(f"{what}: {status or 'no response'} {said}".strip())
        self.status = status


class Uncertain(Refused):
    """A POST that may have been carried out."""


class Later(str):
    """A value that only exists once the call has been made, in a dry run."""

    def __getitem__(self, name):
        return Later(f"<{name} of {self.strip('<>')}>")

    def get(self, name, _=None):
        return self[name]


class Api:
    """`pause` waits for a number of seconds. In a dry run calls that change something are printed and not made."""

    def __init__(self, url, token, dry_run, pause=time.sleep, say=print):
        self.url, self.token, self.dry_run, self.pause, self.say = url.rstrip("/"), token, dry_run, pause, say

    def change(self, method, path, body=None, **fields):
        """A call that changes something. Retried where that does no harm: a POST only if it was not carried out."""
        self.say(f"{method} {path}" + (f" {json.dumps(shown(body))}" if body is not None else ""))
        if self.dry_run:
            return {}
        return self.request(method, path, body, **fields)

    def get(self, path):
        return self.request("GET", path)

    def list(self, path, key):
        """All of a list, page by page. What is below something that a dry run has not made is empty."""
        found, page = [], 1
        if "<" in path:
            return found
        while True:
            part = self.get(f"{path}{'&' if '?' in path else '?'}page={page}&per_page=200")
            found += part.get(key) or []
            if not part.get("links", {}).get("pages", {}).get("next"):
                return found
            page += 1

    def request(self, method, path, body=None, **fields):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self.send(method, path, body, fields)
            except Refused as refused:
                if refused.status != 429 and (refused.status and refused.status < 500) or attempt == ATTEMPTS:
                    raise
                if method == "POST" and refused.status != 429:
                    raise Uncertain(f"{method} {path}", refused.status, "") from refused
                self.pause(self.wait or min(2 ** attempt, LONGEST_PAUSE))
        raise AssertionError("unreachable")

    def send(self, method, path, body, fields):
        self.wait = 0
        request = urllib.request.Request(self.url + path, method=method, headers={
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in fields.items()},
            data=json.dumps(body).encode() if body is not None else None)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
                return json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            self.wait = wanted_pause(error.headers)
            raise Refused(f"{method} {path}", error.code, error.read().decode(errors="replace")[:500]) from error
        except (OSError, ValueError) as error:
            raise Refused(f"{method} {path}", 0, str(error)) from error

    def wait_until(self, what, condition, in_dry_run, seconds=1800, every=10):
        """Until condition() returns something, which it returns. In a dry run nothing is waited for."""
        if self.dry_run:
            return in_dry_run
        for _ in range(seconds // every):
            if found := condition():
                return found
            self.pause(every)
        raise Refused(f"not {what} within {seconds} s", 0, "")


def wanted_pause(headers):
    """What a rate limit asks for."""
    if (seconds := headers.get("Retry-After", "")).isdigit():
        return min(int(seconds), LONGEST_PAUSE)
    if (at := headers.get("ratelimit-reset", "")).isdigit():
        return min(max(int(at) - int(time.time()), 1), LONGEST_PAUSE)
    return 0


def shown(body):
    """Without what has secrets in it."""
    if isinstance(body, dict):
        return {name: f"<{len(value)} bytes>" if name == "user_data" else shown(value) for name, value in body.items()}
    return [shown(item) for item in body] if isinstance(body, list) else body
