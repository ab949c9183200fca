#!/usr/bin/env python3
"""Writes the bill of materials of an image (CycloneDX 1.5, JSON) to standard output.

Its packages come from standard input, a line each: name, version, architecture and source package, parted by tabs.
Added is what is linked into the program itself: headers and static libraries of the machine that builds it.
"""

import json
import subprocess
import sys
import uuid

LINKED = ["libboost-json1.81-dev", "libboost-url1.81-dev", "libboost1.81-dev", "libcli11-dev"]
# By the folder whose lock file has their versions.
NODE_PACKAGES = {"third_party": ["argon2"],
                 "web": ["@fontsource-variable/onest", "@fontsource-variable/source-serif-4", "@preact/signals",
                         "@preact/signals-core", "preact", "preact-iso", "swagger-ui-dist"]}
# Where what is linked has another licence than the package.
LICENSES = {"argon2": [{"expression": "CC0-1.0 OR Apache-2.0"}]}


def debian(name, version, architecture, source=None):
    purl = f"pkg:deb/debian/{name}@{version.replace('+', '%2B')}?arch={architecture}&distro=bookworm"
    component = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if source and source != name:
        component["properties"] = [{"name": "debian:source", "value": source}]
    return component


def linked():
    command = ["dpkg-query", "-W", "-f", "${Package}\t${Version}\t${Architecture}\n", *LINKED]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return [debian(*line.split("\t")) | {"scope": "required"} for line in listed.splitlines()]


def embedded():
    for folder, names in NODE_PACKAGES.items():
        with open(f"{folder}/package-lock.json", encoding="utf-8") as file:
            packages = json.load(file)["packages"]
        for name in names:
            version = packages[f"node_modules/{name}"]["version"]
            purl = f"pkg:npm/{name}@{version}"
            component = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
            if name in LICENSES:
                component["licenses"] = LICENSES[name]
            yield component


def main():
    version = sys.argv[1]
    program = {"type": "application", "bom-ref": "mindspace", "name": "mindspace", "version": version,
               "licenses": [{"license": {"id": "Apache-2.0"}}]}
    components = [debian(*line.split("\t")) for line in sys.stdin.read().splitlines()]
    components += [*linked(), *embedded()]
    identity = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components))
    json.dump({"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": f"urn:uuid:{identity}", "version": 1,
               "metadata": {"component": program}, "components": components,
               "dependencies": [{"ref": "mindspace", "dependsOn": [c["bom-ref"] for c in components]}]},
              sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
