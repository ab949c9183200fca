"""What the pages of docs/operations tell an operator to run."""

import os
import re
import shlex

from support import ROOT, run

PROGRAM = os.environ.get("MINDSPACE_SHIPPED_BINARY", str(ROOT / "build/release/mindspace"))
PAGES = ROOT / "docs/operations"
# The pages call them 0.1.0 and 0.2.0.
VERSION = run(PROGRAM, "--version").stdout.strip()
NEXT = VERSION[:2] + str((int(VERSION[2]) + 1) % 10) + VERSION[3:]
PART = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$|^#+ (?P<title>.*?)$", re.MULTILINE | re.DOTALL)


def sections(page):
    """Of each section that has blocks these in turn, as (language, text)."""
    found = {}
    for part in PART.finditer((PAGES / page).read_text()):
        if part["title"]:
            title = part["title"]
        else:
            text = part["text"].replace("0.1.0", VERSION).replace("0.2.0", NEXT)
            found.setdefault(title, []).append((part["language"], text))
    return found


def commands(text):
    """Each may have several lines: those that end in a backslash or within quotes go on."""
    command = ""
    for line in text.splitlines():
        command += line + "\n"
        try:
            if not line.endswith("\\") and shlex.split(command, comments=True):
                yield command.strip()
                command = ""
        except ValueError:
            pass  # a quote is open
    assert not command, f"does not end: {command}"
