#include "services/meditation/rooms/live/open_sockets.h"

#include "platform/redis/connection/client.h"
#include "platform/telemetry/log/log.h"

#include <string>

namespace mindspace::meditation {

namespace {

constexpr std::string_view kChannel = "displaced_sockets";
constexpr std::size_t kUserSize = 36;

// KEYS: the user's sockets, a sorted set: connection by its expiry (ms). ARGV: 1 now, 2 the expiry, 3 how many may be
// open, 4 the time to live, then the connections. Those beyond the most, the oldest first: their ids begin with the
// time at which they were opened.
const redis::Script kClaim = redis::Script::make(R"(
local sockets = KEYS[1]
redis.call('ZREMRANGEBYSCORE', sockets, '-inf', ARGV[1])
for i = 5, #ARGV do redis.call('ZADD', sockets, ARGV[2], ARGV[i]) end
redis.call('PEXPIRE', sockets, ARGV[4])
local displaced, excess = {}, redis.call('ZCARD', sockets) - ARGV[3]
if excess <= 0 then return displaced end
local open = redis.call('ZRANGE', sockets, 0, -1)
table.sort(open)
for i = 1, excess do
    displaced[i] = open[i]
    redis.call('ZREM', sockets, open[i])
end
return displaced
)");

std::string key_of(UserId user) {
    return "sockets:{" + user.to_string() + "}";
}

std::string to_text(Timestamp at) {
    return std::to_string(at.time_since_epoch().count());
}

}  // namespace

Awaitable<std::vector<ConnectionId>> OpenSockets::claim(UserId user, std::vector<ConnectionId> sockets, Timestamp now) {
    const auto key = key_of(user);
    std::vector<std::string> words{to_text(now), to_text(now + kTtl), std::to_string(at_most_),
                                   std::to_string(Milliseconds(kTtl).count())};
    for (auto socket : sockets) words.push_back(socket.to_string());
    std::vector<std::string_view> keys{key};
    std::vector<std::string_view> arguments(words.begin(), words.end());
    auto reply = co_await redis_.run(kClaim, keys, arguments);
    std::vector<ConnectionId> displaced;
    for (const auto& socket : reply.items()) displaced.push_back(ConnectionId::parse(socket.as_string()).value());
    co_return displaced;
}

Awaitable<> OpenSockets::release(UserId user, ConnectionId socket) {
    const auto key = key_of(user);
    const auto name = socket.to_string();
    std::vector<std::string_view> words{"ZREM", key, name};
    co_await redis_.command(std::move(words));
}

Awaitable<> OpenSockets::tell(UserId user, std::vector<ConnectionId> displaced) {
    for (auto socket : displaced) {
        const auto text = user.to_string() + "/" + socket.to_string();
        std::vector<std::string_view> words{"SPUBLISH", kChannel, text};
        co_await redis_.command(std::move(words));
    }
}

redis::Subscription subscribe_to_displaced(redis::Subscriber& subscriber,
                                           std::function<void(UserId, ConnectionId)> handler) {
    return subscriber.subscribe(std::string(kChannel), [handler = std::move(handler)](std::string_view payload) {
        auto user = UserId::parse(payload.substr(0, kUserSize));
        auto socket = ConnectionId::parse(payload.substr(std::min(payload.size(), kUserSize + 1)));
        if (user && socket)
            handler(*user, *socket);
        else
            log::error("displaced socket not understood", {{"event.action", "internal_error"}});
    });
}

}  // namespace mindspace::meditation
