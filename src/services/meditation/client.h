#pragma once
// What other services may ask of meditation. Runs in the caller's process on the caller's connections.

#include "platform/base/async.h"
#include "platform/postgres/statement.h"
#include "services/meditation/ids.h"

#include <vector>

namespace mindspace::postgres {
class Rows;
}
namespace mindspace::redis {
class Client;
}

namespace mindspace::meditation {

// The statements that erase what is kept of a user, for the caller's transaction, behind user::erase_user(). What they
// host is not taken from others: a group that runs goes on to its end, one that is over stays, both without a word of
// theirs; one that was to come is cancelled. read_cancelled() reads the answer of the first.
std::vector<postgres::Query> erase_user(UserId user, Timestamp now);
std::vector<GroupId> read_cancelled(const postgres::Rows& rows);

// Tells whoever waits in the rooms of cancelled groups. While Redis is away they hear of it later, from PostgreSQL.
Awaitable<> announce_cancelled(redis::Client& redis, std::vector<GroupId> groups, Timestamp now);

}  // namespace mindspace::meditation
