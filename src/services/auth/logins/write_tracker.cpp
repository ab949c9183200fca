#include "services/auth/logins/write_tracker.h"

#include "platform/base/result.h"

#include <limits>

namespace mindspace::auth {

// If the primary was lost right after the commit, the end of its log is unknown: for a minute no replica is used.
Awaitable<> WriteTracker::record_write(UserId user) {
    if (replicas_.is_empty()) co_return;
    auto position = std::numeric_limits<postgres::LogPosition>::max();
    try {
        position = co_await replicas_.position();
        replicas_.record(user.value, position);
    } catch (const Unavailable&) {  // `position` stays the most that there is
    }
    co_await registry_.remember_write(user, position);
}

Awaitable<> WriteTracker::assume_written(UserId user) {
    if (replicas_.is_empty()) co_return;
    const auto position = co_await replicas_.position();
    co_await registry_.remember_write(user, position);
    record(user, position);
}

}  // namespace mindspace::auth
