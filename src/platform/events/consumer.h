#pragma once
// Passes events, in order and in batches, to one handler, independent of the transport. A batch is one transaction.
// With the outbox as its source that transaction includes the position, so everything that the handler writes through
// the given session happens exactly once; a broker delivers events at least once, so the handler must be idempotent. An
// event that the handler rejects repeatedly is moved to dead_letters and does not block the others. Belongs to one
// loop, with its own database connection.

#include "platform/async/awaitable.h"
#include "platform/events/event.h"
#include "platform/events/event_spans.h"
#include "platform/events/source.h"
#include "platform/events/stats.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mindspace::events {

// Runs within an open transaction, which it must not end. Any exception rolls back the entire batch: Unavailable means
// that the database is unavailable and the same batch is delivered again; any other exception blames the events.
using Handler = std::function<Awaitable<>(postgres::Session&, std::span<const Event>)>;

struct ConsumerOptions {
    std::string name;                  // for dead letters, metrics and log lines
    std::string conninfo;              // of the primary
    std::vector<std::string> types{};  // of events that the metrics show each for itself
    // Called when what the handler did last has been committed.
    std::function<void()> on_commit = [] {};
    EventTracing tracing{};
};

class Consumer {
public:
    Consumer(asio::io_context& io, ConsumerOptions options, std::unique_ptr<Source> source, Handler handler);
    ~Consumer();
    Consumer(const Consumer&) = delete;
    Consumer& operator=(const Consumer&) = delete;

    // Runs until stopped, and continues after every fault.
    void start();
    // Aborts the work in progress, which the next leader repeats: a handler that waits for the session gets
    // Unavailable. The handler is not called afterwards.
    void stop();

    [[nodiscard]] const ConsumerStats& stats() const;
    // Adds its metrics and those of its source to the page.
    void collect(telemetry::Page& page) const;

private:
    class Work;
    std::shared_ptr<Work> work_;
    postgres::Leader leader_;
};

}  // namespace mindspace::events
