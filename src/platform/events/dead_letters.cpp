#include "platform/events/dead_letters.h"

#include "platform/events/cloud_event.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/session.h"

namespace mindspace::events {

using postgres::Statement;

Awaitable<> move_to_dead_letters(postgres::Session& session, std::string consumer, Event event, std::string error) {
    static constexpr Statement kInsertDeadLetter{"events_put_aside", R"(
        INSERT INTO dead_letters (consumer, xid, id, type, user_id, payload, occurred_at, error)
        VALUES ($1, $2::text::xid8, $3, $4, $5, $6, $7, $8)
        ON CONFLICT DO NOTHING)"};
    postgres::Json payload{std::move(event.payload)};
    co_await session.query(kInsertDeadLetter, consumer, event.position.xid, event.position.id, event.type, event.user,
                           payload, event.occurred_at, error);
}

Awaitable<std::vector<DeadLetter>> list_dead_letters(postgres::Client& database, std::int64_t limit) {
    static constexpr Statement kList{"events_list_dead", R"(
        SELECT consumer, xid::text, id, type, user_id, occurred_at, put_aside_at, error FROM dead_letters
        ORDER BY put_aside_at, dead_letters.xid, id LIMIT $1)"};
    auto rows = co_await database.query(kList, limit);
    std::vector<DeadLetter> letters;
    letters.reserve(rows.size());
    for (auto row : rows)
        letters.push_back({.consumer = row.get<std::string>(0),
                           .id = event_id({.xid = row.get<std::string>(1), .id = row.get<std::int64_t>(2)}),
                           .type = row.get<std::string>(3),
                           .user = row.get<UserId>(4),
                           .occurred_at = row.get<Timestamp>(5),
                           .failed_at = row.get<Timestamp>(6),
                           .error = row.get<std::string>(7)});
    co_return letters;
}

Awaitable<std::int64_t> retry_dead_letters(postgres::Client& database, std::optional<Position> which) {
    static constexpr Statement kRetry{"events_retry_dead", R"(
        WITH taken AS (
            DELETE FROM dead_letters WHERE $1::text IS NULL OR (xid = $1::text::xid8 AND id = $2)
            RETURNING xid, id, type, user_id, payload, occurred_at)
        INSERT INTO outbox (type, user_id, payload, occurred_at)
        SELECT type, user_id, payload, occurred_at FROM taken ORDER BY xid, id)"};
    std::optional<std::string> xid;
    std::optional<std::int64_t> id;
    if (which) {
        xid = which->xid;
        id = which->id;
    }
    auto rows = co_await database.query(kRetry, xid, id);
    co_return rows.affected();
}

}  // namespace mindspace::events
