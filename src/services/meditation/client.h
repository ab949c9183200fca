#pragma once
// What other services may ask of meditation. Runs in the caller's process on the caller's connections.

#include "platform/async/awaitable.h"
#include "platform/postgres/values/json_list.h"
#include "services/meditation/ids.h"

#include <optional>
#include <string>
#include <vector>

namespace mindspace::redis {
class Client;
}

namespace mindspace::meditation {

// The statements that erase what is kept of a user, for the caller's transaction, behind user::erase_user(). What they
// host is not taken from others: a group that runs goes on to its end, one that is over stays, both without a word of
// theirs; one that was to come is cancelled. read_cancelled() reads the answer of the first.
std::vector<postgres::Query> erase_user(UserId user, Timestamp now);
std::vector<GroupId> read_cancelled(const postgres::Rows& rows);

// The statement that gives the groups of a host the name that the host has, behind the change of it.
postgres::Query rename_host(UserId host, Timestamp now);

// Tells the rooms that the user is in of their name and picture as they are now. While Redis is away the rooms show
// them when the user next enters.
Awaitable<> announce_profile(redis::Client& redis, UserId user, std::string display_name,
                             std::optional<std::string> avatar_url);

// The sockets in rooms, over all nodes, as each last reported (live/connection_stats.h). Fault: Unavailable.
Awaitable<std::int64_t> count_connections(redis::Client& redis);

// All that is kept of a user, for their export.
std::vector<postgres::JsonList> export_lists();

// Tells whoever waits in the rooms of cancelled groups. While Redis is away they hear of it later, from PostgreSQL.
Awaitable<> announce_cancelled(redis::Client& redis, std::vector<GroupId> groups, Timestamp now);

}  // namespace mindspace::meditation
