#!/usr/bin/env bash
# The first boot of a droplet, run by its cloud-init (user_data.py) after that has written settings and secrets: installs the
# package and starts the program, which listens on the private network only.
set -euo pipefail

# shellcheck source=/dev/null
. /etc/mindspace/boot.env
export DEBIAN_FRONTEND=noninteractive

curl -fsS --retry 5 --retry-connrefused --max-time 300 -o /var/tmp/mindspace.deb "$PACKAGE_URL"
sha256sum --check --status <<<"$PACKAGE_SHA256  /var/tmp/mindspace.deb"
apt-get update -qq
apt-get install -qq -y --no-install-recommends openssl /var/tmp/mindspace.deb
/usr/share/mindspace/self-signed.sh

address=$(curl -fsS --max-time 10 http://169.254.169.254/metadata/v1/interfaces/private/0/ipv4/address)
printf 'MINDSPACE_HTTP_ADDRESS=%s\nMINDSPACE_MANAGEMENT_ADDRESS=%s\n' "$address" "$address" >>/etc/mindspace/node.env
# The user data has secrets, and any process on this machine that requests it gets them.
install -d /etc/systemd/system/mindspace@node.service.d
printf '[Service]\nIPAddressDeny=169.254.169.254\n' >/etc/systemd/system/mindspace@node.service.d/metadata.conf
systemctl daemon-reload
systemctl enable --now mindspace@node
