#!/usr/bin/env bash
# The first boot of a machine, after its user data (nodes.yaml) has installed the package and written /etc/mindspace/aws.env:
# secrets from Secrets Manager, settings, start. Ends when the process is ready and the load balancer sends requests to it.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
readonly here settings=/etc/mindspace
# shellcheck source=/dev/null
. "$settings/aws.env"
# shellcheck source=deploy/aws/node/calls.sh
. "$here/calls.sh"

secret() { aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text; }

# account ARN: the values of a secret as variables: username, password, and host where it has one.
account() {
    local values
    values=$(secret "$1")
    username=$(jq -er .username <<<"$values")
    password=$(jq -er .password <<<"$values")
    host=$(jq -r '.host // ""' <<<"$values")
}

# keep NAME: what it reads, as a secret that only root reads. An empty one is an error, of a call that failed.
keep() {
    local value
    value=$(cat)
    [[ $value ]] || { echo "boot.sh: nothing to write to $1" >&2; return 1; }
    (umask 077 && printf '%s\n' "$value" >"$settings/secrets/$1")
}

write_secrets() {
    local username password host database="mindspace?sslmode=verify-full&sslrootcert=$settings/rds.pem"
    secret "$AUTH_SECRET" | keep auth-secret
    secret "$GATEWAY_SECRET" | keep gateway-secret

    account "$DATABASE_SECRET"
    keep database-url <<<"postgresql://$username:$password@$host:5432/$database"
    if [[ $REPLICA_HOST ]]; then
        keep database-replica-urls <<<"postgresql://$username:$password@$REPLICA_HOST:5432/$database"
    fi
    account "$CACHE_SECRET"
    keep redis-url <<<"rediss+cluster://$username:$password@$CACHE_HOST:6379"
    if [[ $BROKER_ENDPOINT ]]; then
        account "$BROKER_SECRET"
        keep rabbitmq-url <<<"amqps://$username:$password@${BROKER_ENDPOINT#amqps://}"
    fi
    if [[ $MAIL_SECRET ]]; then
        secret "$MAIL_SECRET" | jq -er .password | keep mail-password
    fi
}

write_settings() {
    aws s3 cp --only-show-errors "s3://$ARTIFACTS/rds.pem" "$settings/rds.pem"
    chmod 0644 "$settings/rds.pem"
    {
        printf 'ROLES=%s\nMINDSPACE_HTTP_PUBLIC_URL=%s\n' "$ROLES" "$PUBLIC_URL"
        printf 'MINDSPACE_HTTP_ADDRESS=0.0.0.0\nMINDSPACE_HTTP_ROLE_ADDRESS=0.0.0.0\n'
        printf 'MINDSPACE_HTTP_TRUSTED_PROXIES=%s,127.0.0.0/8\n' "$CIDR"
        printf 'MINDSPACE_HTTP_DRAIN_SECONDS=%s\nMINDSPACE_HTTP_MAX_CONNECTIONS=%s\n' "$DRAIN_SECONDS" "$MAX_SOCKETS"
        printf 'MINDSPACE_MANAGEMENT_ADDRESS=0.0.0.0\n'
        printf 'MINDSPACE_LOG_DIRECTORY=/var/log/mindspace\n'
        printf 'MINDSPACE_TLS_CERTIFICATE=%s/tls/certificate.pem\nMINDSPACE_TLS_KEY=%s/tls/key.pem\n' "$settings" "$settings"
        if [[ $MAIL_URL ]]; then printf 'MINDSPACE_MAIL_URL=%s\n' "$MAIL_URL"; fi
        if [[ $BROKER_ENDPOINT ]]; then printf 'MINDSPACE_EVENTS_TRANSPORT=rabbitmq\n'; fi
        if [[ $ROLE_HOST ]]; then
            printf 'MINDSPACE_UPSTREAM_%s\n' "AUTH=http://$ROLE_HOST:3001" "USER=http://$ROLE_HOST:3002" \
                "MEDITATION=http://$ROLE_HOST:3003" "ANALYTICS=http://$ROLE_HOST:3004"
        fi
    } >"$settings/node.env"
    # Every socket is a file, and there are others. The rights of the machine are not the program's.
    install -d /etc/systemd/system/mindspace@node.service.d
    printf '[Service]\nLimitNOFILE=%s\nIPAddressDeny=169.254.169.254\n' "$((MAX_SOCKETS + 10000))" \
        >/etc/systemd/system/mindspace@node.service.d/aws.conf
}

# Amazon's agent, if its package is beside ours: the log files to CloudWatch.
send_logs() {
    [[ $LOG_AGENT ]] || return 0
    aws s3 cp --only-show-errors "s3://$ARTIFACTS/$LOG_AGENT" /var/tmp/agent.deb
    apt-get install -qq -y --no-install-recommends /var/tmp/agent.deb
    jq --arg group "$LOG_GROUP" '(.. | objects | select(has("file_path"))).log_group_name = $group' \
        "$here/log-agent.json" >"$settings/log-agent.json"
    /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c "file:$settings/log-agent.json"
}

# wait_for WHAT COMMAND…
wait_for() {
    local what=$1 deadline=$((SECONDS + 600))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || { echo "boot.sh: not $what in time" >&2; return 1; }
        sleep 2
    done
    echo "$what"
}

is_ready() { curl -fs --max-time 5 -o /dev/null http://127.0.0.1:9464/readyz; }

is_in_service() {
    local state
    state=$(target_state "$instance") && [[ $state == healthy ]]
}

write_secrets
/usr/share/mindspace/self-signed.sh
write_settings
install -m 0644 -t /etc/systemd/system "$here"/*.service "$here"/*.timer
systemctl daemon-reload
systemctl enable --now mindspace@node mindspace-drain.service mindspace-metrics.timer
wait_for ready is_ready
send_logs
instance=$("$here/metadata.sh" instance-id)
wait_for "in service" is_in_service
