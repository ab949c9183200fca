#!/usr/bin/env bash
# The deployment of compose.yaml:
#
#     compose.sh init URL [IMAGE]   makes .env, the secrets and a self-signed certificate, each where it is missing
#     compose.sh ARGUMENTS…         docker compose ARGUMENTS…, once all of these are there
#
# COMPOSE is how to call it, "docker compose" if not set. Exit code 78: something is missing, as the line says.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cd "$here"
readonly secrets=(auth-secret database-direct-url database-replica-urls database-url gateway-secret grafana-password
    pgbouncer-users postgres-password rabbitmq-url rabbitmq.conf redis-url redis.conf replication-password)

random() { head -c 48 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 40; }

# keep FILE: what is there stays; otherwise standard input. The folder is closed; its files are read by the accounts of
# containers.
keep() {
    local text
    text=$(cat)
    [[ -e secrets/$1 ]] || (umask 022 && printf '%s\n' "$text" >"secrets/$1")
}

init() {
    local url=${1:-} image=${2:-mindspace:latest} database redis rabbitmq
    if [[ $url != https://* ]]; then
        echo "compose.sh: init needs the URL that clients use, such as https://mind.example" >&2
        exit 64
    fi
    [[ -e .env ]] || printf 'MINDSPACE_PUBLIC_URL=%s\nMINDSPACE_IMAGE=%s\n' "$url" "$image" >.env
    (umask 077 && mkdir -p secrets tls)
    random | keep postgres-password
    random | keep replication-password
    random | keep grafana-password
    random | keep auth-secret
    random | keep gateway-secret
    database=$(<secrets/postgres-password)
    redis=$(random)
    rabbitmq=$(random)
    echo "postgresql://mindspace:$database@pgbouncer:6432/mindspace" | keep database-url
    echo "postgresql://mindspace:$database@postgres/mindspace" | keep database-direct-url
    echo "postgresql://mindspace:$database@postgres-replica/mindspace" | keep database-replica-urls
    echo "\"mindspace\" \"$database\"" | keep pgbouncer-users
    printf 'requirepass %s\nsave ""\nmaxmemory 256mb\nmaxmemory-policy noeviction\n' "$redis" | keep redis.conf
    redis=$(sed -n 's/^requirepass //p' secrets/redis.conf)
    echo "redis://default:$redis@redis:6379" | keep redis-url
    printf 'default_user = mindspace\ndefault_pass = %s\nlisteners.tcp.default = 5672\n' "$rabbitmq" | keep rabbitmq.conf
    rabbitmq=$(sed -n 's/^default_pass = //p' secrets/rabbitmq.conf)
    echo "amqp://mindspace:$rabbitmq@rabbitmq:5672" | keep rabbitmq-url
    if [[ ! -e tls/key.pem ]]; then
        local host=${url#https://}
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -keyout tls/key.pem \
            -out tls/certificate.pem -subj "/CN=${host%%[:/]*}" -addext "subjectAltName=DNS:${host%%[:/]*}" 2>/dev/null
    fi
}

missing() {
    echo "compose.sh: $1 is missing; run deploy/docker/compose.sh init https://YOUR.HOST first" >&2
    exit 78
}

if [[ ${1:-} == init ]]; then
    init "${@:2}"
    exit
fi
[[ -r .env ]] || missing .env
for secret in "${secrets[@]}"; do [[ -r secrets/$secret ]] || missing "secrets/$secret"; done
for file in tls/certificate.pem tls/key.pem; do [[ -r $file ]] || missing "$file"; done
read -r -a compose <<<"${COMPOSE:-docker compose}"
exec "${compose[@]}" -f compose.yaml "$@"
