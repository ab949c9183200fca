#pragma once
// Delivers events from the outbox to a handler over the configured transport: a consumer and, with a broker, the relay
// that feeds it. Any number of processes may run one under the same name; one of them leads.

#include "platform/events/broker/transport.h"
#include "platform/events/consumer.h"
#include "platform/events/outbox/relay.h"

#include <memory>
#include <string>

namespace mindspace::events {

class Pipeline {
public:
    // The settings must have passed check().
    Pipeline(asio::io_context& loop, const TransportSettings& settings, ConsumerOptions options, Handler handler);

    void start();
    void stop();
    void collect(telemetry::Page& page) const;

private:
    std::unique_ptr<Relay> relay_;  // null without a broker
    std::unique_ptr<Consumer> consumer_;
};

}  // namespace mindspace::events
