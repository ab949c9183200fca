#!/usr/bin/env bash
# Prometheus, Alertmanager and the two exporters of Debian on this machine, until Ctrl-C:
#
#     up.sh [DIRECTORY]
#
# DIRECTORY contains prometheus.yml, rules/, targets/, alertmanager.yml and blackbox.yml; without it, those of
# deploy/prometheus, which watch `mindspace up`. Ports: PROMETHEUS_PORT (9090), ALERTMANAGER_PORT (9093),
# NODE_EXPORTER_PORT (9100), BLACKBOX_EXPORTER_PORT (9115), all on 127.0.0.1; targets/ names the last three. Data:
# MONITORING_DATA, ~/.local/share/mindspace-monitoring. The end of one of them ends all.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
config=$(readlink -f "${1:-$here/../prometheus}")
data=${MONITORING_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/mindspace-monitoring}
readonly here config data
# By program, which is also the name of Debian's package and of its service.
declare -rA port=(
    [prometheus]=${PROMETHEUS_PORT:-9090}
    [prometheus-alertmanager]=${ALERTMANAGER_PORT:-9093}
    [prometheus-node-exporter]=${NODE_EXPORTER_PORT:-9100}
    [prometheus-blackbox-exporter]=${BLACKBOX_EXPORTER_PORT:-9115}
)

fail() {
    printf 'up.sh: %s\n' "$2" >&2
    exit "$1"
}

[[ -r $config/prometheus.yml ]] || fail 64 "$config has no prometheus.yml"
for name in "${!port[@]}"; do
    command -v "$name" >/dev/null || fail 69 "not installed: apt-get install --no-install-recommends ${!port[*]}"
    if (exec 3<>"/dev/tcp/127.0.0.1/${port[$name]}") 2>/dev/null; then
        fail 78 "port ${port[$name]} is in use. If it is Debian's service: systemctl disable --now $name"
    fi
done
mkdir -p "$data"

pids=()
trap '((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true; wait' EXIT
trap 'exit 0' INT TERM

# run NAME OPTIONS…, with its log in $data/NAME.log
run() {
    "$@" --web.listen-address="127.0.0.1:${port[$1]}" >"$data/$1.log" 2>&1 &
    pids+=($!)
}

run prometheus-node-exporter
run prometheus-blackbox-exporter --config.file="$config/blackbox.yml"
run prometheus-alertmanager --config.file="$config/alertmanager.yml" --storage.path="$data/alertmanager" \
    --cluster.listen-address=
run prometheus --config.file="$config/prometheus.yml" --storage.tsdb.path="$data/prometheus" \
    --storage.tsdb.retention.time=30d --enable-feature=exemplar-storage

cat <<EOT
Prometheus:   http://127.0.0.1:${port[prometheus]}   (Alerts; Status, Targets)
Alertmanager: http://127.0.0.1:${port[prometheus-alertmanager]}
Data and logs: $data. Ctrl-C ends all of them.
EOT
status=0
wait -n "${pids[@]}" || status=$?
echo "up.sh: one of them has ended:" >&2
tail -n 3 "$data"/*.log >&2
exit "$((status ? status : 70))"
