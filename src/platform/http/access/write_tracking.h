#pragma once
// What a user has written, so that what they read next shows it, whichever replica responds. Provided by the auth
// service (auth/logins/write_tracker.h).

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"

namespace mindspace::http {

class WriteTracking {
public:
    virtual ~WriteTracking() = default;
    // After a call of the user that may have written. Never throws.
    virtual Awaitable<> note_write(UserId user) = 0;
};

}  // namespace mindspace::http
