#include "services/analytics/facts/session_facts.h"

#include "platform/postgres/connection/session.h"
#include "platform/postgres/values/sql.h"

#include <fmt/format.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <concepts>
#include <stdexcept>
#include <vector>

namespace mindspace::analytics {

using postgres::ComposedStatement;

namespace {

namespace json = boost::json;

std::string string_of(const json::value& value) {
    return std::string(value.as_string());
}

template <std::integral Number>
Number number_of(const json::value& value) {
    return value.to_number<Number>();
}

Uuid id_of(const json::value& value) {
    if (const auto id = Uuid::parse(string_of(value))) return *id;
    throw std::invalid_argument("not a UUID");
}

LocalDate date_of(const json::value& value) {
    if (const auto date = parse_date(string_of(value))) return *date;
    throw std::invalid_argument("not a date");
}

// What `read_value` makes of a member. Throws std::invalid_argument, which names the member: an operator reads it
// beside the dead letter.
auto member(const json::object& session, std::string_view name, auto read_value) {
    try {
        return read_value(session.at(name));
    } catch (const std::exception& fault) {
        throw std::invalid_argument(fmt::format("the session's {}: {}", name, fault.what()));
    }
}

// The same for a member that may be null.
auto optional_member(const json::object& session, std::string_view name, auto read_value) {
    return member(session, name, [&](const json::value& value) {
        return value.is_null() ? std::nullopt : std::optional(read_value(value));
    });
}

// Facts as the arrays of a statement.
struct Columns {
    explicit Columns(const NewestFacts& facts) {
        for (const auto& [key, fact] : facts.all()) {
            users.push_back(key.first);
            sessions.push_back(key.second);
            versions.push_back(fact.version);
            counts.push_back(fact.counts);
            local_dates.push_back(fact.local_date);
            starts.push_back(fact.started_at);
            timezones.push_back(fact.timezone);
            kinds.push_back(fact.kind);
            seconds.push_back(fact.seconds);
            moods_before.push_back(fact.mood_before);
            moods_after.push_back(fact.mood_after);
            ends.push_back(fact.ended_at);
        }
    }

    std::vector<UserId> users;
    std::vector<Uuid> sessions;
    std::vector<std::int32_t> versions;
    std::vector<bool> counts;
    std::vector<LocalDate> local_dates;
    std::vector<std::string> starts;
    std::vector<std::string> timezones;
    std::vector<std::string> kinds;
    std::vector<std::int32_t> seconds;
    std::vector<std::optional<std::int16_t>> moods_before;
    std::vector<std::optional<std::int16_t>> moods_after;
    std::vector<std::optional<std::string>> ends;
};

constexpr char kColumns[] =
    "user_id, session_id, version, counts, local_date, local_hour, kind, duration_seconds, mood_before, mood_after, "
    "ended_at";

// A query: the rows that the columns above are for, without those of erased users.
constexpr char kNews[] = R"(
            SELECT user_id, session_id, version, counts, local_date,
                   extract(hour FROM wall_time(started_at::timestamptz, timezone))::smallint AS local_hour, kind,
                   duration_seconds, mood_before, mood_after, ended_at::timestamptz AS ended_at
            FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::boolean[], $5::date[], $6::text[], $7::text[],
                        $8::text[], $9::integer[], $10::smallint[], $11::smallint[], $12::text[])
                     AS event (user_id, session_id, version, counts, local_date, started_at, timezone, kind,
                               duration_seconds, mood_before, mood_after, ended_at)
            WHERE user_id NOT IN (SELECT user_id FROM user_facts WHERE user_id = ANY ($1) AND erased))";

Awaitable<postgres::Rows> run(postgres::Session& session, const postgres::Statement& statement,
                              const NewestFacts& facts) {
    const Columns columns(facts);
    return session.query(statement, columns.users, columns.sessions, columns.versions, columns.counts,
                         columns.local_dates, columns.starts, columns.timezones, columns.kinds, columns.seconds,
                         columns.moods_before, columns.moods_after, columns.ends);
}

// The session that a row, with the columns that both statements return, describes.
CompletedSession read_completed(const postgres::Row& row) {
    return {.ended_at = row.get<Timestamp>(6),
            .local_date = row.get<LocalDate>(3),
            .seconds = row.get<std::int32_t>(5),
            .hour = row.get<std::int16_t>(2),
            .kind = row.get<std::string>(4)};
}

// Stores those of unknown sessions, which nearly all are, and removes them from `facts`.
Awaitable<FactChanges> insert(postgres::Session& session, NewestFacts& facts) {
    static constexpr ComposedStatement kInsert{"analytics_insert_facts", R"(
        WITH news AS ({})
        INSERT INTO session_facts ({}) SELECT {} FROM news
        ON CONFLICT DO NOTHING
        RETURNING user_id, counts, local_hour, local_date, kind, duration_seconds, ended_at, session_id)",
                                               kNews, kColumns, kColumns};
    const auto rows = co_await run(session, kInsert, facts);
    FactChanges changes;
    for (const auto row : rows) {
        const auto user = row.get<UserId>(0);
        facts.erase({user, row.get<Uuid>(7)});
        if (!row.get<bool>(1)) continue;
        auto completed = read_completed(row);
        changes.days.emplace(user, completed.local_date);
        changes.lifetimes.added[user].push_back(std::move(completed));
    }
    co_return changes;
}

// Stores those that are newer than the known ones. On a cluster the parts of a statement run one after the other, so
// the stored facts are read before any is written; fact by fact, as in recompute() of the projection.
Awaitable<> update(postgres::Session& session, const NewestFacts& facts, FactChanges& changes) {
    static constexpr ComposedStatement kUpdate{"analytics_update_facts", R"(
        WITH news AS ({}),
        known AS MATERIALIZED (
            SELECT news.user_id, news.session_id, fact.counts, fact.local_date, fact.local_hour, fact.kind,
                   fact.duration_seconds, fact.ended_at
            FROM news CROSS JOIN LATERAL (
                SELECT bool_or(counts) AS counts, min(local_date) AS local_date, min(local_hour) AS local_hour,
                       min(kind) AS kind, min(duration_seconds) AS duration_seconds, min(ended_at) AS ended_at
                FROM session_facts
                WHERE user_id = news.user_id AND session_id = news.session_id GROUP BY user_id, session_id) AS fact),
        stored AS (
            INSERT INTO session_facts AS known ({}) SELECT {} FROM news
            ON CONFLICT (user_id, session_id) DO UPDATE
            SET version = excluded.version, counts = excluded.counts, local_date = excluded.local_date,
                local_hour = excluded.local_hour, kind = excluded.kind, duration_seconds = excluded.duration_seconds,
                mood_before = excluded.mood_before, mood_after = excluded.mood_after, ended_at = excluded.ended_at
            WHERE known.version < excluded.version
            RETURNING user_id, session_id, counts, local_date, local_hour, kind, duration_seconds, ended_at)
        SELECT stored.user_id, stored.counts, stored.local_hour, stored.local_date, stored.kind, stored.duration_seconds,
               stored.ended_at, coalesce(known.counts, false), known.local_date,
               coalesce(stored.counts AND known.counts AND
                        (stored.local_date, stored.local_hour, stored.kind, stored.duration_seconds, stored.ended_at) =
                        (known.local_date, known.local_hour, known.kind, known.duration_seconds, known.ended_at), false)
        FROM stored LEFT JOIN known ON known.user_id = stored.user_id AND known.session_id = stored.session_id
        WHERE stored.counts OR known.counts)",
                                               kNews, kColumns, kColumns};
    const auto rows = co_await run(session, kUpdate, facts);
    for (const auto row : rows) {
        const auto user = row.get<UserId>(0);
        const auto counts = row.get<bool>(1);
        const auto counted = row.get<bool>(7);
        const auto is_unchanged = row.get<bool>(9);  // unchanged in everything but moods
        if (counts) changes.days.emplace(user, row.get<LocalDate>(3));
        if (counted) changes.days.emplace(user, row.get<LocalDate>(8));
        if (is_unchanged) continue;
        if (counted) {
            changes.reduced.emplace(user, row.get<LocalDate>(8));
            changes.lifetimes.others.insert(user);
        } else {
            changes.lifetimes.added[user].push_back(read_completed(row));
        }
    }
}

}  // namespace

void NewestFacts::add(const events::Event& event) {
    const auto payload = json::parse(event.payload);
    const auto& session = payload.as_object();
    const Key key{event.user, member(session, "id", id_of)};
    const bool is_completed = member(session, "status", string_of) == "completed";
    SessionFact fact{.version = member(session, "version", number_of<std::int32_t>),
                     .counts = is_completed && event.type != "session.deleted",
                     .local_date = member(session, "localDate", date_of),
                     .started_at = member(session, "startedAt", string_of),
                     .timezone = member(session, "timezone", string_of),
                     .kind = member(session, "kind", string_of),
                     .seconds = optional_member(session, "durationSeconds", number_of<std::int32_t>).value_or(0),
                     .mood_before = optional_member(session, "moodBefore", number_of<std::int16_t>),
                     .mood_after = optional_member(session, "moodAfter", number_of<std::int16_t>),
                     .ended_at = optional_member(session, "endedAt", string_of)};
    const auto [known, is_first] = facts_.try_emplace(key, fact);
    if (!is_first && known->second.version < fact.version) known->second = std::move(fact);
}

Awaitable<FactChanges> store_facts(postgres::Session& session, NewestFacts facts) {
    auto changes = co_await insert(session, facts);
    if (!facts.empty()) co_await update(session, facts, changes);
    co_return changes;
}

}  // namespace mindspace::analytics
