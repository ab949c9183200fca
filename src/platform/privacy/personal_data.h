#pragma once
// The data that a service stores of a user, declared in the service's folder with one entry for each of its tables. The
// composition root collects the entries of all services; the export of an account (export.h) and its end (erasure.h)
// are derived from them, and docs/privacy.md is compared with them.
//
// A page of the export is a statement in which PostgreSQL builds the JSON, so that no C++ type is needed for it. Its
// arguments are the user ($1), the key of the last item (text, $2; "" at first) and the number of items ($3); its rows
// are (key as text, item as JSON text) in the order of the key. ORDER BY must name the table's column: the result's
// column is text, which no index has in order. The SQL functions json_time() and after_id() are for such statements.

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

// An account that is being ended.
struct EndedAccount {
    UserId user{};
    std::string email;
    Timestamp at{};
};

using Queries = std::vector<postgres::Query>;

struct PersonalTable {
    enum class Shape { array, object };  // an object: the first item, or null

    std::string_view table;
    // The member of the export that shows the table; "" if none does, and docs/privacy.md states why.
    std::string_view member{};
    // Lists the table's rows for that member. Null: another table's entry shows them.
    const postgres::Statement* page = nullptr;
    Shape shape = Shape::array;
    // Returns the statements that erase the data, run in the transaction that ends the account. Null: a consumer of
    // `user.deleted` erases it, or some of it stays, as docs/privacy.md states.
    Queries (*erase)(const EndedAccount& account) = nullptr;
    bool is_erased_by_event = false;
    // Called after the commit: removes copies elsewhere, using the rows that the first of the statements returned. Must
    // not throw when Redis is unavailable.
    Awaitable<> (*announce)(redis::Client& redis, EndedAccount account, postgres::Rows erased) = nullptr;
};
// In the order in which an export shows them and the end of an account erases them.
using PersonalTables = std::vector<PersonalTable>;

// PersonalTable::erase for a statement whose only argument is the user.
template <const postgres::Statement& kStatement>
Queries erase_by_user(const EndedAccount& account) {
    Queries queries;
    queries.push_back(postgres::bind(kStatement, account.user));
    return queries;
}

}  // namespace mindspace::privacy
