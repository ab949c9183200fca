#pragma once
// Tickets that open a group's socket once: for browsers, which cannot send a header with a WebSocket. Stored in Redis,
// in the slot of the room's keys. Fault: Unavailable if Redis is down.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"
#include "platform/json/schema.h"
#include "services/meditation/ids.h"

#include <optional>
#include <string>

namespace mindspace::redis {
class Client;
}

namespace mindspace::meditation {

// What a ticket stands for: the access token that was used to request it.
struct TicketGrant {
    UserId user{};
    AuthSessionId auth_session{};
    Timestamp token_expires_at{};

    static constexpr std::string_view kName = "TicketGrant";
    static constexpr auto fields() {
        return std::tuple{schema::field("user", &TicketGrant::user),
                          schema::field("authSession", &TicketGrant::auth_session),
                          schema::field("tokenExpiresAt", &TicketGrant::token_expires_at)};
    }
};

class GroupTickets {
public:
    explicit GroupTickets(redis::Client& redis) : redis_(redis) {}

    Awaitable<std::string> issue(GroupId group, TicketGrant grant);
    // Nothing (nullopt) if it was never issued for that group, has been used, or has expired.
    Awaitable<std::optional<TicketGrant>> redeem(GroupId group, std::string ticket);

    static constexpr Seconds kTtl{30};

private:
    redis::Client& redis_;
};

}  // namespace mindspace::meditation
