"""What a new droplet gets to know: a cloud-config with settings, secrets and the script of its first boot."""

import json
import pathlib

ETC = "/etc/mindspace"


def file(path, content, permissions="0644"):
    return {"path": path, "content": content, "permissions": permissions, "owner": "root:root"}


def cloud_config(settings, urls, secrets, package_url, package_sha256, network, authority):
    """`urls`: of PostgreSQL, its replicas and Valkey, by the names of the secrets' files. JSON is YAML, too."""
    node = {"ROLES": "all", "MINDSPACE_HTTP_PUBLIC_URL": f"https://{settings['domain']}",
            "MINDSPACE_HTTP_TRUSTED_PROXIES": f"{network},127.0.0.0/8",
            "MINDSPACE_TLS_CERTIFICATE": f"{ETC}/tls/certificate.pem", "MINDSPACE_TLS_KEY": f"{ETC}/tls/key.pem",
            } | settings.get("environment", {})
    boot = {"PACKAGE_URL": package_url, "PACKAGE_SHA256": package_sha256}
    script = pathlib.Path(__file__).with_name("boot.sh").read_text()
    config = {
        "write_files": [
            *(file(f"{ETC}/secrets/{name}", value + "\n", "0600") for name, value in (urls | secrets).items()),
            file(f"{ETC}/node.env", lines(node), "0600"),
            file(f"{ETC}/boot.env", lines(boot)),
            file(f"{ETC}/postgres.pem", authority),
            file("/usr/local/sbin/mindspace-boot", script, "0755"),
        ],
        "runcmd": [["/usr/local/sbin/mindspace-boot"]],
    }
    return "#cloud-config\n" + json.dumps(config, indent=1)


def lines(values):
    return "".join(f"{name}={value}\n" for name, value in values.items())
