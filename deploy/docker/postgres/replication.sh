#!/usr/bin/env bash
# Run once, when the primary's cluster is made: the account of the replica, and the limits that connections through
# PgBouncer cannot set for themselves.
set -euo pipefail

psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
    --set=password="$(</run/secrets/replication-password)" <<'SQL'
CREATE ROLE replica REPLICATION LOGIN PASSWORD :'password';
SELECT pg_create_physical_replication_slot('replica');
ALTER ROLE mindspace SET statement_timeout = '4500ms';
SQL
echo "host replication replica all scram-sha-256" >>"$PGDATA/pg_hba.conf"
