#include "app/settings/rows.h"

namespace mindspace::app {

SettingRows backend_rows(Config& config) {
    return {
        {.key = "database.url",
         .member = &config.database.url,
         .sentence = "PostgreSQL, as a libpq URI or connection string; empty: an embedded server.",
         .secret = true},
        {.key = "database.pooling",
         .member = config::Choice(config.database.pooling),
         .sentence = "Target of database.url: the server itself (none), or a pool such as PgBouncer in transaction "
                     "mode; statements are then not prepared."},
        {.key = "database.direct_url",
         .member = &config.database.direct_url,
         .sentence =
             "The server itself, behind such a pool: for migrations, locks and notifications; empty: database.url.",
         .secret = true},
        {.key = "database.replica_urls",
         .member = &config.database.replica_urls,
         .sentence = "Hot standbys that may serve history and analytics; users always see their own writes.",
         .secret = true},
        {.key = "database.replica_max_lag_ms",
         .member = &config.database.replica_max_lag,
         .bounds = {.min = 200, .max = 60'000},
         .sentence = "Maximum replication lag of a replica; above it the primary serves the read."},
        {.key = "database.connections_per_core",
         .member = &config.database.connections_per_core,
         .bounds = {.min = 1, .max = 64},
         .sentence = "PostgreSQL connections of each event loop; requests share them by pipelining."},
        {.key = "database.query_timeout_ms",
         .member = &config.database.query_timeout,
         .bounds = {.min = 10, .max = 600'000},
         .sentence = "Deadline of a statement; then 503."},
        {.key = "database.start_timeout_seconds",
         .member = &config.database.start_timeout,
         .bounds = {.min = 1, .max = 3600},
         .sentence = "How long startup waits for PostgreSQL."},

        {.key = "redis.url",
         .member = &config.redis.url,
         .sentence = "Redis 7, as redis[s]://[user:password@]host:port[?ca=FILE] (rediss: TLS), "
                     "redis[s]+cluster://[user:password@]host:port,…[?ca=FILE] or the path of a Unix socket; empty: "
                     "an embedded server.",
         .secret = true},
        {.key = "redis.command_timeout_ms",
         .member = &config.redis.command_timeout,
         .bounds = {.min = 10, .max = 60'000},
         .sentence = "Deadline of a command; then the request continues without Redis."},

        {.key = "backup.enabled",
         .member = &config.backup.enabled,
         .sentence = "Whether the embedded PostgreSQL is backed up: daily, with every change in between."},
        {.key = "backup.directory",
         .member = &config.backup.directory,
         .sentence = "Where these backups are stored, best on another disk; empty: backup/repository in the data "
                     "directory."},
        {.key = "backup.key_file",
         .member = &config.backup.key_file,
         .sentence = "File with a passphrase that encrypts them (AES-256), chosen before the first backup; keep a copy "
                     "elsewhere. Empty: they are not encrypted."},
        {.key = "backup.days",
         .member = &config.backup.days,
         .bounds = {.min = 1, .max = 3650},
         .unit = "days",
         .sentence = "How far back the embedded PostgreSQL can be restored."},
        {.key = "backup.config_file",
         .member = &config.backup.config_file,
         .sentence =
             "Configuration of pgBackRest for a PostgreSQL of your own, for `mindspace backup`; empty: written by "
             "the program for the embedded one."},
        {.key = "backup.stanza",
         .member = &config.backup.stanza,
         .sentence = "The name of the database in pgBackRest's configuration."},

        {.key = "events.transport",
         .member = config::Choice(config.events.transport),
         .sentence = "Transport of events to the analytics service: directly from the outbox in PostgreSQL, or through "
                     "a broker."},
        {.key = "rabbitmq.url",
         .member = &config.events.rabbitmq_url,
         .sentence = "RabbitMQ 3.10 or newer, as amqp[s]://user:password@host[:port][,…][/vhost][?ca=FILE] (amqps: "
                     "TLS), for events.transport rabbitmq.",
         .secret = true},
        {.key = "kafka.url",
         .member = &config.events.kafka_url,
         .sentence = "Kafka, as kafka[s]://[user:password@]host[:port][,…][/topic][?ca=FILE][&sasl=MECHANISM] "
                     "(kafkas: TLS; topic mindspace.events; SCRAM-SHA-512), for events.transport kafka.",
         .secret = true},
    };
}

}  // namespace mindspace::app
