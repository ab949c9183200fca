#!/usr/bin/env bash
# Publishes how many sockets this machine has open, for the target tracking of its auto scaling group (nodes.yaml). The rest
# of the metrics is for Prometheus.
set -euo pipefail

# shellcheck source=/dev/null
. /etc/mindspace/aws.env

sockets=$(curl -fsS --max-time 5 http://127.0.0.1:9464/metrics | awk '$1 == "mindspace_websockets" { print $2; found = 1 }
    END { exit !found }')
aws --region "$REGION" --cli-connect-timeout 5 --cli-read-timeout 20 cloudwatch put-metric-data --namespace MindSpace \
    --metric-name Sockets --unit Count --value "$sockets" --dimensions "AutoScalingGroupName=$GROUP"
