#pragma once
// What brings events from the outbox to the analytics, by the transport of the settings: a consumer and, with a broker,
// the relay that feeds it. Belongs to the first core of a process with the analytics role.

#include "app/settings.h"
#include "platform/events/consumer.h"
#include "platform/events/outbox/relay.h"

#include <memory>
#include <string>

namespace mindspace::app {

class EventPipeline {
public:
    // `database` is the primary's, for libpq. StartupError (EX_CONFIG) for a broker's URL that is none.
    EventPipeline(asio::io_context& loop, const Config& config, const std::string& database);

    void start();
    void stop();
    void collect(telemetry::Page& page) const;

private:
    std::unique_ptr<events::Relay> relay_;  // with a broker
    std::unique_ptr<events::Consumer> consumer_;
};

}  // namespace mindspace::app
