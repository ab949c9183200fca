#include "platform/events/personal_events.h"

#include "platform/postgres/connection/session.h"

namespace mindspace::events {

using postgres::Statement;

namespace {

constexpr Statement kListEvents{"events_export", R"(
    SELECT id::text, json_build_object('type', type, 'occurredAt', json_time(occurred_at), 'payload', payload)::text
    FROM outbox WHERE user_id = $1 AND id > coalesce(nullif($2, ''), '0')::bigint ORDER BY outbox.id LIMIT $3)"};
constexpr Statement kListDeadLetters{"events_export_dead", R"(
    SELECT key, item FROM (
        SELECT concat_ws(' ', consumer, xid, id) AS key,
               json_build_object('type', type, 'occurredAt', json_time(occurred_at), 'payload', payload,
                                 'putAsideAt', json_time(put_aside_at))::text AS item
        FROM dead_letters WHERE user_id = $1) AS letters
    WHERE key > $2 ORDER BY key LIMIT $3)"};

constexpr Statement kEraseDeadLetters{"dead_letters_forget", "DELETE FROM dead_letters WHERE user_id = $1"};

}  // namespace

// forget_events() erases the outbox.
privacy::PersonalTables personal_data() {
    return {{.table = "outbox", .member = "events", .page = &kListEvents, .is_erased_by_event = true},
            {.table = "dead_letters",
             .member = "deadLetters",
             .page = &kListDeadLetters,
             .erase = &privacy::erase_by_user<kEraseDeadLetters>}};
}

Awaitable<> forget_events(postgres::Session& session, std::vector<UserId> users) {
    static constexpr Statement kForget{"events_forget",
                                       "DELETE FROM outbox WHERE user_id = ANY($1) AND type <> 'user.deleted'"};
    co_await session.query(kForget, users);
}

}  // namespace mindspace::events
