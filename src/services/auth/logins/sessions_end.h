#pragma once
// That all login sessions of a user up to one have ended, however many there are. Their ids are in the order of time,
// so one id says it; a password change keeps the login session that asked for it. As text it stands in Redis and in
// notifications, and as columns in credentials.

#include "platform/base/ids.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::auth {

struct SessionsEnd {
    Timestamp at{};         // of a user's, the latest counts
    AuthSessionId until{};  // the last that has ended
    std::optional<AuthSessionId> kept{};

    // Every login session of somebody who is no more: nothing comes after it.
    static SessionsEnd for_good();
    // "<milliseconds> <until> <kept or ->". Nothing when the text has another form.
    static std::optional<SessionsEnd> parse(std::string_view text);
    [[nodiscard]] std::string to_string() const;

    [[nodiscard]] bool covers(AuthSessionId id) const { return id <= until && id != kept; }
};

}  // namespace mindspace::auth
