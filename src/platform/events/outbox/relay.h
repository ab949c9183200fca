#pragma once
// Takes events from the outbox to a broker: one process at a time, in order, in batches. The position moves when the
// broker has confirmed a batch; a crash in between sends the batch once more. Belongs to one loop, with a database
// connection of its own; the broker's library has a thread.

#include "platform/events/broker/broker.h"
#include "platform/events/outbox/reader.h"
#include "platform/postgres/leader/leader.h"

#include <memory>
#include <string>

namespace mindspace::events {

class Relay {
public:
    // `source` is the CloudEvents attribute. The options name the same position that a consumer of the outbox would
    // have, so that the transport can be changed without losing an event.
    Relay(asio::io_context& io, OutboxOptions options, std::string source, std::shared_ptr<Publisher> publisher);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    // Goes on until stopped, through every fault.
    void start();
    // What is under way is given up, and the next leader sends it again.
    void stop();

    [[nodiscard]] const RelayStats& stats() const;
    void collect(telemetry::Page& page) const;

private:
    class Work;
    std::shared_ptr<Work> work_;
    postgres::Leader leader_;
};

}  // namespace mindspace::events
