#include "services/analytics/lifetimes.h"

#include "platform/postgres/hash_partition.h"
#include "platform/postgres/session.h"

#include <algorithm>
#include <tuple>

namespace mindspace::analytics {

using postgres::Statement;

namespace {

using Texts = std::map<UserId, std::string>;

Awaitable<Texts> list_texts(postgres::Session& session, std::vector<UserId> users) {
    static constexpr Statement kList{"analytics_list_lifetimes", R"(
        SELECT user_id, totals FROM lifetimes WHERE user_id = ANY ($1))"};
    auto rows = co_await session.query(kList, users);
    Texts texts;
    for (auto row : rows) texts.emplace(row.get<UserId>(0), row.get<std::string>(1));
    co_return texts;
}

Awaitable<> put(postgres::Session& session, std::vector<UserId> users, std::vector<std::string> texts) {
    static constexpr Statement kPut{"analytics_put_lifetimes", R"(
        INSERT INTO lifetimes (user_id, totals)
        SELECT user_id, totals FROM unnest($1::uuid[], $2::text[]) AS made (user_id, totals)
        ON CONFLICT (user_id) DO UPDATE SET totals = excluded.totals)"};
    if (!users.empty()) co_await session.query(kPut, users, texts);
}

Awaitable<std::string> make_anew(postgres::Session& session, UserId user) {
    auto rows = co_await session.query(sittings_statement(user), user);
    auto sittings = read_sittings(rows);
    co_return look_back(sittings).to_json();
}

// Whether all of them could be added: nothing that was there ended later.
bool add_all(LifetimeTotals& totals, std::vector<Sitting>& sittings) {
    std::ranges::sort(sittings, {},
                      [](const Sitting& sitting) { return std::tie(sitting.ended_at, sitting.local_date); });
    if (!totals.takes(sittings.front().ended_at)) return false;
    for (const auto& sitting : sittings) totals.add(sitting);
    return true;
}

}  // namespace

Awaitable<> keep_lifetimes(postgres::Session& session, LifetimeChanges changes, DaySums days) {
    std::vector<UserId> users(changes.others.begin(), changes.others.end());
    std::vector<UserId> adding;
    for (const auto& [user, sittings] : changes.added)
        if (!changes.others.contains(user)) adding.push_back(user);
    auto texts = co_await list_texts(session, adding);
    std::map<UserId, LifetimeTotals> added;
    for (auto user : adding) {
        auto text = texts.find(user);
        auto totals = text == texts.end() ? LifetimeTotals() : LifetimeTotals::from_json(text->second);
        if (text != texts.end() && add_all(totals, changes.added.at(user)))
            added.emplace(user, std::move(totals));
        else
            users.push_back(user);
    }
    std::vector<std::string> made;
    for (std::size_t i = 0; i < users.size(); ++i) {
        auto text = co_await make_anew(session, users[i]);
        made.push_back(std::move(text));
    }
    for (std::size_t i = 0; i < days.users.size(); ++i)
        if (auto totals = added.find(days.users[i]); totals != added.end())
            totals->second.note_day(days.dates[i], days.seconds[i]);
    for (const auto& [user, totals] : added) {
        users.push_back(user);
        made.push_back(totals.to_json());
    }
    co_await put(session, std::move(users), std::move(made));
}

Awaitable<> restore_lifetimes(postgres::Session& session, std::vector<UserId> users) {
    std::vector<std::string> made;
    for (auto user : users) {
        auto text = co_await make_anew(session, user);
        made.push_back(std::move(text));
    }
    co_await put(session, std::move(users), std::move(made));
}

Awaitable<std::vector<UserId>> list_wrong_lifetimes(postgres::Session& session, std::vector<UserId> users) {
    auto texts = co_await list_texts(session, std::move(users));
    std::vector<UserId> wrong;
    for (const auto& [user, text] : texts) {
        auto expected = co_await make_anew(session, user);
        if (text != expected) wrong.push_back(user);
    }
    co_return wrong;
}

const Statement& sittings_statement(UserId user) {
    // Arrays, because thousands of sessions in one row cost much less than in a row each.
    static const postgres::PartitionedStatement kList{"analytics_list_sittings", R"(
        SELECT coalesce(array_agg(ended_at), '{}'), coalesce(array_agg(local_date), '{}'),
               coalesce(array_agg(duration_seconds), '{}'), coalesce(array_agg(local_hour), '{}'),
               coalesce(array_agg(kind), '{}')
        FROM (SELECT ended_at, local_date, duration_seconds, local_hour, kind FROM session_facts_N
              WHERE user_id = $1 AND counts ORDER BY ended_at, local_date) AS sitting)"};
    return kList.of(user);
}

std::vector<Sitting> read_sittings(const postgres::Rows& rows) {
    const auto row = rows[0];
    auto ends = row.get<std::vector<Timestamp>>(0);
    auto dates = row.get<std::vector<LocalDate>>(1);
    auto seconds = row.get<std::vector<std::int32_t>>(2);
    auto hours = row.get<std::vector<std::int16_t>>(3);
    auto kinds = row.get<std::vector<std::string>>(4);
    std::vector<Sitting> sittings;
    sittings.reserve(ends.size());
    for (std::size_t i = 0; i < ends.size(); ++i)
        sittings.push_back({.ended_at = ends[i],
                            .local_date = dates[i],
                            .seconds = seconds[i],
                            .hour = hours[i],
                            .kind = std::move(kinds[i])});
    return sittings;
}

}  // namespace mindspace::analytics
