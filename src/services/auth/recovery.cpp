#include "services/auth/recovery.h"

#include "platform/base/ids.h"
#include "platform/postgres/connection/session.h"

namespace mindspace::auth {

using postgres::Statement;

// The ids of login sessions are in chronological order: the one of `now` is after all that were given until then.
Awaitable<Invalidated> invalidate_all(postgres::Session& session, Timestamp now) {
    static constexpr Statement kEndSessions{"auth_recover_end_sessions", R"(
        UPDATE credentials SET sessions_ended_until = greatest($1, sessions_ended_until), kept_session = NULL,
                               sessions_ended_at = greatest($2, sessions_ended_at + interval '1 millisecond'))"};
    static constexpr Statement kTokens{"auth_recover_one_time_tokens", "DELETE FROM one_time_tokens"};
    static constexpr Statement kMails{"auth_recover_mails", "DELETE FROM mails WHERE token IS NOT NULL"};
    static constexpr Statement kRequests{"auth_recover_reset_requests", "DELETE FROM reset_requests"};
    static constexpr Statement kKeys{"auth_recover_keys", "DELETE FROM signing_keys"};
    co_await session.execute("BEGIN");
    const auto users = co_await session.query(kEndSessions, Uuid::v7(now), now);
    const auto tokens = co_await session.query(kTokens);
    co_await session.query(kMails);
    co_await session.query(kRequests);
    const auto keys = co_await session.query(kKeys);
    co_await session.execute("COMMIT");
    co_return Invalidated{
        .users = users.affected(), .one_time_tokens = tokens.affected(), .signing_keys = keys.affected()};
}

}  // namespace mindspace::auth
