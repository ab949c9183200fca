#pragma once
// Who meditates at this moment. Counting queries PostgreSQL; one process of the deployment does it for all
// (leader_jobs.h), adds the sockets that the nodes have reported in Redis, and publishes the result there, where every
// node reads it. It need not survive: without it, each node counts on its own, without the sockets.

#include "platform/redis/connection/client.h"
#include "services/analytics/types.h"

#include <optional>

namespace mindspace::postgres {
class Client;
class Session;
}  // namespace mindspace::postgres

namespace mindspace::analytics {

// People, not sessions, and the running groups. Fault: Unavailable.
Awaitable<Now> count_now(postgres::Client& database, Timestamp now);
Awaitable<Now> count_now(postgres::Session& session, Timestamp now);

class LiveStatsCache {
public:
    explicit LiveStatsCache(redis::Client& redis) : redis_(redis) {}

    // Adds the sockets of all nodes. Valid for 2 s; does nothing while Redis is unavailable.
    Awaitable<> publish(Now now);
    // Nothing (nullopt) if none is published, or Redis is unavailable.
    Awaitable<std::optional<Now>> find();
    [[nodiscard]] bool is_available() const { return redis_.is_up(); }

private:
    redis::Client& redis_;
};

}  // namespace mindspace::analytics
