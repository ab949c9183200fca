#pragma once
// Who may call. The platform asks a Guard before a handler runs; the auth service provides it (auth/client.h).

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/limits/gcra.h"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace mindspace::http {

enum class Access {
    anyone,  // no credentials are looked at
    user,    // a valid access token
    admin,   // a valid access token with the admin role
};

enum class Role { user, admin };

constexpr auto names_of(Role) {
    return std::array<std::string_view, 2>{"user", "admin"};
}

// What a verified access token says.
struct Principal {
    UserId user{};
    AuthSessionId auth_session{};
    Role role = Role::user;
    Timestamp expires_at{};
    std::string user_version{};  // of the user's data, for caches; "" when nobody knows it now
};

// Who calls, and whether they may call as often as that.
struct Admission {
    Result<Principal> caller;
    limits::Verdict verdict{};
};

// Ends with its last copy.
using SessionWatch = std::shared_ptr<const void>;

class Guard {
public:
    virtual ~Guard() = default;
    // Verifies an access token and that its login session is alive.
    // Error: unauthenticated (`invalid_token`, `token_expired`, `token_revoked`). Fault: Unavailable, when nobody
    // can be asked.
    virtual Awaitable<Result<Principal>> authenticate(std::string_view access_token) = 0;
    // The same, and one call is taken from what `policy` allows the caller, in the same round trip. The policy is
    // borrowed until it has been awaited. A token that is not valid takes nothing.
    virtual Awaitable<Admission> admit(std::string_view access_token, const limits::Policy& policy) = 0;
    // After a call of the user that may have written: what they read next must show it, whichever node answers. Never
    // throws.
    virtual Awaitable<> note_write(UserId) { co_return; }
    // Calls `on_end` once, on the core's loop, when the user's login session is revoked while the watch is held; at
    // once when that is known already. For sockets, which outlive the check of their token.
    [[nodiscard]] virtual SessionWatch watch(UserId user, AuthSessionId session, std::function<void()> on_end) = 0;
};

}  // namespace mindspace::http
