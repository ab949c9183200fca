#include "services/analytics/client.h"

namespace mindspace::analytics {

using postgres::JsonList;
using postgres::Statement;

std::vector<JsonList> export_lists() {
    static constexpr Statement kFacts{"analytics_export_facts", R"(
        SELECT session_id::text, json_build_object(
                   'sessionId', session_id, 'counts', counts, 'localDate', local_date, 'localHour', local_hour,
                   'kind', kind, 'durationSeconds', duration_seconds, 'moodBefore', mood_before,
                   'moodAfter', mood_after, 'endedAt', )" JSON_TIME("ended_at") R"()::text
        FROM session_facts WHERE user_id = $1 AND session_id > )" JSON_AFTER_ID " ORDER BY session_id LIMIT $3"};
    // The key is the date.
    static constexpr Statement kDays{"analytics_export_days", R"(
        SELECT local_date::text, json_build_object(
                   'localDate', local_date, 'sessions', sessions, 'seconds', seconds,
                   'moodBeforeSum', mood_before_sum, 'moodBeforeCount', mood_before_count,
                   'moodAfterSum', mood_after_sum, 'moodAfterCount', mood_after_count,
                   'secondsByKind', seconds_by_kind::json)::text
        FROM daily_totals
        WHERE user_id = $1 AND local_date > coalesce(nullif($2, ''), '0001-01-01')::date
        ORDER BY local_date LIMIT $3)"};
    static constexpr Statement kAccount{"analytics_export_account", R"(
        SELECT '', json_build_object('registeredOn', registered_on)::text
        FROM user_facts WHERE user_id = $1 AND $2::text = '' LIMIT $3)"};
    static constexpr Statement kLifetime{"analytics_export_lifetime", R"(
        SELECT '', totals FROM lifetimes WHERE user_id = $1 AND $2::text = '' LIMIT $3)"};
    return {{.name = "userFacts", .page = &kAccount, .shape = JsonList::Shape::object},
            {.name = "lifetime", .page = &kLifetime, .shape = JsonList::Shape::object},
            {.name = "sessionFacts", .page = &kFacts},
            {.name = "dailyTotals", .page = &kDays}};
}

}  // namespace mindspace::analytics
