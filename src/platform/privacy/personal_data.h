#pragma once
// What a service holds of a user, declared beside it with one entry for each of its tables. From the entries of all
// services, which the composition root collects, follow the export of an account (export.h) and its end (erasure.h),
// and docs/privacy.md is compared with them.
//
// A page of the export is a statement that has the server write the JSON, so that nobody needs a type for it. It takes
// the user ($1), the key of the last item (text, $2; "" at first) and how many ($3); its rows are (key as text, item as
// JSON text) in the order of the key. ORDER BY names the table's column: that of the result is text, which no index has
// in order. The SQL functions json_time() and after_id() are for such statements.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/postgres/values/rows.h"
#include "platform/postgres/values/statement.h"

#include <string>
#include <string_view>
#include <vector>

namespace mindspace::redis {
class Client;
}

namespace mindspace::privacy {

// An account that ends.
struct EndedAccount {
    UserId user{};
    std::string email;
    Timestamp at{};
};

using Queries = std::vector<postgres::Query>;

struct Holding {
    enum class Shape { array, object };  // an object: the first item, or null

    std::string_view table;
    // In the export: the member that shows it; "" if none does, and docs/privacy.md says why.
    std::string_view member{};
    // Lists its rows for that member. Null: another table's entry shows them.
    const postgres::Statement* page = nullptr;
    Shape shape = Shape::array;
    // With the account: the statements that erase it, run in the transaction that ends the account. Null: a consumer of
    // `user.deleted` erases it, or something stays, as docs/privacy.md says.
    Queries (*erase)(const EndedAccount& account) = nullptr;
    bool is_erased_by_event = false;
    // After the commit: removes copies elsewhere, by what the first of the statements returned. Must not throw when
    // Redis is unavailable.
    Awaitable<> (*announce)(redis::Client& redis, EndedAccount account, postgres::Rows erased) = nullptr;
};
// In the order in which an export shows them and the end of an account erases them.
using Holdings = std::vector<Holding>;

// Holding::erase of a statement whose only argument is the user.
template <const postgres::Statement& kStatement>
Queries erase_by_user(const EndedAccount& account) {
    Queries queries;
    queries.push_back(postgres::bind(kStatement, account.user));
    return queries;
}

}  // namespace mindspace::privacy
