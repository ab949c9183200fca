#include "app/jobs/event_pipeline.h"

#include "app/process/startup_error.h"
#include "platform/events/broker/kafka/publisher.h"
#include "platform/events/broker/kafka/subscriber.h"
#include "platform/events/broker/rabbitmq/publisher.h"
#include "platform/events/broker/rabbitmq/subscriber.h"
#include "platform/events/broker/source.h"
#include "platform/events/outbox/source.h"
#include "services/analytics/facts/projection.h"

namespace mindspace::app {

namespace {

// The two ends of a transport with a broker.
struct Broker {
    std::shared_ptr<events::Publisher> publisher;
    std::shared_ptr<events::Subscriber> subscriber;
};

events::BrokerUrl require_url(Result<events::BrokerUrl> url, const char* setting) {
    if (!url) throw StartupError(EX_CONFIG, std::string(setting) + ": " + url.error().detail);
    return std::move(*url);
}

Broker make_broker(const Config& config, const std::string& name) {
    if (config.events.transport == events::Transport::rabbitmq) {
        namespace rabbitmq = events::rabbitmq;
        rabbitmq::Options options{.url = require_url(rabbitmq::parse_url(config.rabbitmq.url), "rabbitmq.url"),
                                  .name = name};
        return {.publisher = std::make_shared<rabbitmq::RabbitPublisher>(options),
                .subscriber = std::make_shared<rabbitmq::RabbitSubscriber>(options)};
    }
    namespace kafka = events::kafka;
    kafka::Options options{.url = require_url(kafka::parse_url(config.kafka.url), "kafka.url"), .name = name};
    return {.publisher = std::make_shared<kafka::KafkaPublisher>(options),
            .subscriber = std::make_shared<kafka::KafkaSubscriber>(options)};
}

}  // namespace

EventPipeline::EventPipeline(asio::io_context& loop, const Config& config, const std::string& database) {
    const std::string name(analytics::kConsumerName);
    events::OutboxOptions outbox{.name = name, .conninfo = database};
    std::unique_ptr<events::Source> source;
    if (config.events.transport == events::Transport::postgres) {
        source = std::make_unique<events::OutboxSource>(loop, std::move(outbox));
    } else {
        auto [publisher, subscriber] = make_broker(config, name);
        relay_ = std::make_unique<events::Relay>(loop, std::move(outbox), config.http.public_url, std::move(publisher));
        source = std::make_unique<events::BrokerSource>(loop, std::move(subscriber));
    }
    consumer_ = std::make_unique<events::Consumer>(loop, events::ConsumerOptions{.name = name, .conninfo = database},
                                                   std::move(source), &analytics::project);
}

void EventPipeline::start() {
    if (relay_) relay_->start();
    consumer_->start();
}

void EventPipeline::stop() {
    if (relay_) relay_->stop();
    consumer_->stop();
}

void EventPipeline::collect(telemetry::Page& page) const {
    if (relay_) relay_->collect(page);
    consumer_->collect(page);
}

}  // namespace mindspace::app
