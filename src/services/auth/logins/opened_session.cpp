#include "services/auth/logins/opened_session.h"

#include "platform/base/bytes.h"
#include "platform/base/text/visible_text.h"

#include <algorithm>
#include <utility>

namespace mindspace::auth {

OpenedSession open_session(UserId user, const Origin& origin, std::optional<std::string> device_name,
                           Timestamp expires_at, Timestamp now, std::optional<AuthSessionId> ended_until) {
    auto tag_key = random_bytes<32>();
    auto id = AuthSessionId::make(ended_until ? std::max(now, ended_until->value.created_at() + Milliseconds(1)) : now);
    auto token = RefreshToken::make(user, id, tag_key);
    NewAuthSession row{.user = user,
                       .id = id,
                       .device_name = std::move(device_name),
                       .ip = origin.ip,
                       .user_agent = origin.user_agent,
                       .tag_key = Bytes(tag_key.begin(), tag_key.end()),
                       .token_hash = token.hash(),
                       .created_at = now,
                       .expires_at = expires_at};
    return {std::move(row), token};
}

std::optional<std::string> stored_device_name(std::optional<std::string> name) {
    constexpr std::size_t kMaxCharacters = 64;
    if (!name || name->empty()) return std::nullopt;
    std::size_t characters = 0;
    for (std::size_t at = 0; at < name->size(); ++at) {
        const bool starts_character = ((*name)[at] & 0xC0) != 0x80;
        if (starts_character && ++characters > kMaxCharacters) name->resize(at);
    }
    name = std::string(without_space_around(*name));
    if (!is_visible(*name)) return std::nullopt;  // the visible part was cut off
    return name;
}

}  // namespace mindspace::auth
