#include "platform/postgres/migrations/migrations.h"

#include "platform/base/bytes.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/values/errors.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string>

namespace mindspace::postgres {

namespace {

// Any number that no other advisory lock uses: "mindspac" in ASCII.
constexpr std::int64_t kLockKey = 0x6D696E6473706163;

constexpr const char* kCreateTable = R"(
    create table if not exists schema_migrations (
        version    integer primary key,
        name       text not null,
        checksum   text not null,
        applied_at timestamptz not null default now()
    ))";
constexpr const char* kBegin = "begin; set local lock_timeout = '5s'";

constexpr Statement kLock{"migrations_lock", "select pg_advisory_lock($1)"};
constexpr Statement kUnlock{"migrations_unlock", "select pg_advisory_unlock($1)"};
constexpr Statement kListApplied{"migrations_list_applied",
                                 "select version, checksum from schema_migrations order by version"};
constexpr Statement kRecord{"migrations_record",
                            "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)"};

constexpr Statement kHasSchema{"migrations_has_schema", "SELECT to_regclass('schema_migrations') IS NOT NULL"};
constexpr Statement kSchemaVersion{"migrations_schema_version",
                                   "SELECT coalesce(max(version), 0) FROM schema_migrations"};

constexpr const char* kRememberTables =
    "create temporary table tables_before on commit drop as select oid from pg_class where relkind in ('r', 'p')";
constexpr Statement kListLocks{"migrations_list_locks", R"(
    select l.mode || ' on ' || c.oid::regclass, pg_size_pretty(pg_total_relation_size(c.oid))
    from pg_locks l join pg_class c on c.oid = l.relation join tables_before using (oid)
    where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.granted
      and l.mode not in ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
    order by 1)"};

// SHA-256 in hexadecimal.
std::string checksum(std::string_view sql) {
    Digest digest = sha256(as_bytes(sql));
    std::array<char, 2 * std::tuple_size_v<Digest> + 1> hex;
    return sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
}

std::string title(const Migration& migration) {
    return "migration " + std::to_string(migration.version) + " (" + std::string(migration.name) + ")";
}

// The applied migrations must be a prefix of those that the program knows, or exceed them by one: a new program
// migrates while nodes of the old version still run and restart.
void check_applied(const Rows& applied, std::span<const Migration> known) {
    if (applied.size() > known.size() + 1)
        throw SchemaMismatch("the database schema is at version " +
                             std::to_string(applied[applied.size() - 1].get<std::int32_t>(0)) +
                             ", this program knows " + std::to_string(known.empty() ? 0 : known.back().version) +
                             " and runs on one more");
    for (std::size_t i = 0; i < std::min(applied.size(), known.size()); ++i) {
        auto version = applied[i].get<std::int32_t>(0);
        if (version != known[i].version)
            throw SchemaMismatch("the database has migration " + std::to_string(version) + " where this program has " +
                                 title(known[i]));
        if (applied[i].get<std::string_view>(1) != checksum(known[i].sql))
            throw SchemaMismatch(title(known[i]) + " was changed after it had been applied");
    }
}

Awaitable<> run_and_record(Session& session, const Migration& migration) {
    co_await session.execute(kBegin);
    co_await session.execute(std::string(migration.sql));
    co_await session.query(kRecord, migration.version, migration.name, checksum(migration.sql));
    co_await session.execute("commit");
}

Awaitable<> apply(Session& session, const Migration& migration) {
    std::exception_ptr fault;
    try {
        co_return co_await run_and_record(session, migration);
    } catch (const DatabaseError& error) {
        fault = std::make_exception_ptr(DatabaseError(error.sqlstate(), title(migration) + ": " + error.what()));
    } catch (const Unavailable& error) {
        fault = std::make_exception_ptr(Unavailable(title(migration) + ": " + error.what()));
    }
    if (session.is_open()) co_await session.execute("rollback");
    std::rethrow_exception(fault);
}

Awaitable<int> apply_missing(Session& session, std::span<const Migration> migrations) {
    co_await session.execute(kCreateTable);
    Rows applied = co_await session.query(kListApplied);
    check_applied(applied, migrations);
    auto missing = migrations.subspan(std::min(applied.size(), migrations.size()));
    for (const Migration& migration : missing) co_await apply(session, migration);
    co_return static_cast<int>(missing.size());
}

Awaitable<std::vector<MigrationCost>> dry_run_missing(Session& session, std::span<const Migration> migrations) {
    co_await session.execute(kCreateTable);
    co_await session.execute(kRememberTables);
    Rows applied = co_await session.query(kListApplied);
    check_applied(applied, migrations);
    std::vector<MigrationCost> costs;
    std::vector<std::string> known;
    for (const auto& migration : migrations.subspan(std::min(applied.size(), migrations.size()))) {
        const auto began = std::chrono::steady_clock::now();
        co_await session.execute(std::string(migration.sql));
        const auto took = std::chrono::steady_clock::now() - began;
        auto& cost = costs.emplace_back(&migration, std::chrono::ceil<std::chrono::milliseconds>(took));
        Rows locks = co_await session.query(kListLocks);
        for (std::size_t i = 0; i < locks.size(); ++i) {
            auto lock = locks[i].get<std::string>(0);
            if (std::ranges::find(known, lock) != known.end()) continue;
            known.push_back(std::move(lock));
            cost.locks.push_back(known.back() + " (" + locks[i].get<std::string>(1) + ")");
        }
    }
    co_return costs;
}

}  // namespace

Awaitable<std::vector<MigrationCost>> dry_run_migrations(Session& session, std::span<const Migration> migrations,
                                                         std::chrono::milliseconds limit) {
    co_await session.execute(std::string(kBegin) + "; set local statement_timeout = " + std::to_string(limit.count()));
    std::vector<MigrationCost> costs;
    std::exception_ptr fault;
    try {
        costs = co_await dry_run_missing(session, migrations);
    } catch (...) {
        fault = std::current_exception();
    }
    if (session.is_open()) co_await session.execute("rollback");
    if (fault) std::rethrow_exception(fault);
    co_return costs;
}

Awaitable<int> migrate(Session& session, std::span<const Migration> migrations) {
    co_await session.query(kLock, kLockKey);
    int applied = 0;
    std::exception_ptr fault;
    try {
        applied = co_await apply_missing(session, migrations);
    } catch (...) {  // rethrown below: a handler cannot contain co_await
        fault = std::current_exception();
    }
    if (session.is_open()) co_await session.query(kUnlock, kLockKey);
    if (fault) std::rethrow_exception(fault);
    co_return applied;
}

Awaitable<int> schema_version(Client& database) {
    auto exists = co_await database.query(kHasSchema);
    if (!exists[0].get<bool>(0)) co_return 0;
    auto rows = co_await database.query(kSchemaVersion);
    co_return rows[0].get<std::int32_t>(0);
}

}  // namespace mindspace::postgres
