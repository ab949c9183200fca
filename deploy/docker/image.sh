#!/usr/bin/env bash
# Makes the container image of the package in build/package, and its bill of materials.
#
#     deploy/docker/image.sh TAG
#
# RUNTIME is docker or podman, whichever is there; BUILD_OPTIONS are further options of its build. The bill of materials
# (CycloneDX 1.5) is build/image/sbom.cdx.json: what the image really contains, as read from the image.
set -euo pipefail

root=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..")
tag=$1
cd "$root"

runtime=${RUNTIME:-}
for candidate in docker podman; do
    if [[ -z $runtime ]] && command -v "$candidate" >/dev/null; then runtime=$candidate; fi
done
if [[ -z $runtime ]]; then
    echo "image.sh: neither docker nor podman is installed" >&2
    exit 69
fi
read -r -a options <<<"${BUILD_OPTIONS:-}"
version=$(dpkg-deb -f build/package/mindspace_*.deb Version)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
created=$(date -u +%Y-%m-%dT%H:%M:%SZ -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}")

"$runtime" build "${options[@]}" -f deploy/docker/Dockerfile --build-arg PACKAGE=given --build-arg VERSION="$version" \
    --build-arg REVISION="$revision" --build-arg CREATED="$created" -t "$tag" .
mkdir -p build/image
# shellcheck disable=SC2016 # the names are for dpkg-query
deploy/docker/sbom.py "$version" < <("$runtime" run --rm --network none --entrypoint dpkg-query "$tag" \
    -W -f '${Package}\t${Version}\t${Architecture}\t${source:Package}\n') >build/image/sbom.cdx.json
"$runtime" image inspect "$tag" --format '{{.Size}}' | awk -v tag="$tag" '{ printf "%s: %.0f MB\n", tag, $1 / 1e6 }'
