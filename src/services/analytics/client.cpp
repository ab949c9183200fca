#include "services/analytics/client.h"

#include "platform/postgres/client.h"
#include "platform/postgres/hash_partition.h"
#include "services/analytics/streaks.h"

namespace mindspace::analytics {

Awaitable<Lifetime> find_lifetime(postgres::Client& database, UserId user, LocalDate today) {
    // Arrays, because thousands of sessions in one row cost much less than in a row each.
    static const postgres::PartitionedStatement kFind{"analytics_find_lifetime", R"(
        SELECT coalesce(array_agg(ended_at), '{}'), coalesce(array_agg(local_date), '{}'),
               coalesce(array_agg(duration_seconds), '{}')
        FROM (SELECT ended_at, local_date, duration_seconds FROM session_facts_N
              WHERE user_id = $1 AND counts ORDER BY ended_at, local_date) AS sitting)"};
    auto rows = co_await database.query(kFind.of(user), user);
    auto ends = rows[0].get<std::vector<Timestamp>>(0);
    auto dates = rows[0].get<std::vector<LocalDate>>(1);
    auto seconds = rows[0].get<std::vector<std::int32_t>>(2);
    std::vector<Sitting> sittings;
    sittings.reserve(ends.size());
    for (std::size_t i = 0; i < ends.size(); ++i)
        sittings.push_back({.ended_at = ends[i], .local_date = dates[i], .seconds = seconds[i]});
    co_return look_back(sittings, today);
}

}  // namespace mindspace::analytics
