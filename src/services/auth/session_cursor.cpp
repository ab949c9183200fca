#include "services/auth/session_cursor.h"

#include "platform/http/cursor.h"

#include <charconv>

namespace mindspace::auth {

namespace {

std::string context_of(UserId user) {
    return "auth_sessions " + user.to_string();
}

}  // namespace

LoginSessionPosition first_page_of_sessions() {
    return {.last_used_at = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}, .id = {}};
}

std::string encode_session_cursor(UserId user, const LoginSessionPosition& position) {
    auto text = position.id.to_string() + std::to_string(position.last_used_at.time_since_epoch().count());
    return http::encode_cursor(context_of(user), text);
}

Result<LoginSessionPosition> decode_session_cursor(UserId user, std::string_view cursor) {
    auto text = http::decode_cursor(context_of(user), cursor);
    if (!text) return text.error();
    // The check has been right: only encode_session_cursor() writes this.
    std::int64_t milliseconds = 0;
    constexpr std::size_t kIdSize = sizeof(Uuid::Text);
    std::from_chars(text->data() + kIdSize, text->data() + text->size(), milliseconds);
    return LoginSessionPosition{.last_used_at = Timestamp(Milliseconds(milliseconds)),
                                .id = AuthSessionId::parse(std::string_view(*text).substr(0, kIdSize)).value()};
}

}  // namespace mindspace::auth
