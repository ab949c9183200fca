#include "platform/events/personal_events.h"

#include "platform/postgres/connection/session.h"

namespace mindspace::events {

using postgres::Statement;

std::vector<postgres::JsonList> export_lists() {
    static constexpr Statement kEvents{"events_export", R"(
        SELECT id::text, json_build_object('type', type, 'occurredAt', )" JSON_TIME("occurred_at") R"(,
                                           'payload', payload)::text
        FROM outbox WHERE user_id = $1 AND id > coalesce(nullif($2, ''), '0')::bigint ORDER BY outbox.id LIMIT $3)"};
    static constexpr Statement kPutAside{"events_export_dead", R"(
        SELECT key, item FROM (
            SELECT concat_ws(' ', consumer, xid, id) AS key,
                   json_build_object('type', type, 'occurredAt', )" JSON_TIME("occurred_at") R"(, 'payload', payload,
                                     'putAsideAt', )" JSON_TIME("put_aside_at") R"()::text AS item
            FROM dead_letters WHERE user_id = $1) AS letters
        WHERE key > $2 ORDER BY key LIMIT $3)"};
    return {{.name = "events", .page = &kEvents}, {.name = "deadLetters", .page = &kPutAside}};
}

Awaitable<> forget_events(postgres::Session& session, std::vector<UserId> users) {
    static constexpr Statement kForget{"events_forget",
                                       "DELETE FROM outbox WHERE user_id = ANY($1) AND type <> 'user.deleted'"};
    co_await session.query(kForget, users);
}

}  // namespace mindspace::events
