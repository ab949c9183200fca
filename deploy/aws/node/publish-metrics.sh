#!/usr/bin/env bash
# Publishes how many sockets this machine has open, for the target tracking of its auto scaling group (nodes.yaml). The rest
# of the metrics is for Prometheus.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. /etc/mindspace/aws.env
# shellcheck source=deploy/aws/node/calls.sh
. "$here/calls.sh"

sockets=$(curl -fsS --max-time 5 http://127.0.0.1:9464/metrics | awk '$1 == "mindspace_websockets" { print $2; found = 1 }
    END { exit !found }')
aws cloudwatch put-metric-data --namespace MindSpace --metric-name Sockets \
    --unit Count --value "$sockets" --dimensions "AutoScalingGroupName=$GROUP"
