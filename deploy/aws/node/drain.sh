#!/usr/bin/env bash
# Waits until the auto scaling group wants to end this machine. When the load balancer sends nothing new here, it stops the
# program, which asks its sockets to reconnect within http.drain_seconds, and reports that the machine may go.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. /etc/mindspace/aws.env
# shellcheck source=deploy/aws/node/calls.sh
. "$here/calls.sh"

# A call that fails says nothing about the state.
is_out_of_service() {
    local state
    state=$(target_state "$instance") && [[ $state != healthy ]]
}

# 404 until the machine has been in service for the first time.
until [[ $("$here/metadata.sh" autoscaling/target-lifecycle-state 2>/dev/null) == Terminated ]]; do sleep 5; done

echo "the auto scaling group ends this machine"
instance=$("$here/metadata.sh" instance-id)
deadline=$((SECONDS + 60))
until is_out_of_service || ((SECONDS >= deadline)); do sleep 1; done
sleep 5 # until all of the load balancer's own machines know it
systemctl stop mindspace@node
aws autoscaling complete-lifecycle-action --auto-scaling-group-name "$GROUP" --lifecycle-hook-name drain \
    --lifecycle-action-result CONTINUE --instance-id "$instance"
