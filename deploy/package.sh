#!/usr/bin/env bash
# Makes the Debian package of a program that is built already, and checks it with lintian.
#
#     deploy/package.sh PROGRAM DIRECTORY
#
# PROGRAM is the binary as it ships. The package's path, in DIRECTORY, is the last line of the output. `./dev package`
# calls this.
set -euo pipefail

root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..
program=$(readlink -f "$1")
output=$(mkdir -p "$2" && readlink -f "$2")
readonly root program output

version=$("$program" --version)
# The same input gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
source=$stage/mindspace
mkdir "$source" "$source/completion" "$source/docs"
cp -r "$root/deploy/debian" "$source/debian"
cp "$root"/deploy/systemd/mindspace{.service,@.service,.sysusers,.tmpfiles} "$source/debian/"
cp -r "$root"/deploy/{nginx,prometheus,monitoring,logging,backup} "$root/deploy/systemd/instances" "$source/"
mkdir "$source/grafana"
cp -r "$root"/deploy/grafana/{dashboards,provisioning} "$source/grafana/"
cp -r "$root/deploy/aws/node" "$source/aws"
cp "$root"/deploy/{rolling,rolling-over-ssh,nginx-node,self-signed}.sh "$source/"
cp "$root/README.md" "$root/CHANGELOG.md" "$source/docs/"
cp "$program" "$source/mindspace"
"$program" reference --man >"$source/mindspace.1"
"$program" reference --bash >"$source/completion/mindspace"

# All settings with their defaults, as comments; what differs here comes first.
{
    printf '# Settings of this machine. All of them, with their defaults, follow as comments: uncomment what is to differ.\n'
    printf '# Secrets do not belong here: put each into a file below /etc/mindspace/secrets, as the units say.\n\n'
    env -i "$program" config --explain |
        sed -E -e 's/; now from: default$//' -e 's/^([a-z_]+ = )/#\1/' -e 's/^#(address = )"0\.0\.0\.0"/\1"127.0.0.1"/'
} >"$source/mindspace.toml"

cat >"$source/debian/changelog" <<EOT
mindspace ($version) bookworm; urgency=medium

  * This version; CHANGELOG.md says what has changed.

 -- Mind Space developers <maintainers@mindspace.invalid>  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
EOT

(cd "$source" && DEB_BUILD_OPTIONS="noautodbgsym nocheck" dpkg-buildpackage --build=binary --no-sign -us -uc) >"$stage/log" 2>&1 || {
    cat "$stage/log" >&2
    exit 1
}
package=$(echo "$stage"/mindspace_*.deb)
if command -v lintian >/dev/null; then
    lintian --allow-root --fail-on error "$package"
fi
cp "$package" "$output/"
echo "$output/$(basename "$package")"
