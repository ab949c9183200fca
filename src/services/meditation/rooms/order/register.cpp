#include "services/meditation/rooms/order/register.h"

#include "platform/redis/connection/client.h"

#include <string>

namespace mindspace::meditation {

namespace {

constexpr std::string_view kKey = "rooms";  // sorted set: group by the time of its last renewal (ms)
constexpr Milliseconds kAbandonedAfter = 2 * RoomRegister::kRenewEvery + Seconds(1);

std::string to_text(Timestamp at) {
    return std::to_string(at.time_since_epoch().count());
}

}  // namespace

Awaitable<> RoomRegister::renew(std::vector<GroupId> rooms, Timestamp now) {
    if (rooms.empty()) co_return;
    auto score = to_text(now);
    std::vector<std::string> names;
    for (auto room : rooms) names.push_back(room.to_string());
    std::vector<std::string_view> command{"ZADD", kKey};
    for (const auto& name : names) command.insert(command.end(), {score, name});
    co_await redis_.command(std::move(command));
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
