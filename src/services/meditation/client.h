#pragma once
// What other services may call in meditation. Runs in the caller's process on the caller's connections.

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

// The statement that gives the host's current name to the groups that they host. Run it after the change of the name.
postgres::Query rename_host(UserId host, Timestamp now);

// Announces the user's current name and picture to the rooms that the user is in. While Redis is unavailable nothing is
// announced: a room shows them when the user next enters.
Awaitable<> announce_profile(redis::Client& redis, UserId user, std::string display_name,
                             std::optional<std::string> avatar_url);

// People, not sessions: a user who attends a group and has their own session counts once. Fault: Unavailable.
struct MeditatingNow {
    std::int64_t people = 0;
    std::int64_t groups = 0;  // running groups
};
Awaitable<MeditatingNow> count_meditating(postgres::Client& database, Timestamp now);
Awaitable<MeditatingNow> count_meditating(postgres::Session& session, Timestamp now);

// The sockets in rooms on all nodes, as last reported by each (live/connection_stats.h). Fault: Unavailable.
Awaitable<std::int64_t> count_connections(redis::Client& redis);

privacy::PersonalTables personal_data();

}  // namespace mindspace::meditation
