#pragma once
// Sends new names and pictures from the node that changes a profile to the rooms of all cores, through a Redis channel.
// At most once: a room that misses one shows the old name until its user next enters.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/json/schema.h"
#include "platform/redis/pubsub/subscriber.h"

#include <functional>
#include <optional>
#include <string>
#include <tuple>

namespace mindspace::redis {
class Client;
}

namespace mindspace::meditation {

struct ProfileChange {
    UserId user{};
    std::string display_name;
    std::optional<std::string> avatar_url;

    static constexpr std::string_view kName = "ProfileChange";
    static constexpr auto fields() {
        using schema::field;
        return std::tuple{field("user", &ProfileChange::user), field("displayName", &ProfileChange::display_name),
                          field("avatarUrl", &ProfileChange::avatar_url)};
    }
};

// Fault: Unavailable.
Awaitable<> publish(redis::Client& redis, ProfileChange change);

// The handler is called on the subscriber's loop while the subscription is held.
redis::Subscription subscribe_to_profiles(redis::Subscriber& subscriber,
                                          std::function<void(const ProfileChange&)> handler);

}  // namespace mindspace::meditation
