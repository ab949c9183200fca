#include "app/backup/proof/reference.h"

#include "platform/async/sleep.h"
#include "platform/base/result.h"
#include "platform/postgres/connection/session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <optional>
#include <utility>

namespace mindspace::app::backup {

using postgres::Statement;

namespace {

constexpr Milliseconds kSumsTimeout = std::chrono::hours(6);  // all rows are read
constexpr int kLockAttempts = 100;
constexpr Milliseconds kBetweenLocks{300};
constexpr Milliseconds kArchivePoll{200};

// Locks the tables against writers; false if one of them did not end at once. LOCK takes the tables one after the
// other: the timeout is of all of them, not that of each lock. Writers that come later wait for us for as long: less
// than deadlock_timeout, so a writer with locks in another order is not in danger either. While all are locked, a
// process of ours that stands still loses the connection, and with it the locks. LOCK precedes the snapshot of the
// transaction (PostgreSQL manual, LOCK), so that it includes whatever they have committed.
Awaitable<bool> lock(postgres::Session& session, const std::vector<std::string>& tables) {
    co_await session.execute(
        "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = '200ms'; "
        "SET LOCAL idle_in_transaction_session_timeout = '2s'");
    try {
        co_await session.execute(
            fmt::format("LOCK TABLE {} IN SHARE MODE; SET LOCAL statement_timeout = '2s'", fmt::join(tables, ", ")));
        co_return true;
    } catch (const Unavailable&) {  // the timeout, or the connection is lost
        if (!session.is_open()) throw;
    }
    co_await session.execute("ROLLBACK");
    co_return false;
}

Awaitable<> lock_all(postgres::Session& session) {
    const auto tables = co_await list_tables(session);
    for (int attempt = 1; attempt <= kLockAttempts; ++attempt) {
        if (co_await lock(session, tables)) co_return;
        co_await sleep_for(kBetweenLocks);
    }
    throw Unavailable("a table is written all the time by long transactions: try again when there is less to do");
}

}  // namespace

Awaitable<Reference> take_reference(boost::asio::io_context& loop, std::string conninfo) {
    static constexpr Statement kMark{"backup_mark", R"(
        SELECT pg_walfile_name(pg_create_restore_point($1)), pg_export_snapshot())"};
    static constexpr Statement kSwitch{"backup_switch_segment", "SELECT pg_switch_wal()::text"};
    Reference reference;
    reference.restore_point = "mindspace-" + format_timestamp(SystemClock{}.now());
    const postgres::SessionOptions options{.conninfo = std::move(conninfo), .query_timeout = kSumsTimeout};
    postgres::Session marker(loop, options);
    postgres::Session reader(loop, options);
    co_await marker.connect();
    co_await reader.connect();
    co_await lock_all(marker);
    const auto mark = co_await marker.query(kMark, reference.restore_point);
    reference.segment = mark[0].get<std::string>(0);
    const auto snapshot = mark[0].get<std::string>(1);
    co_await reader.execute(
        fmt::format("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{}'", snapshot));
    co_await marker.execute("COMMIT");  // writers go on
    co_await marker.query(kSwitch);     // so that the segment is archived at once
    reference.sums = co_await read_table_sums(reader);
    co_await reader.execute("COMMIT");
    marker.close();
    reader.close();
    co_return reference;
}

Awaitable<> wait_until_archived(boost::asio::io_context& loop, std::string conninfo, std::string segment,
                                Seconds limit) {
    static constexpr Statement kLast{"backup_last_archived", R"(
        SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver)"};
    postgres::Session session(loop, {.conninfo = std::move(conninfo)});
    co_await session.connect();
    const auto give_up_at = std::chrono::steady_clock::now() + limit;
    while (true) {
        const auto rows = co_await session.query(kLast);
        if (rows[0].get<std::string>(0) >= segment) break;
        if (std::chrono::steady_clock::now() >= give_up_at)
            throw Unavailable(
                fmt::format("PostgreSQL has not archived {} after {} s: see its log", segment, limit.count()));
        co_await sleep_for(kArchivePoll);
    }
    session.close();
}

}  // namespace mindspace::app::backup
