#pragma once
// Records that a user has written, so that their next read shows it, whichever replica responds. Provided by the auth
// service (auth/logins/write_tracker.h).

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"

namespace mindspace::http {

class WriteTracking {
public:
    virtual ~WriteTracking() = default;
    // Called after a call of the user that may have written. Never throws.
    virtual Awaitable<> record_write(UserId user) = 0;
};

}  // namespace mindspace::http
