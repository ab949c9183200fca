#include "platform/events/consumer.h"

#include "platform/base/result.h"
#include "platform/postgres/backoff.h"
#include "platform/postgres/session.h"
#include "platform/telemetry/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

namespace mindspace::events {

using postgres::Statement;

namespace {

constexpr std::int64_t kBatchSize = 500;
constexpr Milliseconds kPollInterval{100};
constexpr Milliseconds kLeaderPollInterval{500};
constexpr int kTriesOfOneEvent = 5;

// The lock only keeps the others from working in vain: what makes a batch happen once is move_to().
std::int64_t lock_key(const std::string& consumer) {
    auto name = Uuid::from_name("events.consumer " + consumer);
    std::int64_t key = 0;
    std::memcpy(&key, name.bytes.data(), sizeof key);
    return key;
}

}  // namespace

// What outlives the Consumer until its coroutine has ended.
class Consumer::Loop {
public:
    Loop(asio::io_context& io, ConsumerOptions options, Handler handler)
        : io_(io),
          name_(std::move(options.name)),
          handler_(std::move(handler)),
          session_(io, {.conninfo = std::move(options.conninfo)}),
          timer_(io),
          backoff_(io) {}

    static Awaitable<> run(std::shared_ptr<Loop> self) {
        while (!self->is_stopped_) {
            try {
                co_await self->lead();
            } catch (const std::exception& fault) {
                self->report(fault.what());
            }
            self->stats_.is_leader.set(0);
            co_await self->backoff_.pause();
        }
    }

    void stop() {
        is_stopped_ = true;
        backoff_.stop();
        timer_.cancel();
        session_.close();
    }

    [[nodiscard]] asio::io_context& io() const { return io_; }
    [[nodiscard]] const ConsumerStats& stats() const { return stats_; }

private:
    // Until stopped, or until a fault that a new connection may mend.
    Awaitable<> lead() {
        co_await session_.connect();
        while (!co_await session_.try_advisory_lock(lock_key(name_))) co_await wait(kLeaderPollInterval);
        position_ = co_await find_position();
        stats_.is_leader.set(1);
        while (!is_stopped_) {
            auto limit = limit_;
            auto events = co_await list_events(limit);
            if (!events.empty()) co_await handle(events);
            recover();
            if (std::ssize(events) < limit) co_await wait(kPollInterval);
        }
    }

    // All of the events, in order; those that the handler refuses are singled out by halving.
    Awaitable<> handle(std::span<const Event> events) {
        for (int tries = 1;; ++tries) {
            auto refusal = co_await attempt(events);
            if (!refusal) co_return;
            if (events.size() > 1) {
                auto half = events.size() / 2;
                co_await handle(events.first(half));
                co_await handle(events.subspan(half));
                co_return;
            }
            if (tries == kTriesOfOneEvent) {
                co_await put_aside(events.front(), *refusal);
                co_return;
            }
            co_await backoff_.pause();
        }
    }

    // One transaction. Nothing when it is done, otherwise why it was refused. Fault: Unavailable.
    Awaitable<std::optional<std::string>> attempt(std::span<const Event> events) {
        std::string refusal;
        try {
            co_await session_.execute("BEGIN");
            co_await move_to(events.back().position);
            co_await handler_(session_, events);
            co_await session_.execute("COMMIT");
            stand_at(events.back().position);
            count(events);
            co_return std::nullopt;
        } catch (const Unavailable&) {
            // Perhaps the batch takes longer than a statement may.
            limit_ = std::max<std::int64_t>(limit_ / 2, 1);
            throw;
        } catch (const std::exception& fault) {
            refusal = fault.what();
        }
        co_await session_.execute("ROLLBACK");
        co_return refusal;
    }

    // Within the transaction of a batch, before anything else: from here to the commit the row's lock keeps out any
    // other reader of this name, and finding it moved tells that there was one.
    Awaitable<> move_to(Position to) {
        static constexpr Statement kMove{"events_move_position", R"(
            UPDATE consumer_positions SET xid = $4::text::xid8, id = $5
            WHERE consumer = $1 AND xid = $2::text::xid8 AND id = $3)"};
        auto rows = co_await session_.query(kMove, name_, position_.xid, position_.id, to.xid, to.id);
        if (rows.affected() != 1) throw Unavailable("events: another reader has moved the position");
    }

    // The move is committed.
    void stand_at(Position position) {
        position_ = std::move(position);
        backoff_.reset();
    }

    Awaitable<Position> find_position() {
        // The update that changes nothing makes an existing row be returned.
        static constexpr Statement kFind{"events_find_position", R"(
            INSERT INTO consumer_positions AS known (consumer, xid, id) VALUES ($1, '0', 0)
            ON CONFLICT (consumer) DO UPDATE SET id = known.id
            RETURNING xid::text, id)"};
        auto rows = co_await session_.query(kFind, name_);
        co_return Position{.xid = rows[0].get<std::string>(0), .id = rows[0].get<std::int64_t>(1)};
    }

    // The next events. Those of transactions younger than the oldest running one have to wait: it may yet commit events
    // in front of them. (The order names the table because xid alone would be the text that is selected.)
    Awaitable<std::vector<Event>> list_events(std::int64_t limit) {
        static constexpr Statement kList{"events_list", R"(
            SELECT xid::text, id, type, user_id, payload::text, occurred_at FROM outbox
            WHERE (xid, id) > ($1::text::xid8, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY outbox.xid, outbox.id LIMIT $3)"};
        auto rows = co_await session_.query(kList, position_.xid, position_.id, limit);
        std::vector<Event> events;
        events.reserve(rows.size());
        for (auto row : rows)
            events.push_back({.position = {.xid = row.get<std::string>(0), .id = row.get<std::int64_t>(1)},
                              .type = row.get<std::string>(2),
                              .user = row.get<UserId>(3),
                              .payload = row.get<std::string>(4),
                              .occurred_at = row.get<Timestamp>(5)});
        co_return events;
    }

    Awaitable<> put_aside(Event event, std::string refusal) {
        static constexpr Statement kPutAside{"events_put_aside", R"(
            INSERT INTO dead_letters (consumer, xid, id, type, user_id, payload, occurred_at, error)
            SELECT $1, xid, id, type, user_id, payload, occurred_at, $4 FROM outbox
            WHERE xid = $2::text::xid8 AND id = $3)"};
        co_await session_.execute("BEGIN");
        co_await move_to(event.position);
        co_await session_.query(kPutAside, name_, event.position.xid, event.position.id, refusal);
        co_await session_.execute("COMMIT");
        stand_at(event.position);
        stats_.dead_letters.add(1);
        log::error("event put aside", {{"event.action", event.type},
                                       {"user.id", event.user.to_string()},
                                       {"mindspace.consumer", name_},
                                       {"mindspace.event.id", event.position.id},
                                       {"error.message", refusal}});
    }

    void count(std::span<const Event> events) {
        stats_.events.add(events.size());
        stats_.batches.add(1);
        stats_.lag_milliseconds.set((SystemClock().now() - events.back().occurred_at).count());
    }

    // Once for an outage, however many attempts fail in it.
    void report(const char* fault) {
        if (is_stopped_ || is_failing_) return;
        is_failing_ = true;
        log::warn("events cannot be handled, trying again", {{"mindspace.consumer", name_}, {"error.message", fault}});
    }

    void recover() {
        backoff_.reset();
        limit_ = kBatchSize;
        if (is_failing_) log::info("events are handled again", {{"mindspace.consumer", name_}});
        is_failing_ = false;
    }

    Awaitable<> wait(Milliseconds time) {
        if (is_stopped_) co_return;
        timer_.expires_after(time);
        boost::system::error_code stopped;  // the caller finds out
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
    }

    asio::io_context& io_;
    std::string name_;
    Handler handler_;
    postgres::Session session_;
    asio::steady_timer timer_;
    postgres::Backoff backoff_;
    Position position_;
    std::int64_t limit_ = kBatchSize;
    bool is_failing_ = false;
    bool is_stopped_ = false;
    ConsumerStats stats_;
};

Consumer::Consumer(asio::io_context& io, ConsumerOptions options, Handler handler)
    : loop_(std::make_shared<Loop>(io, std::move(options), std::move(handler))) {}

Consumer::~Consumer() {
    stop();
}

void Consumer::start() {
    asio::co_spawn(loop_->io(), Loop::run(loop_), [](std::exception_ptr fault) {
        if (fault) std::rethrow_exception(fault);
    });
}

void Consumer::stop() {
    loop_->stop();
}

const ConsumerStats& Consumer::stats() const {
    return loop_->stats();
}

}  // namespace mindspace::events
