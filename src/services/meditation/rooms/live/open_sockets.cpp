#include "services/meditation/rooms/live/open_sockets.h"

#include "platform/redis/connection/client.h"
#include "platform/telemetry/log/log.h"

#include <string>

namespace mindspace::meditation {

namespace {

constexpr std::string_view kDisplacedChannel = "displaced_sockets";
constexpr std::size_t kUserIdSize = 36;

const redis::Script kClaim = redis::Script::make("open_sockets_claim",
#include "services/meditation/rooms/live/open_sockets_claim.lua.inc"
);

std::string key_of(UserId user) {
    return "sockets:{" + user.to_string() + "}";
}

std::string to_score(Timestamp at) {
    return std::to_string(at.time_since_epoch().count());
}

}  // namespace

Awaitable<std::vector<ConnectionId>> OpenSockets::claim(UserId user, std::vector<ConnectionId> sockets, Timestamp now) {
    const auto key = key_of(user);
    std::vector<std::string> values{to_score(now), to_score(now + kTtl), std::to_string(max_sockets_),
                                    std::to_string(Milliseconds(kTtl).count())};
    for (auto socket : sockets) values.push_back(socket.to_string());
    std::vector<std::string_view> keys{key};
    std::vector<std::string_view> arguments(values.begin(), values.end());
    auto reply = co_await redis_.run(kClaim, keys, arguments);
    std::vector<ConnectionId> displaced;
    for (const auto& socket : reply.items()) displaced.push_back(ConnectionId::parse(socket.as_string()).value());
    co_return displaced;
}

Awaitable<> OpenSockets::release(UserId user, ConnectionId socket) {
    const auto key = key_of(user);
    const auto name = socket.to_string();
    std::vector<std::string_view> command{"ZREM", key, name};
    co_await redis_.command(std::move(command));
}

Awaitable<> OpenSockets::announce(UserId user, std::vector<ConnectionId> displaced) {
    for (auto socket : displaced) {
        const auto text = user.to_string() + "/" + socket.to_string();
        std::vector<std::string_view> command{"SPUBLISH", kDisplacedChannel, text};
        co_await redis_.command(std::move(command));
    }
}

redis::Subscription subscribe_to_displaced(redis::Subscriber& subscriber,
                                           std::function<void(UserId, ConnectionId)> handler) {
    return subscriber.subscribe(
        std::string(kDisplacedChannel), [handler = std::move(handler)](std::string_view payload) {
            auto user = UserId::parse(payload.substr(0, kUserIdSize));
            auto socket = ConnectionId::parse(payload.substr(std::min(payload.size(), kUserIdSize + 1)));
            if (user && socket)
                handler(*user, *socket);
            else
                log::error("invalid notification of a displaced socket", {{"event.action", "internal_error"}});
        });
}

}  // namespace mindspace::meditation
