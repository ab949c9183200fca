#include "app/commands/doctor/subjects.h"
#include "platform/async/sleep.h"
#include "platform/base/result.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/connection_string.h"
#include "platform/postgres/connection/session.h"

#include <fmt/format.h>

namespace mindspace::app::doctor {

namespace {

constexpr Milliseconds kPause{20};

constexpr postgres::Statement kServer{"doctor_server", R"(
    SELECT pg_is_in_recovery(), (SELECT system_identifier FROM pg_control_system()),
           (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0')::bigint,
           clock_timestamp())"};

constexpr postgres::Statement kPrimary{"doctor_primary", R"(
    SELECT current_setting('synchronous_standby_names'),
           (SELECT coalesce(string_agg(slot_name, ', ' ORDER BY slot_name), '') FROM pg_replication_slots WHERE NOT active))"};

// What a server says of itself.
struct Server {
    bool is_standby;
    std::int64_t identifier;  // the same of a primary and its standbys
    std::int64_t position;    // in the log: written by the primary, replayed by a standby
    Timestamp time;

    explicit Server(const postgres::Rows& rows)
        : is_standby(rows[0].get<bool>(0)),
          identifier(rows[0].get<std::int64_t>(1)),
          position(rows[0].get<std::int64_t>(2)),
          time(rows[0].get<Timestamp>(3)) {}
};

// As the program chooses replicas (postgres/replicas): one may serve reads if it has replayed what was written
// `max_lag` ago.
Awaitable<> check_lag(postgres::Session& session, std::string which, std::int64_t written, Milliseconds max_lag,
                      Checks& checks) {
    const auto deadline = std::chrono::steady_clock::now() + max_lag;
    while (true) {
        auto rows = co_await session.query(kServer);
        if (Server(rows).position >= written) {
            checks.ok("replication.lag", fmt::format("{} lags by less than {} ms", which, max_lag.count()));
            co_return;
        }
        if (std::chrono::steady_clock::now() > deadline) break;
        co_await sleep_for(kPause);
    }
    checks.warning("replication.lag",
                   fmt::format("{} lags by more than {} ms (database.replica_max_lag_ms): the primary serves its reads",
                               which, max_lag.count()),
                   "see pg_stat_replication of the primary: its network, its load, or queries that hold the replay up");
}

Awaitable<> check_replica(asio::io_context& loop, std::string conninfo, std::string which, Server primary,
                          Milliseconds max_lag, Checks& checks) {
    postgres::Session session(loop, {.conninfo = std::move(conninfo)});
    co_await session.connect();
    auto rows = co_await session.query(kServer);
    const Server replica(rows);
    check_clock(which, replica.time - SystemClock{}.now(), checks);
    if (replica.identifier != primary.identifier || !replica.is_standby)
        checks.fault(
            "replication.standby", fmt::format("{} is not a standby of the server of database.url", which),
            "name only its hot standbys in database.replica_urls, or create this standby again (pg_basebackup)");
    else
        co_await check_lag(session, which, primary.position, max_lag, checks);
    session.close();
}

Awaitable<> check_replicas(asio::io_context& loop, const Config& config, Server primary, Checks& checks) {
    for (const auto& conninfo : config.database.replica_urls) {
        const auto which = fmt::format("the replica at {}", postgres::value_of(conninfo, "host"));
        try {
            co_await check_replica(loop, conninfo, which, primary, config.database.replica_max_lag, checks);
        } catch (const Unavailable& fault) {
            checks.fault("replication.responds", fmt::format("{} is unavailable: {}", which, fault.what()),
                         "start it, or remove it from database.replica_urls; until then the primary serves its reads");
        }
    }
}

}  // namespace

Awaitable<> check_replication(asio::io_context& loop, postgres::Client& database, const Config& config,
                              Checks& checks) {
    auto rows = co_await database.query(kServer);
    const Server server(rows);
    if (server.is_standby) {
        checks.fault("replication.primary", "the server of database.url is a standby: it accepts no writes",
                     "name the primary in database.url, or all servers with target_session_attrs=read-write");
        co_return;
    }
    auto primary = co_await database.query(kPrimary);
    const auto slots = primary[0].get<std::string>(1);
    if (!slots.empty())
        checks.warning(
            "replication.slots",
            fmt::format("replication slots are not in use: {}; their log fills the disk of PostgreSQL", slots),
            "start their standbys, or drop them: SELECT pg_drop_replication_slot('...')");
    if (config.database.replica_urls.empty()) co_return;
    if (primary[0].get<std::string_view>(0).empty())
        checks.warning("replication.synchronous",
                       "replication is asynchronous: a failover may lose the last acknowledged changes",
                       "set synchronous_standby_names of the primary");
    co_await check_replicas(loop, config, server, checks);
}

}  // namespace mindspace::app::doctor
