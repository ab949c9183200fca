#pragma once
// Hands events, in order and in batches, to one handler, whatever transport brings them. A batch is one transaction.
// With the outbox as its source that transaction holds the position, too, and what the handler writes through the
// session it is given happens exactly once; a broker brings events at least once, so the handler must not mind. An
// event that the handler refuses again and again is put into dead_letters and does not hold up the others. Belongs to
// one loop, with a database connection of its own.

#include "platform/async/awaitable.h"
#include "platform/events/event.h"
#include "platform/events/source.h"
#include "platform/events/stats.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>

namespace mindspace::events {

// Runs within an open transaction, which it must not end. Any exception undoes the whole batch: Unavailable means that
// the database is away and the batch comes again as it is; anything else that the events are at fault.
using Handler = std::function<Awaitable<>(postgres::Session&, std::span<const Event>)>;

struct ConsumerOptions {
    std::string name;      // for dead letters, metrics and log lines
    std::string conninfo;  // of the primary
};

class Consumer {
public:
    Consumer(asio::io_context& io, ConsumerOptions options, std::unique_ptr<Source> source, Handler handler);
    ~Consumer();
    Consumer(const Consumer&) = delete;
    Consumer& operator=(const Consumer&) = delete;

    // Goes on until stopped, through every fault.
    void start();
    // What is under way is given up, and the next leader does it again: a handler that waits for the session gets
    // Unavailable. It is not called any more.
    void stop();

    [[nodiscard]] const ConsumerStats& stats() const;
    // Adds its figures and those of its source to the page.
    void collect(telemetry::Page& page) const;

private:
    class Work;
    std::shared_ptr<Work> work_;
    postgres::Leader leader_;
};

}  // namespace mindspace::events
