#include "services/analytics/statistics/lifetimes.h"

#include "platform/postgres/connection/session.h"
#include "platform/postgres/partitions/hash_partition.h"
#include "platform/postgres/values/array_elements.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <tuple>

namespace mindspace::analytics {

using postgres::ArrayElements;
using postgres::Statement;

namespace {

constexpr int kSessionsPerIteration = 1000;  // some 0.3 ms

using Texts = std::map<UserId, std::string>;

Awaitable<Texts> list_stored(postgres::Session& session, std::vector<UserId> users) {
    static constexpr Statement kList{"analytics_list_lifetimes", R"(
        SELECT user_id, totals FROM lifetimes WHERE user_id = ANY ($1))"};
    auto rows = co_await session.query(kList, users);
    Texts texts;
    for (auto row : rows) texts.emplace(row.get<UserId>(0), row.get<std::string>(1));
    co_return texts;
}

Awaitable<> store(postgres::Session& session, std::vector<UserId> users, std::vector<std::string> texts) {
    static constexpr Statement kStore{"analytics_store_lifetimes", R"(
        INSERT INTO lifetimes (user_id, totals)
        SELECT user_id, totals FROM unnest($1::uuid[], $2::text[]) AS updated (user_id, totals)
        ON CONFLICT (user_id) DO UPDATE SET totals = excluded.totals)"};
    if (!users.empty()) co_await session.query(kStore, users, texts);
}

Awaitable<std::string> recompute(postgres::Session& session, UserId user) {
    auto rows = co_await session.query(completed_sessions_statement(user), user);
    auto totals = co_await fold_lifetime(std::move(rows));
    co_return totals.to_json();
}

// Whether all of them could be added: no earlier added session ended later.
bool add_all(LifetimeTotals& totals, std::vector<CompletedSession>& sessions) {
    std::ranges::sort(sessions, {}, [](const CompletedSession& one) { return std::tie(one.ended_at, one.local_date); });
    if (!totals.takes(sessions.front().ended_at)) return false;
    for (const auto& one : sessions) totals.add(one);
    return true;
}

}  // namespace

Awaitable<> update_lifetimes(postgres::Session& session, LifetimeChanges changes, DaySums days) {
    std::vector<UserId> users(changes.others.begin(), changes.others.end());
    std::vector<UserId> adding;
    for (const auto& [user, sessions] : changes.added)
        if (!changes.others.contains(user)) adding.push_back(user);
    auto texts = co_await list_stored(session, adding);
    std::map<UserId, LifetimeTotals> added;
    for (auto user : adding) {
        auto text = texts.find(user);
        auto totals = text == texts.end() ? LifetimeTotals() : LifetimeTotals::from_json(text->second);
        if (text != texts.end() && add_all(totals, changes.added.at(user)))
            added.emplace(user, std::move(totals));
        else
            users.push_back(user);
    }
    std::vector<std::string> updated;
    for (std::size_t i = 0; i < users.size(); ++i) {
        auto text = co_await recompute(session, users[i]);
        updated.push_back(std::move(text));
    }
    for (std::size_t i = 0; i < days.users.size(); ++i)
        if (auto totals = added.find(days.users[i]); totals != added.end())
            totals->second.record_day(days.dates[i], days.seconds[i]);
    for (const auto& [user, totals] : added) {
        users.push_back(user);
        updated.push_back(totals.to_json());
    }
    co_await store(session, std::move(users), std::move(updated));
}

Awaitable<> restore_lifetimes(postgres::Session& session, std::vector<UserId> users) {
    std::vector<std::string> updated;
    for (auto user : users) {
        auto text = co_await recompute(session, user);
        updated.push_back(std::move(text));
    }
    co_await store(session, std::move(users), std::move(updated));
}

Awaitable<std::vector<UserId>> list_wrong_lifetimes(postgres::Session& session, std::vector<UserId> users) {
    auto texts = co_await list_stored(session, std::move(users));
    std::vector<UserId> wrong;
    for (const auto& [user, text] : texts) {
        auto expected = co_await recompute(session, user);
        if (text != expected) wrong.push_back(user);
    }
    co_return wrong;
}

const Statement& completed_sessions_statement(UserId user) {
    // Arrays, because thousands of sessions in one row cost much less than one row per session.
    static const postgres::PartitionedStatement kList{"analytics_list_completed_sessions", R"(
        SELECT coalesce(array_agg(ended_at), '{}'), coalesce(array_agg(local_date), '{}'),
               coalesce(array_agg(duration_seconds), '{}'), coalesce(array_agg(local_hour), '{}'),
               coalesce(array_agg(kind), '{}')
        FROM (SELECT ended_at, local_date, duration_seconds, local_hour, kind FROM session_facts_N
              WHERE user_id = $1 AND counts ORDER BY ended_at, local_date) AS session)"};
    return kList.of(user);
}

Awaitable<LifetimeTotals> fold_lifetime(postgres::Rows rows, std::vector<LocalDate> skipped) {
    const auto row = rows[0];
    auto ends = row.get<ArrayElements<Timestamp>>(0);
    auto dates = row.get<ArrayElements<LocalDate>>(1);
    auto seconds = row.get<ArrayElements<std::int32_t>>(2);
    auto hours = row.get<ArrayElements<std::int16_t>>(3);
    auto kinds = row.get<ArrayElements<std::string>>(4);
    LifetimeFold fold(skipped);
    while (ends.left() > 0) {
        for (int i = 0; i < kSessionsPerIteration && ends.left() > 0; ++i)
            fold.add({.ended_at = ends.next(),
                      .local_date = dates.next(),
                      .seconds = seconds.next(),
                      .hour = hours.next(),
                      .kind = kinds.next()});
        co_await asio::post(asio::use_awaitable);
    }
    co_return std::move(fold).totals();
}

}  // namespace mindspace::analytics
