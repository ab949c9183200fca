#pragma once
// The table `lifetimes`: how it follows the facts, and how both are read. A user without a row is counted from their
// facts. What writes is called within the projection's transaction, in its turn.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/postgres/values/rows.h"
#include "platform/postgres/values/statement.h"
#include "services/analytics/figures/lifetime_totals.h"

#include <map>
#include <set>
#include <vector>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::analytics {

// Whose facts have changed in what a lifetime consists of, and how.
struct LifetimeChanges {
    std::map<UserId, std::vector<Sitting>> added;  // that were not counted before
    std::set<UserId> others;                       // something was taken away: all is added up anew
};

// What days amount to now.
struct DaySums {
    std::vector<UserId> users;
    std::vector<LocalDate> dates;
    std::vector<std::int64_t> seconds;
};

// Adds what ended after everything else; makes the others anew. `days` are those that the added ones lie on.
Awaitable<> keep_lifetimes(postgres::Session& session, LifetimeChanges changes, DaySums days);

// Makes those of all the users anew.
Awaitable<> restore_lifetimes(postgres::Session& session, std::vector<UserId> users);

// Those of the users whose row differs from their facts.
Awaitable<std::vector<UserId>> list_wrong_lifetimes(postgres::Session& session, std::vector<UserId> users);

// Lists all that a user ($1, the one that chooses the statement) has completed, in the order in which they ended.
const postgres::Statement& sittings_statement(UserId user);
// What those of the answer amount to. There may be any number of them: the loop has turns in between.
Awaitable<LifetimeTotals> look_back(postgres::Rows sittings, std::vector<LocalDate> skipped = {});

}  // namespace mindspace::analytics
