#pragma once
// Reads of one owner's rows that a replica (hot standby) may serve. A replica is used if it was checked recently, has
// replayed all known writes of the owner, and lags by at most `max_lag`; otherwise, or if the replica fails, the
// primary serves the read. Without replicas all reads go to the primary. One per core.

#include "platform/base/ids.h"
#include "platform/base/lru_cache.h"
#include "platform/postgres/connection/client.h"
#include "platform/telemetry/metrics/counter.h"

#include <memory>
#include <vector>

namespace mindspace::postgres {

// A position in the server's log: bytes since its beginning.
using LogPosition = std::int64_t;

struct ReplicaOptions {
    std::vector<std::string> conninfos;
    ClientOptions connections;  // of each server; its conninfo is not used
    Milliseconds max_lag{500};
};

// Written by the loop, read by any thread.
struct ReplicaStats {
    telemetry::Counter reads;          // served by a replica
    telemetry::Counter primary_reads;  // served by the primary because no replica could
    telemetry::Gauge configured;       // replicas
    telemetry::Gauge usable;           // of these: up, and do not lag too far
};

// Adds the metrics of all cores to the page.
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

    // The end of the primary's log: everything committed before the call is before it. Throws Unavailable.
    Awaitable<LogPosition> position();
    // Everything that the owner has written is before `position`.
    void record(const Uuid& owner, LogPosition position);

    // As Client::query; the statement must only read.
    template <class Owner, class... A>
    Awaitable<Rows> query(Owner owner, const Statement& statement, const A&... arguments) {
        auto bound = bind(statement, arguments...);
        return is_empty() ? primary_.query(std::move(bound)) : run(owner.value, std::move(bound));
    }
    template <class Owner, class... A>
    Awaitable<Rows> query(Owner owner, const Statement&&, const A&...) = delete;

private:
    // Checks the servers, and outlives the owner until its coroutines have ended.
    class ReplicaMonitor;

    Awaitable<Rows> run(Uuid owner, Query query);

    Client& primary_;
    LruCache<Uuid, LogPosition> written_;
    std::shared_ptr<ReplicaMonitor> monitor_;
};

}  // namespace mindspace::postgres
