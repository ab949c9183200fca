#include "platform/postgres/replicas/replicas.h"

#include "platform/async/sleep.h"
#include "platform/async/task_group.h"
#include "platform/base/result.h"
#include "platform/telemetry/metrics/page.h"
#include "platform/telemetry/metrics/sum.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>

namespace mindspace::postgres {

namespace {

constexpr std::size_t kOwners = 50'000;  // number of owners whose last write is remembered
constexpr Milliseconds kCheckInterval{100};

// The flush position, not the insert position: it covers every acknowledged commit, but not the header of an empty page
// after it.
constexpr Statement kPosition{"replicas_position", R"(
    SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END
            - '0/0')::bigint)"};

}  // namespace

class Replicas::ReplicaMonitor : public std::enable_shared_from_this<ReplicaMonitor> {
public:
    ReplicaMonitor(asio::io_context& io, Client& primary, ReplicaOptions options)
        : primary_(primary), max_lag_(options.max_lag), tasks_(io) {
        for (auto& conninfo : options.conninfos) {
            auto replica_options = options.connections;
            replica_options.conninfo = std::move(conninfo);
            replicas_.push_back({.client = std::make_unique<Client>(io, std::move(replica_options)), .last = {}});
        }
        stats_.configured.set(std::ssize(replicas_));
    }

    void start() {
        if (is_empty()) return;
        spawn(primary_, [this](LogPositionCheck check) { update_primary(check); });
        for (auto& replica : replicas_) {
            replica.client->start();
            spawn(*replica.client, [&replica](LogPositionCheck check) { replica.last = check; });
        }
    }

    void stop() {
        tasks_.cancel();
        for (auto& replica : replicas_) replica.client->stop();
    }

    [[nodiscard]] bool is_empty() const { return replicas_.empty(); }
    [[nodiscard]] ReplicaStats& stats() { return stats_; }

    // A replica that has replayed the log up to `written` and is recent enough; null if there is none.
    [[nodiscard]] Client* choose(LogPosition written) {
        auto needed = std::max(required_, written);
        auto now = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < replicas_.size(); ++i) {
            auto& replica = replicas_[next_++ % replicas_.size()];
            if (is_usable(replica, needed, now)) return replica.client.get();
        }
        return nullptr;
    }

private:
    using TimePoint = std::chrono::steady_clock::time_point;
    // The log position of a server, and when it was queried.
    struct LogPositionCheck {
        TimePoint at{};
        LogPosition position = 0;
    };
    struct Replica {
        std::unique_ptr<Client> client;
        LogPositionCheck last;
    };
    using OnCheck = std::function<void(LogPositionCheck)>;

    void spawn(Client& server, OnCheck on_check) {
        tasks_.spawn(check_periodically(shared_from_this(), server, std::move(on_check)));
    }

    // A server that cannot be queried keeps its last position: an unavailable primary writes nothing, a replica becomes
    // stale. Stopping a client ends its queries, so no server is used after stop().
    static Awaitable<> check_periodically(std::shared_ptr<ReplicaMonitor> self, Client& server, OnCheck on_check) {
        while (!self->tasks_.is_cancelled()) {
            auto queried_at = std::chrono::steady_clock::now();
            try {
                auto rows = co_await server.query(kPosition);
                on_check({.at = queried_at, .position = rows[0].get<std::int64_t>(0)});
            } catch (const Unavailable&) {
            }
            co_await sleep_for(kCheckInterval);
        }
    }

    void update_primary(LogPositionCheck check) {
        checks_.push_back(check);
        while (checks_.size() > 1 && checks_[1].at + max_lag_ <= check.at) checks_.pop_front();
        required_ = checks_.front().position;
        auto usable = std::ranges::count_if(
            replicas_, [&](const Replica& replica) { return is_usable(replica, required_, check.at); });
        stats_.usable.set(usable);
    }

    [[nodiscard]] bool is_usable(const Replica& replica, LogPosition needed, TimePoint now) const {
        return replica.client->is_up() && replica.last.position >= needed && now - replica.last.at <= max_lag_;
    }

    Client& primary_;
    Milliseconds max_lag_;
    std::vector<Replica> replicas_;
    std::size_t next_ = 0;
    std::deque<LogPositionCheck> checks_;  // positions of the primary during the last `max_lag_`
    LogPosition required_ = 0;             // the primary's position `max_lag_` ago
    ReplicaStats stats_;
    TaskGroup tasks_;
};

Replicas::Replicas(asio::io_context& io, Client& primary, ReplicaOptions options)
    : primary_(primary),
      written_(kOwners),
      monitor_(std::make_shared<ReplicaMonitor>(io, primary, std::move(options))) {}

Replicas::~Replicas() {
    stop();
}

void Replicas::start() {
    monitor_->start();
}

void Replicas::stop() {
    monitor_->stop();
}

bool Replicas::is_empty() const {
    return monitor_->is_empty();
}

const ReplicaStats& Replicas::stats() const {
    return monitor_->stats();
}

Awaitable<LogPosition> Replicas::position() {
    auto rows = co_await primary_.query(kPosition);
    co_return rows[0].get<std::int64_t>(0);
}

void Replicas::record(const Uuid& owner, LogPosition position) {
    const auto* known = written_.find(owner);
    if (known == nullptr || *known < position) written_.insert(owner, position);
}

Awaitable<Rows> Replicas::run(Uuid owner, Query query) {
    const auto* written = written_.find(owner);
    if (auto* replica = monitor_->choose(written != nullptr ? *written : 0)) {
        try {
            auto first_attempt = query;
            auto rows = co_await replica->query(std::move(first_attempt));
            monitor_->stats().reads.add(1);
            co_return rows;
        } catch (const Unavailable&) {  // lost, late, or in conflict with the replay
        }
    }
    monitor_->stats().primary_reads.add(1);
    auto rows = co_await primary_.query(std::move(query));
    co_return rows;
}

void collect(const std::vector<const ReplicaStats*>& cores, telemetry::Page& page) {
    const auto add = [&](auto metric) {
        return telemetry::sum(cores, [&](const auto& core) { return (core.*metric).value(); });
    };
    page.counter("mindspace_postgres_replica_reads", "Reads served by a replica.", add(&ReplicaStats::reads));
    page.counter("mindspace_postgres_replica_misses", "Reads served by the primary because no replica could.",
                 add(&ReplicaStats::primary_reads));
    page.gauge("mindspace_postgres_replicas", "Replicas in the configuration.", cores.front()->configured.value());
    page.gauge("mindspace_postgres_replicas_usable",
               "Replicas that are up and recent enough, as seen by the first core.", cores.front()->usable.value());
}

}  // namespace mindspace::postgres
