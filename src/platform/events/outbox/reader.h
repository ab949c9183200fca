#pragma once
// Reads the outbox for one consumer name in the order of the positions, from where the last reader stopped. A
// postgres::Leader keeps other processes from reading in vain; move_to() is what makes a batch happen only once.
// Without events it sleeps until a writer wakes it (the sequence and channel of db/migrations) or half a second has
// passed. Used by one coroutine, on the session that the caller passes.

#include "platform/async/awaitable.h"
#include "platform/events/event.h"
#include "platform/events/event_spans.h"
#include "platform/events/stats.h"
#include "platform/postgres/connection/listener.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::events {

struct OutboxOptions {
    std::string name;      // in consumer_positions; a new name starts with the oldest event in the outbox
    std::string conninfo;  // of the primary
    EventTracing tracing{};
};

class OutboxReader {
public:
    OutboxReader(asio::io_context& io, OutboxOptions options);
    ~OutboxReader();
    OutboxReader(const OutboxReader&) = delete;
    OutboxReader& operator=(const OutboxReader&) = delete;

    // Makes this process the reader; called first, and on every new session.
    Awaitable<> begin(postgres::Session& session);
    // Up to `limit` events after the position. If there are none, waits for a while and returns an empty list.
    Awaitable<std::vector<Event>> next(postgres::Session& session, std::int64_t limit);
    // Moves the position to `to`; must come first in its transaction, because the row's lock blocks any other reader of
    // this name until the commit. Throws Unavailable if another reader has moved the position.
    Awaitable<> move_to(postgres::Session& session, Position to);
    // Called when the move is committed.
    void position_at(Position position) { position_ = std::move(position); }
    // This process is no longer the reader, until begin().
    void resign() { stats_.is_leader.set(0); }

    // Wakes all waiting coroutines.
    void stop();
    [[nodiscard]] const OutboxStats& stats() const { return stats_; }

private:
    Awaitable<> find_position(postgres::Session& session);
    Awaitable<std::vector<Event>> list(postgres::Session& session, std::int64_t limit);
    Awaitable<> prepare_wakeup(postgres::Session& session);
    Awaitable<> measure(postgres::Session& session);
    Awaitable<> wait(Milliseconds time);
    void wake();

    std::string name_;
    postgres::Listener wakeup_;
    asio::steady_timer timer_;
    Position position_;
    Milliseconds pause_;
    std::chrono::steady_clock::time_point measured_at_{};
    bool is_woken_ = false;
    bool is_listening_ = false;
    bool is_stopped_ = false;
    OutboxStats stats_;
};

}  // namespace mindspace::events
