#pragma once
// What other services may ask of meditation. Runs in the caller's process on the caller's connections.

#include "platform/async/awaitable.h"
#include "platform/postgres/values/statement.h"
#include "platform/privacy/personal_data.h"

#include <cstdint>
#include <optional>
#include <string>

namespace mindspace::postgres {
class Client;
class Session;
}  // namespace mindspace::postgres
namespace mindspace::redis {
class Client;
}

namespace mindspace::meditation {

// The statement that gives the groups of a host the name that the host has, behind the change of it.
postgres::Query rename_host(UserId host, Timestamp now);

// Tells the rooms that the user is in of their name and picture as they are now. While Redis is away the rooms show
// them when the user next enters.
Awaitable<> announce_profile(redis::Client& redis, UserId user, std::string display_name,
                             std::optional<std::string> avatar_url);

// People, not sessions: who sits with a group and has a session of their own counts once. Fault: Unavailable.
struct MeditatingNow {
    std::int64_t people = 0;
    std::int64_t groups = 0;  // that run
};
Awaitable<MeditatingNow> count_meditating(postgres::Client& database, Timestamp now);
Awaitable<MeditatingNow> count_meditating(postgres::Session& session, Timestamp now);

// The sockets in rooms, over all nodes, as each last reported (live/connection_stats.h). Fault: Unavailable.
Awaitable<std::int64_t> count_connections(redis::Client& redis);

privacy::Holdings personal_data();

}  // namespace mindspace::meditation
