#include "services/user/store.h"

#include "platform/postgres/connection/client.h"

namespace mindspace::user {

Awaitable<std::optional<User>> UserStore::update(UserId id, UserPatch patch,
                                                 std::optional<std::int32_t> expected_version, Timestamp now,
                                                 std::optional<postgres::Query> follow) {
    static constexpr postgres::Statement kUpdate{"user_update", R"(
        UPDATE users
        SET display_name = coalesce($2, display_name), timezone = coalesce($3, timezone),
            locale = coalesce($4, locale), avatar_url = CASE WHEN $5 THEN $6 ELSE avatar_url END,
            daily_goal_seconds = coalesce($7, daily_goal_seconds), day_start_hour = coalesce($8, day_start_hour),
            version = version + 1, updated_at = $9
        WHERE user_id = $1 AND ($10::integer IS NULL OR version = $10)
          AND (display_name <> $2 OR timezone <> $3 OR locale <> $4 OR $5 AND avatar_url IS DISTINCT FROM $6
               OR daily_goal_seconds <> $7 OR day_start_hour <> $8)
        RETURNING user_id)"};
    std::optional<std::int16_t> day_start_hour;
    if (patch.day_start_hour.value) day_start_hour = static_cast<std::int16_t>(*patch.day_start_hour.value);
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kUpdate, id, patch.display_name.value, patch.timezone.value, patch.locale.value,
                                     patch.avatar_url.present, patch.avatar_url.value, patch.daily_goal_seconds.value,
                                     day_start_hour, now, expected_version));
    if (follow) queries.push_back(std::move(*follow));
    auto results = co_await database_.transaction(std::move(queries));
    if (results[0].empty()) co_return std::nullopt;
    co_return co_await find(id);
}

}  // namespace mindspace::user
