#include "services/meditation/group_cursor.h"

#include "platform/http/cursor.h"

#include <charconv>

namespace mindspace::meditation {

std::string group_list_context(const GroupQuery& query) {
    return "groups state=" + std::string(query.state ? schema::enum_name(*query.state) : "");
}

std::string encode_group_cursor(std::string_view context, const GroupPosition& position) {
    auto text = position.id.to_string() + std::to_string(position.at.time_since_epoch().count());
    return http::encode_cursor(context, text);
}

Result<GroupPosition> decode_group_cursor(std::string_view context, std::string_view cursor) {
    auto text = http::decode_cursor(context, cursor);
    if (!text) return text.error();
    // The check has been right: only encode_group_cursor() writes this.
    std::int64_t milliseconds = 0;
    constexpr std::size_t kIdSize = sizeof(Uuid::Text);
    std::from_chars(text->data() + kIdSize, text->data() + text->size(), milliseconds);
    return GroupPosition{.at = Timestamp(Milliseconds(milliseconds)),
                         .id = GroupId::parse(std::string_view(*text).substr(0, kIdSize)).value()};
}

}  // namespace mindspace::meditation
