#include "services/meditation/history_cursor.h"

#include "platform/http/cursor.h"

#include <charconv>

namespace mindspace::meditation {

std::string history_context(UserId user, const HistoryQuery& query) {
    std::string context = "sessions " + user.to_string();
    context += " from=" + (query.from ? format_date(*query.from) : "");
    context += " to=" + (query.to ? format_date(*query.to) : "");
    context += " kind=";
    if (query.kind) context += schema::enum_name(*query.kind);
    context += " status=";
    if (query.status) context += schema::enum_name(*query.status);
    return context;
}

std::string encode_history_cursor(std::string_view context, const HistoryPosition& position) {
    auto text = position.id.to_string() + std::to_string(position.started_at.time_since_epoch().count());
    return http::encode_cursor(context, text);
}

Result<HistoryPosition> decode_history_cursor(std::string_view context, std::string_view cursor) {
    auto text = http::decode_cursor(context, cursor);
    if (!text) return text.error();
    // The check has been right: only encode_history_cursor() writes this.
    HistoryPosition position;
    std::int64_t milliseconds = 0;
    constexpr std::size_t kIdSize = sizeof(Uuid::Text);
    std::from_chars(text->data() + kIdSize, text->data() + text->size(), milliseconds);
    position.id = MeditationSessionId::parse(std::string_view(*text).substr(0, kIdSize)).value();
    position.started_at = Timestamp(Milliseconds(milliseconds));
    return position;
}

}  // namespace mindspace::meditation
