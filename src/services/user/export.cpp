#include "services/user/export.h"

#include "platform/events/personal_events.h"
#include "platform/idempotency/idempotency.h"
#include "services/analytics/client.h"
#include "services/auth/client.h"
#include "services/meditation/client.h"

#include <algorithm>
#include <iterator>

namespace mindspace::user {

using postgres::JsonList;

namespace {

// In the order of the document.
std::vector<JsonList> lists_of_all_services() {
    std::vector<JsonList> lists;
    for (auto of_service : {meditation::export_lists(), auth::export_lists(), analytics::export_lists()})
        std::ranges::move(of_service, std::back_inserter(lists));
    lists.push_back(http::kept_answers());
    std::ranges::move(events::export_lists(), std::back_inserter(lists));
    return lists;
}

// The document between the pages of one list.
struct Draft {
    std::string text;
    JsonWriter json{text};
    std::string last_key;
    std::size_t last_page = 0;  // its rows
};

void write_rows(Draft& draft, const postgres::Rows& rows) {
    for (const auto row : rows) draft.json.raw(row.get<std::string_view>(1));
    draft.last_page = rows.size();
    if (!rows.empty()) draft.last_key = rows[rows.size() - 1].get<std::string>(0);
}

// False when nobody reads any more.
Awaitable<bool> write_list(postgres::Client& database, UserId user, JsonList list, Draft& draft,
                           http::BodyWriter& writer) {
    const bool is_array = list.shape == JsonList::Shape::array;
    draft.json.plain_key(list.name);
    if (is_array) draft.json.begin_array();
    draft.last_key.clear();
    do {
        auto rows = co_await postgres::read_json_page(database, list, user.value, draft.last_key);
        write_rows(draft, rows);
        const bool taken = co_await writer.write(draft.text);
        if (!taken) co_return false;
        draft.text.clear();
    } while (is_array && draft.last_page == static_cast<std::size_t>(postgres::kJsonPage));
    if (is_array)
        draft.json.end_array();
    else if (draft.last_page == 0)
        draft.json.null();
    co_return true;
}

Awaitable<bool> write_document(postgres::Client& database, Export beginning, http::BodyWriter& writer) {
    Draft draft;
    draft.json.begin_object();
    draft.json.plain_key("exportedAt");
    schema::Type<Timestamp>::write(draft.json, beginning.exported_at);
    draft.json.plain_key("profile");
    schema::Type<User>::write(draft.json, beginning.profile);
    for (const auto& list : lists_of_all_services()) {
        const bool taken = co_await write_list(database, beginning.profile.id, list, draft, writer);
        if (!taken) co_return false;
    }
    draft.json.end_object();
    co_return co_await writer.write(draft.text);
}

}  // namespace

Awaitable<Result<http::Response>> export_user(UserService& service, UserId user) {
    auto beginning = co_await service.begin_export(user);
    if (!beginning) co_return beginning.error();
    auto& database = service.database();
    http::Response response{.body = {}};
    response.headers.emplace_back("Content-Disposition", R"(attachment; filename="mindspace-export.json")");
    response.stream = http::BodyStream{
        .length = {}, .write = [&database, beginning = std::move(*beginning)](http::BodyWriter& writer) {
            return write_document(database, beginning, writer);
        }};
    co_return std::move(response);
}

}  // namespace mindspace::user
