#pragma once
// The table `lifetimes`: how it follows the facts, and how both are read. A user without a row is counted from their
// facts. The writing functions are called within the projection's transaction, under its lock.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/postgres/values/rows.h"
#include "platform/postgres/values/statement.h"
#include "services/analytics/statistics/lifetime_totals.h"

#include <map>
#include <set>
#include <vector>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::analytics {

// Users whose facts have changed in a way that affects their lifetime, and the changes.
struct LifetimeChanges {
    std::map<UserId, std::vector<CompletedSession>> added;  // not counted before
    std::set<UserId> others;                                // something was removed: all is folded again
};

// The current totals of days.
struct DaySums {
    std::vector<UserId> users;
    std::vector<LocalDate> dates;
    std::vector<std::int64_t> seconds;
};

// Adds sessions that ended after everything else; recomputes the lifetimes of `others`. `days` are the days of the
// added sessions.
Awaitable<> update_lifetimes(postgres::Session& session, LifetimeChanges changes, DaySums days);

// Recomputes the lifetimes of all these users.
Awaitable<> restore_lifetimes(postgres::Session& session, std::vector<UserId> users);

// Those of the users whose row does not match their facts.
Awaitable<std::vector<UserId>> list_wrong_lifetimes(postgres::Session& session, std::vector<UserId> users);

// The statement that lists all completed sessions of a user ($1, and the argument that selects the statement), in the
// order in which they ended.
const postgres::Statement& completed_sessions_statement(UserId user);
// The totals of the sessions in a reply. There may be any number of them: it yields to the loop in between.
Awaitable<LifetimeTotals> fold_lifetime(postgres::Rows rows, std::vector<LocalDate> skipped = {});

}  // namespace mindspace::analytics
