#pragma once
// Rows that the server itself writes as JSON, read page by page: for documents of many kinds of rows, which nobody
// needs a type for. The statement takes the owner ($1), the key of the last item (text, $2; "" at first) and how many
// ($3); its rows are (key as text, item as JSON text) in the order of the key.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/postgres/connection/client.h"

#include <string>
#include <string_view>

namespace mindspace::postgres {

// Within such a statement: a point in time as the API writes it, and the last item's key where that is a UUID.
#define JSON_TIME(COLUMN) "to_char(" COLUMN R"( AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))"
#define JSON_AFTER_ID "coalesce(nullif($2, ''), '00000000-0000-0000-0000-000000000000')::uuid"

struct JsonList {
    enum class Shape { array, object };  // an object: the first item, or null

    std::string_view name;
    const Statement* page;
    Shape shape = Shape::array;
};

inline constexpr std::int64_t kJsonPage = 200;

// The page behind `after`; the last one has less than kJsonPage rows. Fault: Unavailable.
inline Awaitable<Rows> read_json_page(Client& database, const JsonList& list, const Uuid& owner,
                                      const std::string& after) {
    return database.query(*list.page, owner, after, kJsonPage);
}

}  // namespace mindspace::postgres
