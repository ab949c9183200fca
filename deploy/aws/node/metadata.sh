#!/usr/bin/env bash
# metadata.sh PATH: what the instance metadata service (version 2) says below /latest/meta-data/.
set -euo pipefail

readonly service=http://169.254.169.254/latest
token=$(curl -fsS --max-time 5 --noproxy '*' -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$service/api/token")
curl -fsS --max-time 5 --noproxy '*' -H "X-aws-ec2-metadata-token: $token" "$service/meta-data/$1"
