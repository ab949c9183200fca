#pragma once
// The end of all login sessions of a user up to one, however many there are. Their ids are in chronological order, so
// one id is enough; a password change keeps the login session that requested it. Stored as text in Redis and
// notifications, and as columns in credentials.

#include "platform/base/ids.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::auth {

struct SessionsEnd {
    Timestamp at{};         // of the ends of a user, the latest counts
    AuthSessionId until{};  // the last ended session
    std::optional<AuthSessionId> except{};

    // Ends every login session of a deleted user; no later end follows.
    static SessionsEnd permanent();
    // "<milliseconds> <until> <except or ->". nullopt if the text has another form.
    static std::optional<SessionsEnd> parse(std::string_view text);
    [[nodiscard]] std::string to_string() const;

    [[nodiscard]] bool covers(AuthSessionId id) const { return id <= until && id != except; }
};

}  // namespace mindspace::auth
