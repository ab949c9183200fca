#!/usr/bin/env python3
"""Extracts what the stand-in of DigitalOcean's API (standin.py) checks from the published description of the API:

    extract_rules.py DESCRIPTION COMMIT > rules.json

DESCRIPTION is a clone of https://github.com/digitalocean/openapi at COMMIT. For each operation that deploy/digitalocean
calls, rules.json has the JSON schema of its content: types, bounds, enumerations, what is required. Properties that only
responses have are left out, and what has no property is refused."""

import json
import pathlib
import sys

import yaml

OPERATIONS = {
    "GET": ["/v2/vpcs", "/v2/tags", "/v2/databases", "/v2/databases/{database_cluster_uuid}",
            "/v2/databases/{database_cluster_uuid}/ca", "/v2/databases/{database_cluster_uuid}/replicas",
            "/v2/databases/{database_cluster_uuid}/replicas/{replica_name}", "/v2/load_balancers/{lb_id}",
            "/v2/certificates", "/v2/firewalls", "/v2/load_balancers", "/v2/droplets", "/v2/droplets/autoscale",
            "/v2/domains/{domain_name}/records", "/v2/spaces/keys"],
    "POST": ["/v2/vpcs", "/v2/tags", "/v2/tags/{tag_id}/resources", "/v2/databases",
             "/v2/databases/{database_cluster_uuid}/replicas",
             "/v2/certificates", "/v2/firewalls", "/v2/load_balancers", "/v2/droplets/autoscale",
             "/v2/domains/{domain_name}/records", "/v2/spaces/keys"],
    "PUT": ["/v2/databases/{database_cluster_uuid}/firewall", "/v2/databases/{database_cluster_uuid}/eviction_policy",
            "/v2/firewalls/{firewall_id}", "/v2/load_balancers/{lb_id}", "/v2/droplets/autoscale/{autoscale_pool_id}"],
    "DELETE": ["/v2/vpcs/{vpc_id}", "/v2/tags/{tag_id}", "/v2/tags/{tag_id}/resources",
               "/v2/databases/{database_cluster_uuid}", "/v2/databases/{database_cluster_uuid}/replicas/{replica_name}",
               "/v2/certificates/{certificate_id}", "/v2/firewalls/{firewall_id}", "/v2/load_balancers/{lb_id}",
               "/v2/droplets/autoscale/{autoscale_pool_id}/dangerous",
               "/v2/domains/{domain_name}/records/{domain_record_id}", "/v2/spaces/keys/{access_key}"],
}
KEPT = {"type", "enum", "pattern", "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "required"}


def load(file, cache={}):
    if file not in cache:
        cache[file] = yaml.safe_load(file.read_text())
    return cache[file]


def resolved(node, file):
    """What a node leads to, with the file in which its own references are."""
    while isinstance(node, dict) and "$ref" in node:
        path, _, pointer = node["$ref"].partition("#")
        file = (file.parent / path).resolve() if path else file
        node = load(file)
        for name in filter(None, pointer.split("/")):
            node = node[name]
    return node, file


def schema_of(node, file):
    """A JSON schema without references, in which all parts of an allOf are one object."""
    node, file = resolved(node, file)
    if node.get("readOnly"):
        return None
    parts = [schema_of(part, file) for part in node.get("allOf", [])]
    if None in parts:
        return None
    made = {key: node[key] for key in KEPT & node.keys()}
    if "items" in node:
        made["items"] = schema_of(node["items"], file)
    if isinstance(node.get("properties"), dict):
        properties, where = resolved(node["properties"], file)
        made["properties"] = {name: schema for name, inner in properties.items()
                              if isinstance(inner, dict) and (schema := schema_of(inner, where))}
    for key in ("oneOf", "anyOf"):
        if key in node:
            made[key] = [schema_of(choice, file) for choice in node[key]]
    for part in parts:
        made = merged(made, part)
    if "properties" in made:
        made["additionalProperties"] = False
    if node.get("nullable") and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


def merged(left, right):
    both = left | right
    for key in ("properties", "required"):
        if key in left and key in right:
            both[key] = left[key] | right[key] if key == "properties" else sorted({*left[key], *right[key]})
    return both


def main(folder, commit):
    top = (pathlib.Path(folder) / "specification/DigitalOcean-public.v2.yaml").resolve()
    paths, rules = load(top)["paths"], {}
    for method, wanted in OPERATIONS.items():
        for path in wanted:
            operation, file = resolved(paths[path][method.lower()], top)
            body = operation.get("requestBody")
            schema = None
            if body:
                body, at = resolved(body, file)
                schema = schema_of(body["content"]["application/json"]["schema"], at)
            rules[f"{method} {path}"] = schema
    source = {"description": "https://github.com/digitalocean/openapi", "commit": commit, "license": "Apache-2.0"}
    json.dump({"source": source, "content": rules}, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main(*sys.argv[1:])
