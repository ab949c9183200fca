#include "platform/events/outbox/partitions.h"

#include "platform/postgres/connection/session.h"
#include "platform/postgres/values/errors.h"
#include "platform/telemetry/log/log.h"

#include <optional>
#include <string>

namespace mindspace::events {

using postgres::Rows;
using postgres::Statement;

namespace {

constexpr int kDaysAhead = 3;

LocalDate day_of(Timestamp at) {
    return LocalDate(std::chrono::floor<std::chrono::days>(at).time_since_epoch());
}

// Runs in a transaction that does not wait for locks: while it waited, all writers would queue after it.
Awaitable<Rows> run_until_deadline(postgres::Session& session, const Statement& statement, LocalDate day) {
    co_await session.execute("BEGIN; SET LOCAL lock_timeout = '1s'");
    std::optional<postgres::DatabaseError> failure;
    Rows rows;
    try {
        rows = co_await session.query(statement, day);
    } catch (const postgres::DatabaseError& fault) {
        failure = fault;
    }
    co_await session.execute(failure ? "ROLLBACK" : "COMMIT");
    if (failure) throw std::move(*failure);
    co_return rows;
}

}  // namespace

Awaitable<> create_outbox_partitions(postgres::Session& session, Timestamp now) {
    static constexpr Statement kCreate{"events_make_partition", "SELECT outbox_make_partition($1)"};
    for (int ahead = 0; ahead <= kDaysAhead; ++ahead) {
        auto day = day_of(now) + std::chrono::days(ahead);
        try {
            co_await run_until_deadline(session, kCreate, day);
        } catch (const postgres::DatabaseError& fault) {
            log::warn("cannot create an outbox partition",
                      {{"mindspace.day", format_date(day)}, {"error.message", fault.what()}});
        }
    }
}

Awaitable<std::int64_t> drop_outbox_partitions(postgres::Session& session, Timestamp now) {
    static constexpr Statement kDrop{"events_drop_partitions", "SELECT outbox_drop_partitions($1)"};
    auto rows = co_await run_until_deadline(session, kDrop, day_of(now) - kOutboxRetention);
    co_return rows[0].get<std::int32_t>(0);
}

Awaitable<std::int64_t> maintain_outbox_partitions(postgres::Session& session, Timestamp now) {
    co_await create_outbox_partitions(session, now);
    co_return co_await drop_outbox_partitions(session, now);
}

}  // namespace mindspace::events
