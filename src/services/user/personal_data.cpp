#include "services/user/client.h"

namespace mindspace::user {

using postgres::Statement;
using privacy::EndedAccount;
using privacy::PersonalTable;
using privacy::Queries;

namespace {

// In the form of GET /users/me.
constexpr Statement kListProfile{"user_export_profile", R"(
    SELECT '', json_build_object(
               'id', user_id, 'email', email, 'emailVerified', email_verified, 'displayName', display_name,
               'timezone', timezone, 'locale', locale, 'avatarUrl', avatar_url,
               'dailyGoalSeconds', daily_goal_seconds, 'dayStartHour', day_start_hour, 'role', role,
               'createdAt', json_time(created_at), 'updatedAt', json_time(updated_at))::text
    FROM users WHERE user_id = $1 AND $2::text = '' LIMIT $3)"};

// Publishes the end (`user.deleted`), once. A writer that creates something for a user holds a share of their row (FOR
// KEY SHARE): so what is written before this is there for the later statements to erase, and later writers find no
// user.
Queries erase_user(const EndedAccount& account) {
    static constexpr Statement kErase{"user_erase", R"(
        WITH erased AS (DELETE FROM users WHERE user_id = $1 RETURNING user_id)
        INSERT INTO outbox (type, user_id, payload, occurred_at) SELECT 'user.deleted', user_id, '{}', $2 FROM erased)"};
    Queries queries;
    queries.push_back(postgres::bind(kErase, account.user, account.at));
    return queries;
}

Awaitable<> invalidate_copies(redis::Client& redis, EndedAccount account, postgres::Rows) {
    return invalidate_cached(redis, account.user);
}

}  // namespace

privacy::PersonalTables personal_data() {
    return {{.table = "users",
             .member = "profile",
             .page = &kListProfile,
             .shape = PersonalTable::Shape::object,
             .erase = &erase_user,
             .announce = &invalidate_copies}};
}

}  // namespace mindspace::user
