#pragma once
// Who meditates at this moment. Counting asks PostgreSQL; one process of the deployment does it for all (upkeep.h),
// adds the sockets that the nodes have reported in Redis, and puts the answer up there, where every node reads it. It
// need not survive: while it is not there, a node counts for itself, without the sockets.

#include "platform/redis/connection/client.h"
#include "services/analytics/types.h"

#include <optional>

namespace mindspace::postgres {
class Client;
class Session;
}  // namespace mindspace::postgres

namespace mindspace::analytics {

// People, not sessions, and the groups that run. Fault: Unavailable.
Awaitable<Now> count_now(postgres::Client& database, Timestamp now);
Awaitable<Now> count_now(postgres::Session& session, Timestamp now);

class LiveStatsCache {
public:
    explicit LiveStatsCache(redis::Client& redis) : redis_(redis) {}

    // Adds the sockets of all nodes. Up for 2 s; nothing happens while Redis is away.
    Awaitable<> publish(Now now);
    // Nothing when none is up, or Redis is away.
    Awaitable<std::optional<Now>> find();
    [[nodiscard]] bool is_there() const { return redis_.is_up(); }

private:
    redis::Client& redis_;
};

}  // namespace mindspace::analytics
