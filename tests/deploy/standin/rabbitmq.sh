#!/usr/bin/env bash
# What the image "rabbitmq" does: the server in the foreground, as its own account, with the given configuration.
set -euo pipefail

export HOME=/var/lib/rabbitmq RABBITMQ_LOG_BASE=/var/lib/rabbitmq/log RABBITMQ_LOGS=- \
    RABBITMQ_MNESIA_BASE=/var/lib/rabbitmq/mnesia RABBITMQ_ENABLED_PLUGINS_FILE=/var/lib/rabbitmq/plugins \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 +sbwt none"
chown rabbitmq /var/lib/rabbitmq
exec setpriv --reuid=rabbitmq --regid=rabbitmq --clear-groups /usr/lib/rabbitmq/bin/rabbitmq-server
