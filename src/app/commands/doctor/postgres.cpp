#include "app/commands/doctor/subjects.h"
#include "app/process/ports.h"
#include "platform/postgres/connection/client.h"

#include <fmt/format.h>

#include <array>

namespace mindspace::app::doctor {

namespace {

constexpr std::int32_t kOldestTested = 150'000;
constexpr std::int64_t kOtherConnections = 5;  // of a process: migrations, locks, notifications

constexpr postgres::Statement kAbout{
    "doctor_about",
    "SELECT current_setting('server_version'), current_setting('server_version_num')::int, clock_timestamp()"};

constexpr postgres::Statement kSetting{"doctor_setting", "SELECT current_setting($1)"};

// The counts of the databases are visible to every role, unlike the connections of other roles.
constexpr postgres::Statement kConnections{"doctor_connections", R"(
    SELECT current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint,
           (SELECT coalesce(sum(numbackends), 0)::bigint FROM pg_stat_database))"};

// A setting that must be on.
struct Switch {
    std::string_view name;
    CheckState state;  // if it is off
    std::string_view consequence;
};
constexpr std::array kSwitches{
    Switch{"fsync", CheckState::fault, "acknowledged changes may be lost"},
    Switch{"full_page_writes", CheckState::fault, "a crash may destroy data"},
    Switch{"synchronous_commit", CheckState::fault, "acknowledged changes may be lost"},
    Switch{"autovacuum", CheckState::warning, "tables grow and become slow"},
};

Awaitable<> check_switch(postgres::Client& database, const Switch& wanted, Checks& checks) {
    auto rows = co_await database.query(kSetting, wanted.name);
    // synchronous_commit has stronger values than "on".
    if (rows[0].get<std::string_view>(0) != "off") co_return;
    const auto finding = fmt::format("PostgreSQL runs with {} off: {}", wanted.name, wanted.consequence);
    const auto fix = fmt::format("ALTER SYSTEM SET {} = on; SELECT pg_reload_conf();", wanted.name);
    const auto name = fmt::format("postgres.{}", wanted.name);
    wanted.state == CheckState::fault ? checks.fault(name, finding, fix) : checks.warning(name, finding, fix);
}

// With a pool in front, the pool limits the connections.
Awaitable<> check_connections(postgres::Client& database, const Config& config, Checks& checks) {
    auto rows = co_await database.query(kConnections);
    const auto limit = rows[0].get<std::int64_t>(0);
    const auto open = rows[0].get<std::int64_t>(1);
    const std::int64_t needed =
        static_cast<std::int64_t>(core_count(config.http)) * config.database.connections_per_core + kOtherConnections;
    if (config.database.pooling == postgres::Pooling::none && needed > limit)
        checks.fault("postgres.max_connections",
                     fmt::format("PostgreSQL accepts {} connections, but one process with these settings opens {}",
                                 limit, needed),
                     "raise max_connections of PostgreSQL and restart it, or lower database.connections_per_core");
    else if (open > limit / 10 * 8)
        checks.warning("postgres.max_connections",
                       fmt::format("{} of {} connections of PostgreSQL are open", open, limit),
                       "raise max_connections of PostgreSQL and restart it, or use PgBouncer (database.pooling)");
    else
        checks.ok("postgres.max_connections", fmt::format("{} of {} connections of PostgreSQL are open", open, limit));
}

}  // namespace

Awaitable<> check_postgres(postgres::Client& database, const Config& config, Checks& checks) {
    auto rows = co_await database.query(kAbout);
    const auto version = rows[0].get<std::string>(0);
    checks.ok("postgres.responds", fmt::format("PostgreSQL {} responds", version));
    if (rows[0].get<std::int32_t>(1) < kOldestTested)
        checks.warning("postgres.version",
                       fmt::format("PostgreSQL {} is older than 15, the oldest that is tested", version),
                       "update PostgreSQL");
    check_clock("PostgreSQL", rows[0].get<Timestamp>(2) - SystemClock{}.now(), checks);
    for (const auto& wanted : kSwitches) co_await check_switch(database, wanted, checks);
    co_await check_connections(database, config, checks);
}

}  // namespace mindspace::app::doctor
