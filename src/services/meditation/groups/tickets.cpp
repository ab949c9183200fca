#include "services/meditation/groups/tickets.h"

#include "platform/base/bytes.h"
#include "platform/redis/connection/client.h"

namespace mindspace::meditation {

namespace {

std::string key_of(GroupId group, std::string_view ticket) {
    return "room:{" + group.to_string() + "}:ticket:" + std::string(ticket);
}

}  // namespace

Awaitable<std::string> GroupTickets::issue(GroupId group, TicketGrant grant) {
    auto ticket = base64url_encode(random_bytes<24>());
    auto key = key_of(group, ticket);
    auto value = schema::to_json(grant);
    auto ttl = std::to_string(kTtl.count());
    std::vector<std::string_view> command{"SET", key, value, "EX", ttl};
    co_await redis_.command(std::move(command));
    co_return ticket;
}

Awaitable<std::optional<TicketGrant>> GroupTickets::redeem(GroupId group, std::string ticket) {
    auto key = key_of(group, ticket);
    std::vector<std::string_view> command{"GETDEL", key};
    auto value = co_await redis_.command(std::move(command));
    if (value.is_null()) co_return std::nullopt;
    auto grant = schema::from_json<TicketGrant>(value.as_string());
    if (!grant) co_return std::nullopt;
    co_return *grant;
}

}  // namespace mindspace::meditation
