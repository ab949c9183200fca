#include "platform/privacy/export.h"

#include "platform/json/schema.h"
#include "platform/json/writer.h"
#include "platform/postgres/connection/client.h"

namespace mindspace::privacy {

namespace {

constexpr std::int64_t kPage = 200;

// The state of the document between the pages of one member.
struct Draft {
    std::string text;
    JsonWriter json{text};
    std::string last_key;
    std::size_t last_page = 0;  // number of rows
};

void write_rows(Draft& draft, const postgres::Rows& rows) {
    for (const auto row : rows) draft.json.raw(row.get<std::string_view>(1));
    draft.last_page = rows.size();
    if (!rows.empty()) draft.last_key = rows[rows.size() - 1].get<std::string>(0);
}

Awaitable<bool> write_member(postgres::Client& database, UserId user, const Holding& holding, Draft& draft,
                             http::BodyWriter& writer) {
    const bool is_array = holding.shape == Holding::Shape::array;
    draft.json.plain_key(holding.member);
    if (is_array) draft.json.begin_array();
    draft.last_key.clear();
    do {
        auto rows = co_await database.query(*holding.page, user, draft.last_key, kPage);
        write_rows(draft, rows);
        const bool taken = co_await writer.write(draft.text);
        if (!taken) co_return false;
        draft.text.clear();
    } while (is_array && draft.last_page == static_cast<std::size_t>(kPage));
    if (is_array)
        draft.json.end_array();
    else if (draft.last_page == 0)
        draft.json.null();
    co_return true;
}

}  // namespace

Awaitable<bool> write_export(postgres::Client& database, const Holdings& holdings, UserId user, Timestamp exported_at,
                             http::BodyWriter& writer) {
    Draft draft;
    draft.json.begin_object();
    draft.json.plain_key("exportedAt");
    schema::Type<Timestamp>::write(draft.json, exported_at);
    for (const auto& holding : holdings) {
        if (holding.page == nullptr) continue;
        const bool taken = co_await write_member(database, user, holding, draft, writer);
        if (!taken) co_return false;
    }
    draft.json.end_object();
    co_return co_await writer.write(draft.text);
}

}  // namespace mindspace::privacy
