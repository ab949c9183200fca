#!/bin/sh
# Writes the state of the backups where node_exporter's textfile collector reads it, in one step.
set -eu
folder=${1:-/var/lib/prometheus/node-exporter}
[ -d "$folder" ] || exit 0
mindspace backup status --metrics --config /etc/mindspace/backup.toml >"$folder/mindspace_backup.prom.new"
chmod 644 "$folder/mindspace_backup.prom.new"
mv "$folder/mindspace_backup.prom.new" "$folder/mindspace_backup.prom"
