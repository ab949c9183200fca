#!/bin/sh
# Runs one job on the backups: full, incremental or verify.
set -eu
config=/etc/mindspace/backup.toml
case $1 in
    full) exec mindspace backup create --config "$config" ;;
    incremental) exec mindspace backup create --incremental --config "$config" ;;
    verify) exec mindspace backup verify --config "$config" ;;
    *)
        echo "usage: job.sh full|incremental|verify" >&2
        exit 64
        ;;
esac
