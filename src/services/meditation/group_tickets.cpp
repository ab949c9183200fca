#include "services/meditation/group_tickets.h"

#include "platform/base/bytes.h"
#include "platform/base/schema.h"
#include "platform/redis/client.h"

#include <tuple>

namespace mindspace::meditation {

namespace {

struct StoredGrant {
    UserId user{};
    Timestamp token_expires_at{};

    static constexpr std::string_view kName = "StoredGrant";
    static constexpr auto fields() {
        return std::tuple{schema::field("user", &StoredGrant::user),
                          schema::field("tokenExpiresAt", &StoredGrant::token_expires_at)};
    }
};

std::string key_of(GroupId group, std::string_view ticket) {
    return "room:{" + group.to_string() + "}:ticket:" + std::string(ticket);
}

}  // namespace

Awaitable<std::string> GroupTickets::issue(GroupId group, TicketGrant grant) {
    auto ticket = base64url_encode(random_bytes<24>());
    auto key = key_of(group, ticket);
    auto value = schema::to_json(StoredGrant{grant.user, grant.token_expires_at});
    auto ttl = std::to_string(kTtl.count());
    std::vector<std::string_view> words{"SET", key, value, "EX", ttl};
    co_await redis_.command(std::move(words));
    co_return ticket;
}

Awaitable<std::optional<TicketGrant>> GroupTickets::redeem(GroupId group, std::string ticket) {
    auto key = key_of(group, ticket);
    std::vector<std::string_view> words{"GETDEL", key};
    auto value = co_await redis_.command(std::move(words));
    if (value.is_null()) co_return std::nullopt;
    auto stored = schema::from_json<StoredGrant>(value.as_string());
    if (!stored) co_return std::nullopt;
    co_return TicketGrant{stored->user, stored->token_expires_at};
}

}  // namespace mindspace::meditation
