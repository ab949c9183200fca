#pragma once
// Reads of one owner's rows that may be answered by a replica (hot standby). One is chosen when it was seen lately, has
// replayed all that the owner is known to have written, and is no further behind than `max_lag`; otherwise the primary
// answers, and also when the replica fails. Without replicas it is the primary by another name. One per core.

#include "platform/base/ids.h"
#include "platform/base/lru_cache.h"
#include "platform/postgres/connection/client.h"
#include "platform/telemetry/metrics/counter.h"

#include <memory>
#include <vector>

namespace mindspace::postgres {

// A place in the server's log: bytes since its beginning.
using LogPosition = std::int64_t;

struct ReplicaOptions {
    std::vector<std::string> conninfos;
    ClientOptions connections;  // of each; its conninfo is not used
    Milliseconds max_lag{500};
};

// Written by the loop, read by any thread.
struct ReplicaStats {
    telemetry::Counter reads;          // answered by a replica
    telemetry::Counter primary_reads;  // answered by the primary because no replica could
    telemetry::Gauge usable;           // replicas that are not too far behind
};

// Adds the figures of all cores to the page.
void collect(const std::vector<const ReplicaStats*>& cores, telemetry::Page& page);

class Replicas {
public:
    Replicas(asio::io_context& io, Client& primary, ReplicaOptions options);
    ~Replicas();
    Replicas(const Replicas&) = delete;
    Replicas& operator=(const Replicas&) = delete;

    void start();
    void stop();
    [[nodiscard]] bool is_empty() const;
    [[nodiscard]] const ReplicaStats& stats() const;

    // The end of the primary's log: whatever was committed before the call lies before it. Unavailable.
    Awaitable<LogPosition> position();
    // What the owner has written lies before `position`.
    void note(const Uuid& owner, LogPosition position);

    // As Client::query; the statement only reads.
    template <class Owner, class... A>
    Awaitable<Rows> query(Owner owner, const Statement& statement, const A&... arguments) {
        auto bound = bind(statement, arguments...);
        return is_empty() ? primary_.query(std::move(bound)) : run(owner.value, std::move(bound));
    }
    template <class Owner, class... A>
    Awaitable<Rows> query(Owner owner, const Statement&&, const A&...) = delete;

private:
    // Looks at the servers, and outlives the owner until its coroutines have ended.
    class Watch;

    Awaitable<Rows> run(Uuid owner, Query query);

    Client& primary_;
    LruCache<Uuid, LogPosition> written_;
    std::shared_ptr<Watch> watch_;
};

}  // namespace mindspace::postgres
