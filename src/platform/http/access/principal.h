#pragma once
// Who may call an endpoint, and who the caller is according to a verified access token.

#include "platform/base/ids.h"
#include "platform/base/time.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace mindspace::http {

enum class Access : std::uint8_t {
    anyone,  // credentials are ignored
    user,    // a valid access token
    admin,   // a valid access token with the admin role
};

enum class Role : std::uint8_t { user, admin };

constexpr auto names_of(Role) {
    return std::array<std::string_view, 2>{"user", "admin"};
}

struct Principal {
    UserId user{};
    AuthSessionId auth_session{};
    Role role = Role::user;
    Timestamp expires_at{};
    std::string user_version{};  // of the user's data, for caches; "" if unknown
};

}  // namespace mindspace::http
