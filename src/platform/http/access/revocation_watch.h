#pragma once
// The end of a login session, for what outlives the check of its token: sockets. Provided by the auth service
// (auth/logins/revocations.h).

#include "platform/base/ids.h"

#include <functional>
#include <memory>

namespace mindspace::http {

// Ends with its last copy.
using SessionWatch = std::shared_ptr<const void>;

class RevocationWatch {
public:
    virtual ~RevocationWatch() = default;
    // Calls `on_end` once, on the core's loop, when the user's login session is revoked while the watch is held; at
    // once when that is known already.
    [[nodiscard]] virtual SessionWatch watch(UserId user, AuthSessionId session, std::function<void()> on_end) = 0;
};

}  // namespace mindspace::http
