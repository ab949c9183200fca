#pragma once
// A statement is a named constant, defined above the function that runs it:
//     constexpr Statement kFindUser{"find_user", "select display_name from users where user_id = $1"};
// Its address is its identity: each connection prepares it once, on first use, so it must have static storage. It names
// its columns (never `*`), so that a migration that adds one does not invalidate the plan. Its arguments always have
// the same C++ types.

#include "platform/postgres/values/params.h"

#include <algorithm>
#include <string_view>

namespace mindspace::postgres {

struct Statement {
    const char* name;  // unique in the program
    const char* sql;   // one statement, parameters $1, $2, …

    // Whether it only reads: a plain SELECT. Writes start with another keyword (a CTE that writes, with WITH).
    [[nodiscard]] constexpr bool reads() const {
        std::string_view text(sql);
        text.remove_prefix(std::min(text.find_first_not_of(" \n"), text.size()));
        return text.starts_with("SELECT ");
    }
};

// A statement with its arguments.
struct Query {
    const Statement* statement;
    Params params;
};

template <class... A>
Query bind(const Statement& statement, const A&... args) {
    Query query{&statement, {}};
    (query.params.add(args), ...);
    return query;
}
template <class... A>
Query bind(const Statement&&, const A&...) = delete;  // a temporary has no lasting identity

}  // namespace mindspace::postgres
