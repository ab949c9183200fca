#include "services/meditation/rooms/order/register.h"

#include "platform/redis/connection/client.h"

#include <algorithm>
#include <span>
#include <string>

namespace mindspace::meditation {

namespace {

constexpr std::string_view kKey = "rooms";   // sorted set: group by the time of its last renewal (ms)
constexpr std::size_t kRenewedAtOnce = 500;  // more would hold up what people do
constexpr Milliseconds kAbandonedAfter = 2 * RoomRegister::kRenewEvery + Seconds(1);

std::string to_text(Timestamp at) {
    return std::to_string(at.time_since_epoch().count());
}

}  // namespace

Awaitable<> RoomRegister::renew(std::vector<GroupId> rooms, Timestamp now) {
    const auto score = to_text(now);
    std::span<const GroupId> left(rooms);
    while (!left.empty()) {
        const auto part = left.first(std::min(left.size(), kRenewedAtOnce));
        left = left.subspan(part.size());
        std::vector<std::string> names;
        for (const auto room : part) names.push_back(room.to_string());
        std::vector<std::string_view> command{"ZADD", kKey};
        for (const auto& name : names) command.insert(command.end(), {score, name});
        co_await redis_.command(std::move(command));
    }
}

Awaitable<std::vector<GroupId>> RoomRegister::list_abandoned(Timestamp now) {
    auto before = to_text(now - kAbandonedAfter);
    std::vector<std::string_view> command{"ZRANGE", kKey, "-inf", before, "BYSCORE", "LIMIT", "0", "100"};
    auto reply = co_await redis_.command(std::move(command));
    std::vector<GroupId> rooms;
    for (const auto& name : reply.items()) rooms.push_back(GroupId::parse(name.as_string()).value());
    co_return rooms;
}

Awaitable<> RoomRegister::remove(GroupId room) {
    auto name = room.to_string();
    std::vector<std::string_view> command{"ZREM", kKey, name};
    co_await redis_.command(std::move(command));
}

}  // namespace mindspace::meditation
