-- What a proof needs: a role that may mark a point in the write-ahead log, and read and lock every table for a moment.
GRANT EXECUTE ON FUNCTION pg_create_restore_point(text), pg_switch_wal() TO mindspace;
