#!/usr/bin/env python3
"""Mind Space on DigitalOcean: makes what is missing, changes load balancer, firewall and pool to the settings, and removes what
it made. Needs Python 3.11, and nothing else.

    deploy.py up SETTINGS --package mindspace_VERSION_amd64.deb [--dry-run]
    deploy.py nodes SETTINGS                    a line for each droplet, as rolling.sh wants it
    deploy.py take-out|put-back SETTINGS NODE   no requests to a droplet, or requests again: for rolling.sh
    deploy.py destroy SETTINGS --confirm NAME [--dry-run]

SETTINGS is a copy of settings.toml. Beside it, SETTINGS.state keeps the secrets of the deployment and the suffix that all its
names have: keep it safe, and do not lose it. Nothing without that suffix is ever touched, but for the record in DNS.
DIGITALOCEAN_TOKEN in the environment may do all of this. A dry run reads, and prints each call that would change something.
Exit code: 0 done, 1 refused by the API or stopped (run it again), 3 the bucket stays because it has backups, 64 wrong
command line."""

import argparse
import json
import os
import pathlib
import secrets
import sys
import time
import tomllib

from api import Api, Refused
from deployment import Deployment


def read_state(file, dry_run):
    """The suffix and secrets of a deployment, made when there are none."""
    if file.exists():
        return json.loads(file.read_text())
    state = {"suffix": secrets.token_hex(3),
             "secrets": {name: secrets.token_hex(32) for name in ("auth-secret", "gateway-secret")}}
    if not dry_run:
        write_state(file, state)
    return state


def write_state(file, state):
    """Never half of it, and readable by its owner only."""
    new = file.with_suffix(file.suffix + ".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(state, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)


def command_line(words):
    parser = argparse.ArgumentParser(prog="deploy.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("up", "destroy", "nodes", "take-out", "put-back"):
        of_verb = verbs.add_parser(verb)
        of_verb.add_argument("settings", type=pathlib.Path)
        if verb in ("up", "destroy"):
            of_verb.add_argument("--dry-run", action="store_true")
        if verb in ("take-out", "put-back"):
            of_verb.add_argument("node")
    verbs.choices["up"].add_argument("--package", type=pathlib.Path, required=True)
    verbs.choices["destroy"].add_argument("--confirm", required=True, metavar="NAME")
    return parser.parse_args(words)


def main(words, environment, pause=time.sleep, say=print):
    try:
        given = command_line(words)
    except SystemExit as wrong:
        return 64 if wrong.code else 0
    settings = tomllib.loads(given.settings.read_text())
    file = given.settings.with_suffix(given.settings.suffix + ".state")
    dry_run = getattr(given, "dry_run", False)
    if given.verb != "up" and not file.exists():
        say(f"deploy.py: {file} is missing, which says what was made")
        return 64
    if "DIGITALOCEAN_TOKEN" not in environment:
        say("deploy.py: DIGITALOCEAN_TOKEN is not set")
        return 64
    api = Api(environment.get("DIGITALOCEAN_API_URL", "https://api.digitalocean.com"), environment["DIGITALOCEAN_TOKEN"],
              dry_run, pause, say)
    spaces = environment.get("DIGITALOCEAN_SPACES_URL", "https://{region}.digitaloceanspaces.com")
    deployment = Deployment(api, settings, read_state(file, dry_run), lambda state: write_state(file, state), spaces)
    try:
        match given.verb:
            case "up":
                deployment.up(given.package)
            case "nodes":
                say(deployment.nodes())
            case "take-out":
                deployment.set_serving("DELETE", given.node)
            case "put-back":
                deployment.set_serving("POST", given.node)
            case "destroy":
                if given.confirm != settings["name"]:
                    say(f"deploy.py: --confirm must be {settings['name']}")
                    return 64
                if not deployment.destroy():
                    return 3
                if not dry_run:
                    file.unlink()
    except (Refused, RuntimeError) as failure:
        say(f"deploy.py: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
