#include "services/meditation/rooms/live/profile_changes.h"

#include "platform/redis/connection/client.h"
#include "platform/telemetry/log/log.h"

namespace mindspace::meditation {

namespace {

constexpr std::string_view kProfileChannel = "profiles";

}  // namespace

Awaitable<> publish(redis::Client& redis, ProfileChange change) {
    auto text = schema::to_json(change);
    co_await redis.command({"SPUBLISH", kProfileChannel, text});
}

redis::Subscription subscribe_to_profiles(redis::Subscriber& subscriber,
                                          std::function<void(const ProfileChange&)> handler) {
    return subscriber.subscribe(std::string(kProfileChannel), [handler = std::move(handler)](std::string_view payload) {
        auto change = schema::from_json<ProfileChange>(payload);
        if (change)
            handler(*change);
        else
            log::error("invalid profile change", {{"event.action", "internal_error"}});
    });
}

}  // namespace mindspace::meditation
