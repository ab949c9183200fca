#pragma once
// Reads the outbox and hands its events, in order and in batches, to one handler: in the whole deployment one process
// at a time does so for a consumer's name. A batch and the position behind it are one transaction, so whatever the
// handler writes through the session it is given happens exactly once, wherever a crash falls. An event that the
// handler refuses again and again is put into dead_letters and does not hold up the others. Belongs to one loop, with a
// database connection of its own.

#include "platform/base/async.h"
#include "platform/events/consumer_stats.h"
#include "platform/events/event.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::events {

// Runs within an open transaction, which it must not end. Any exception undoes the whole batch: Unavailable means that
// the database is away and the batch comes again as it is; anything else that the events are at fault.
using Handler = std::function<Awaitable<>(postgres::Session&, std::span<const Event>)>;

struct ConsumerOptions {
    std::string name;      // in consumer_positions; a new name starts with the oldest event in the outbox
    std::string conninfo;  // of the primary
};

class Consumer {
public:
    Consumer(asio::io_context& io, ConsumerOptions options, Handler handler);
    ~Consumer();
    Consumer(const Consumer&) = delete;
    Consumer& operator=(const Consumer&) = delete;

    // Goes on until stopped, through every fault.
    void start();
    // What is under way is given up, and the next leader does it again: a handler that waits for the session gets
    // Unavailable. It is not called any more.
    void stop();

    [[nodiscard]] const ConsumerStats& stats() const;

private:
    class Loop;
    std::shared_ptr<Loop> loop_;
};

}  // namespace mindspace::events
