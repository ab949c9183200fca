#!/usr/bin/env bash
# A hot standby of the service "postgres": copies it when there is nothing yet, and follows it.
set -euo pipefail

data=/var/lib/postgresql/data
export PGPASSFILE=/tmp/pgpass
(umask 077 && printf 'postgres:5432:*:replica:%s\n' "$(</run/secrets/replication-password)" >"$PGPASSFILE")
if [[ ! -s $data/PG_VERSION ]]; then
    find "$data" -mindepth 1 -delete
    pg_basebackup --host=postgres --username=replica --pgdata="$data" --wal-method=stream --slot=replica \
        --write-recovery-conf --checkpoint=fast
fi
chmod 700 "$data"
exec postgres -D "$data" -c hot_standby=on -c max_connections=300 -c listen_addresses='*'
