#include "platform/privacy/export.h"

#include "platform/json/schema.h"
#include "platform/json/writer.h"
#include "platform/postgres/connection/client.h"

namespace mindspace::privacy {

namespace {

constexpr std::int64_t kPage = 200;

// The state of the document between the pages of one member.
struct ExportState {
    std::string text;
    JsonWriter json{text};
    std::string last_key;
    std::size_t last_page = 0;  // number of rows
};

void write_rows(ExportState& state, const postgres::Rows& rows) {
    for (const auto row : rows) state.json.raw(row.get<std::string_view>(1));
    state.last_page = rows.size();
    if (!rows.empty()) state.last_key = rows[rows.size() - 1].get<std::string>(0);
}

Awaitable<bool> write_member(postgres::Client& database, UserId user, const PersonalTable& table, ExportState& state,
                             http::BodyWriter& writer) {
    const bool is_array = table.shape == PersonalTable::Shape::array;
    state.json.plain_key(table.member);
    if (is_array) state.json.begin_array();
    state.last_key.clear();
    do {
        auto rows = co_await database.query(*table.page, user, state.last_key, kPage);
        write_rows(state, rows);
        const bool taken = co_await writer.write(state.text);
        if (!taken) co_return false;
        state.text.clear();
    } while (is_array && state.last_page == static_cast<std::size_t>(kPage));
    if (is_array)
        state.json.end_array();
    else if (state.last_page == 0)
        state.json.null();
    co_return true;
}

}  // namespace

Awaitable<bool> write_export(postgres::Client& database, const PersonalTables& tables, UserId user,
                             Timestamp exported_at, http::BodyWriter& writer) {
    ExportState state;
    state.json.begin_object();
    state.json.plain_key("exportedAt");
    schema::Type<Timestamp>::write(state.json, exported_at);
    for (const auto& table : tables) {
        if (table.page == nullptr) continue;
        const bool taken = co_await write_member(database, user, table, state, writer);
        if (!taken) co_return false;
    }
    state.json.end_object();
    co_return co_await writer.write(state.text);
}

}  // namespace mindspace::privacy
