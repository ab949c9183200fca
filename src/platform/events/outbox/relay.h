#pragma once
// Sends events from the outbox to a broker: one process at a time, in order, in batches. The position moves when the
// broker has confirmed a batch; after a crash in between the batch is resent. Belongs to one loop, with its own
// database connection; the broker's library has a thread.

#include "platform/events/broker/broker.h"
#include "platform/events/outbox/reader.h"
#include "platform/postgres/leader/leader.h"

#include <memory>
#include <string>

namespace mindspace::events {

class Relay {
public:
    // `source` is the CloudEvents attribute. The options name the same position as those of a consumer of the outbox,
    // so that the transport can be changed without losing an event.
    Relay(asio::io_context& io, OutboxOptions options, std::string source, std::shared_ptr<Publisher> publisher);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    // Runs until stopped, and continues after every fault.
    void start();
    // Aborts the batch in progress, which the next leader resends.
    void stop();

    [[nodiscard]] const RelayStats& stats() const;
    void collect(telemetry::Page& page) const;

private:
    class Work;
    std::shared_ptr<Work> work_;
    postgres::Leader leader_;
};

}  // namespace mindspace::events
