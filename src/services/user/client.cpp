#include "services/user/client.h"

#include "platform/base/calendar.h"
#include "platform/leases/ending.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/session.h"
#include "platform/redis/connection/client.h"
#include "services/user/profile_cache.h"

namespace mindspace::user {

using postgres::Statement;

namespace {

std::vector<UserId> read_ids(const postgres::Rows& rows) {
    std::vector<UserId> ids;
    for (const auto row : rows) ids.push_back(row.get<UserId>(0));
    return ids;
}

}  // namespace

User as_user(const NewUser& user) {
    return User{.id = user.id,
                .email = user.email,
                .display_name = user.display_name,
                .timezone = user.timezone,
                .locale = user.locale,
                .avatar_url = {},
                .daily_goal_seconds = kDefaultGoalSeconds,
                .created_at = user.created_at,
                .updated_at = user.created_at,
                .version = 1};
}

postgres::Query insert_user(const NewUser& user) {
    static constexpr Statement kInsert{"user_insert", R"(
        WITH event AS (
            INSERT INTO outbox (type, user_id, payload, occurred_at)
            VALUES ('user.registered', $1, jsonb_build_object('timezone', $4::text), $6))
        INSERT INTO users (user_id, email, display_name, timezone, locale, created_at, updated_at, daily_goal_seconds)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $7))"};
    return postgres::bind(kInsert, user.id, user.email, user.display_name, user.timezone, user.locale, user.created_at,
                          kDefaultGoalSeconds);
}

postgres::Query verify_email(UserId id, Timestamp now) {
    static constexpr Statement kVerify{"user_verify_email", R"(
        UPDATE users SET email_verified = true, version = version + 1, updated_at = $2
        WHERE user_id = $1 AND NOT email_verified)"};
    return postgres::bind(kVerify, id, now);
}

postgres::Query set_role(UserId id, http::Role role, Timestamp now) {
    static constexpr Statement kSetRole{"user_set_role", R"(
        UPDATE users SET role = $2, version = version + 1, updated_at = $3 WHERE user_id = $1)"};
    return postgres::bind(kSetRole, id, schema::enum_name(role), now);
}

postgres::Query lock_user(UserId id) {
    static constexpr Statement kLock{"user_lock", "SELECT 1 FROM users WHERE user_id = $1 FOR NO KEY UPDATE"};
    return postgres::bind(kLock, id);
}

// Without a version, all cores agree on a new one.
Awaitable<> invalidate_cached(redis::Client& redis, UserId id) {
    auto version = cache_version_key(id);
    auto value = cache_value_key(id);
    try {
        co_await redis.command({"DEL", version, value});
    } catch (const Unavailable&) {
        // Without Redis no core serves from a cache.
    }
    co_await leases::end_leases(redis, id.to_string());
}

Awaitable<std::optional<User>> find_user(postgres::Client& database, UserId id) {
    auto rows = co_await database.query(find_user_query(id));
    co_return read_user(id, rows);
}

postgres::Query find_user_query(UserId id) {
    static constexpr Statement kFind{"user_find", R"(
        SELECT email, email_verified, display_name, timezone, locale, avatar_url, daily_goal_seconds, day_start_hour,
               role, created_at, updated_at, version
        FROM users WHERE user_id = $1)"};
    return postgres::bind(kFind, id);
}

std::optional<User> read_user(UserId id, const postgres::Rows& rows) {
    if (rows.empty()) return std::nullopt;
    const auto row = rows[0];
    return User{.id = id,
                .email = row.get<std::string>(0),
                .email_verified = row.get<bool>(1),
                .display_name = row.get<std::string>(2),
                .timezone = row.get<std::string>(3),
                .locale = row.get<std::string>(4),
                .avatar_url = row.get<std::optional<std::string>>(5),
                .daily_goal_seconds = row.get<std::int32_t>(6),
                .day_start_hour = row.get<std::int16_t>(7),
                .role = schema::enum_value<http::Role>(row.get<std::string_view>(8)).value_or(http::Role::user),
                .created_at = row.get<Timestamp>(9),
                .updated_at = row.get<Timestamp>(10),
                .version = row.get<std::int32_t>(11)};
}

Awaitable<std::vector<UserId>> list_users(postgres::Session& session, UserId after, std::int64_t count) {
    static constexpr Statement kList{"user_list_ids", R"(
        SELECT user_id FROM users WHERE user_id > $1 ORDER BY user_id LIMIT $2)"};
    auto rows = co_await session.query(kList, after, count);
    co_return read_ids(rows);
}

Awaitable<std::vector<UserId>> sample_users(postgres::Session& session, std::int64_t count) {
    // Random blocks, twice as many as should be needed: they are not all full.
    static constexpr Statement kSample{"user_sample_ids", R"(
        SELECT user_id
        FROM users TABLESAMPLE SYSTEM (
            least(100, 200.0 * $1 / (SELECT greatest(1, reltuples) FROM pg_class WHERE oid = 'users'::regclass))::real)
        LIMIT $1)"};
    auto rows = co_await session.query(kSample, count);
    co_return read_ids(rows);
}

Awaitable<std::vector<UserId>> lock_users(postgres::Session& session, std::vector<UserId> users) {
    static constexpr Statement kLock{"user_lock_users", "SELECT user_id FROM hold_users($1)"};
    auto rows = co_await session.query(kLock, users);
    co_return read_ids(rows);
}

LocalDate today_of(const User& user, Timestamp now) {
    auto zone = TimeZone::find(user.timezone);
    if (!zone) zone = TimeZone::find("UTC");
    return zone->local_date(now, std::chrono::hours(user.day_start_hour));
}

std::string cache_version_key(UserId id) {
    return "{" + id.to_string() + "}:v";
}

}  // namespace mindspace::user
