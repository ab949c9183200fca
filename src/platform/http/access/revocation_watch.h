#pragma once
// Reports the end of a login session to what outlives the check of its token: sockets. Provided by the auth service
// (auth/logins/revocations.h).

#include "platform/base/ids.h"

#include <functional>
#include <memory>

namespace mindspace::http {

// The watch ends when its last copy is destroyed.
using SessionWatch = std::shared_ptr<const void>;

class RevocationWatch {
public:
    virtual ~RevocationWatch() = default;
    // Calls `on_end` once, on the core's loop, if the user's login session is revoked during the watch; immediately if
    // it has been revoked already.
    [[nodiscard]] virtual SessionWatch watch(UserId user, AuthSessionId session, std::function<void()> on_end) = 0;
};

}  // namespace mindspace::http
