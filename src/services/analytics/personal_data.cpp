#include "services/analytics/client.h"

namespace mindspace::analytics {

using postgres::Statement;
using privacy::PersonalTable;

namespace {

constexpr Statement kListAccount{"analytics_export_account", R"(
    SELECT '', json_build_object('registeredOn', registered_on)::text
    FROM user_facts WHERE user_id = $1 AND $2::text = '' LIMIT $3)"};
constexpr Statement kListLifetime{"analytics_export_lifetime", R"(
    SELECT '', totals FROM lifetimes WHERE user_id = $1 AND $2::text = '' LIMIT $3)"};
constexpr Statement kListFacts{"analytics_export_facts", R"(
    SELECT session_id::text, json_build_object(
               'sessionId', session_id, 'counts', counts, 'localDate', local_date, 'localHour', local_hour,
               'kind', kind, 'durationSeconds', duration_seconds, 'moodBefore', mood_before,
               'moodAfter', mood_after, 'endedAt', json_time(ended_at))::text
    FROM session_facts WHERE user_id = $1 AND session_id > after_id($2)
    ORDER BY session_facts.session_id LIMIT $3)"};
// The key is the date.
constexpr Statement kListDays{"analytics_export_days", R"(
    SELECT local_date::text, json_build_object(
               'localDate', local_date, 'sessions', sessions, 'seconds', seconds,
               'moodBeforeSum', mood_before_sum, 'moodBeforeCount', mood_before_count,
               'moodAfterSum', mood_after_sum, 'moodAfterCount', mood_after_count,
               'secondsByKind', seconds_by_kind::json)::text
    FROM daily_totals
    WHERE user_id = $1 AND local_date > coalesce(nullif($2, ''), '0001-01-01')::date
    ORDER BY daily_totals.local_date LIMIT $3)"};

}  // namespace

// Erased by the projection (facts/accounts.h) when it reads the event of the account's end.
privacy::PersonalTables personal_data() {
    return {{.table = "user_facts",
             .member = "userFacts",
             .page = &kListAccount,
             .shape = PersonalTable::Shape::object,
             .is_erased_by_event = true},
            {.table = "lifetimes",
             .member = "lifetime",
             .page = &kListLifetime,
             .shape = PersonalTable::Shape::object,
             .is_erased_by_event = true},
            {.table = "session_facts", .member = "sessionFacts", .page = &kListFacts, .is_erased_by_event = true},
            {.table = "daily_totals", .member = "dailyTotals", .page = &kListDays, .is_erased_by_event = true}};
}

}  // namespace mindspace::analytics
