#pragma once
// A new login session, before it is stored: its row, and the refresh token that only its owner gets.

#include "services/auth/logins/store.h"
#include "services/auth/parts.h"
#include "services/auth/tokens/refresh_token.h"

#include <optional>
#include <string>

namespace mindspace::auth {

struct OpenedSession {
    NewAuthSession row;
    RefreshToken token;
};

// `ended_until`: up to where the user's login sessions have ended. The new one's id comes after those of all of them,
// regardless of the clock of the node that ended them.
OpenedSession open_session(UserId user, const Origin& origin, std::optional<std::string> device_name,
                           Timestamp expires_at, Timestamp now, std::optional<AuthSessionId> ended_until = {});

// The name of a device as it is stored: 64 characters at most, without surrounding white space; nothing (nullopt) if
// none of them is visible.
std::optional<std::string> stored_device_name(std::optional<std::string> name);

}  // namespace mindspace::auth
