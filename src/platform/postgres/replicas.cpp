#include "platform/postgres/replicas.h"

#include "platform/base/result.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace mindspace::postgres {

namespace {

constexpr std::size_t kOwners = 50'000;  // whose last write is remembered
constexpr Milliseconds kLookInterval{100};

// Flushed, not inserted: what is behind a commit that has been answered, and no empty page's head beyond it.
constexpr Statement kPosition{"replicas_position", R"(
    SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END
            - '0/0')::bigint)"};

}  // namespace

Replicas::Replicas(asio::io_context& io, Client& primary, ReplicaOptions options)
    : primary_(primary), max_lag_(options.max_lag), written_(kOwners), io_(io) {
    for (auto& conninfo : options.conninfos) {
        auto of_one = options.connections;
        of_one.conninfo = std::move(conninfo);
        replicas_.push_back({.client = std::make_unique<Client>(io, std::move(of_one)), .last = {}});
    }
}

Replicas::~Replicas() {
    stop();
}

void Replicas::start() {
    if (is_empty()) return;
    auto rethrow = [](std::exception_ptr fault) {
        if (fault) std::rethrow_exception(fault);
    };
    auto on_primary = [this](Look look) { take_primary(look); };
    asio::co_spawn(io_, watch(primary_, std::move(on_primary)), rethrow);
    for (auto& replica : replicas_) {
        replica.client->start();
        auto on_look = [&replica](Look look) { replica.last = look; };
        asio::co_spawn(io_, watch(*replica.client, std::move(on_look)), rethrow);
    }
}

void Replicas::stop() {
    is_stopped_ = true;
    for (auto& timer : timers_) timer->cancel();
    for (auto& replica : replicas_) replica.client->stop();
}

Awaitable<LogPosition> Replicas::position() {
    auto rows = co_await primary_.query(kPosition);
    co_return rows[0].get<std::int64_t>(0);
}

void Replicas::note(const Uuid& owner, LogPosition position) {
    const auto* known = written_.find(owner);
    if (known == nullptr || *known < position) written_.insert(owner, position);
}

// A server that cannot be asked keeps its last look: a primary that is away writes nothing, a replica grows stale.
Awaitable<> Replicas::watch(Client& server, std::function<void(Look)> on_look) {
    auto& timer = *timers_.emplace_back(std::make_unique<asio::steady_timer>(io_));
    while (!is_stopped_) {
        auto asked_at = std::chrono::steady_clock::now();
        try {
            auto rows = co_await server.query(kPosition);
            on_look({.at = asked_at, .position = rows[0].get<std::int64_t>(0)});
        } catch (const Unavailable&) {
        }
        if (is_stopped_) co_return;
        timer.expires_after(kLookInterval);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

void Replicas::take_primary(Look look) {
    looks_.push_back(look);
    while (looks_.size() > 1 && looks_[1].at + max_lag_ <= look.at) looks_.pop_front();
    required_ = looks_.front().position;
    auto usable = std::ranges::count_if(replicas_,
                                        [&](const Replica& replica) { return is_usable(replica, required_, look.at); });
    stats_.usable.store(usable, std::memory_order_relaxed);
}

bool Replicas::is_usable(const Replica& replica, LogPosition needed, TimePoint now) const {
    return replica.client->is_up() && replica.last.position >= needed && now - replica.last.at <= max_lag_;
}

Client* Replicas::choose(const Uuid& owner) {
    const auto* written = written_.find(owner);
    auto needed = std::max(required_, written != nullptr ? *written : 0);
    auto now = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
        auto& replica = replicas_[next_++ % replicas_.size()];
        if (is_usable(replica, needed, now)) return replica.client.get();
    }
    return nullptr;
}

Awaitable<Rows> Replicas::run(Uuid owner, Query query) {
    if (auto* replica = choose(owner)) {
        try {
            auto first_try = query;
            auto rows = co_await replica->query(std::move(first_try));
            stats_.reads.fetch_add(1, std::memory_order_relaxed);
            co_return rows;
        } catch (const Unavailable&) {  // lost, late, or in the way of what is being replayed
        }
    }
    stats_.primary_reads.fetch_add(1, std::memory_order_relaxed);
    auto rows = co_await primary_.query(std::move(query));
    co_return rows;
}

}  // namespace mindspace::postgres
