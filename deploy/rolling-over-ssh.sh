#!/usr/bin/env bash
# rolling.sh for machines that have the Debian package and that SSH reaches. Run it where all of them can be reached.
#
#     rolling-over-ssh.sh --nodes FILE --version VERSION [OPTIONS of rolling.sh]
#
# A node of FILE is a machine, under the name by which SSH and Nginx know it; all its mindspace@ units are replaced
# together. The environment:
#
#     PACKAGES   a folder with mindspace_VERSION_amd64.deb of this version, and of those that run now, to roll back to
#     PROXIES    the machines with Nginx, separated by spaces; a node is taken out of each that has it in nodes.conf
#     PORT       of the gateways in nodes.conf, 8080 if not set
#     AS_ROOT    "sudo", unless SSH logs in as root
set -euo pipefail

script=$(readlink -f "${BASH_SOURCE[0]}")
as_root=${AS_ROOT:+$AS_ROOT }

move() {
    local proxy
    for proxy in ${PROXIES:-}; do
        # 3: Nginx does not have it, because it has no gateway.
        ssh -n "$proxy" "$as_root/usr/share/mindspace/nginx-node.sh $1 $NODE:${PORT:-8080}" || (($? == 3))
    done
}

# The package restarts mindspace.service by itself, but no mindspace@ unit. Settings that were edited stay as they are.
replace() {
    local file=mindspace_${VERSION}_amd64.deb
    scp -q "$PACKAGES/$file" "$NODE:/var/tmp/$file"
    ssh -n "$NODE" "${as_root}env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        --allow-downgrades -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 /var/tmp/$file \
        && ${as_root}systemctl restart 'mindspace@*'; status=\$?; rm -f /var/tmp/$file; exit \$status"
}

case ${1:-} in
    take-out) move down ;;
    replace) replace ;;
    put-back) move up ;;
    *)
        [[ -d ${PACKAGES:-} ]] || { echo "rolling-over-ssh.sh: PACKAGES must name a folder" >&2; exit 64; }
        export PACKAGES
        exec "$(dirname "$script")/rolling.sh" --take-out "$script take-out" --replace "$script replace" \
            --put-back "$script put-back" "$@"
        ;;
esac
