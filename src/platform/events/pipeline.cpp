#include "platform/events/pipeline.h"

#include "platform/events/broker/kafka/publisher.h"
#include "platform/events/broker/kafka/subscriber.h"
#include "platform/events/broker/rabbitmq/publisher.h"
#include "platform/events/broker/rabbitmq/subscriber.h"
#include "platform/events/broker/source.h"
#include "platform/events/outbox/source.h"

namespace mindspace::events {

namespace {

// The two ends of a transport with a broker.
struct Broker {
    std::shared_ptr<Publisher> publisher;
    std::shared_ptr<Subscriber> subscriber;
    std::string destination;  // of the messages
};

Broker make_broker(const TransportSettings& settings, const std::string& name) {
    if (settings.transport == Transport::rabbitmq) {
        rabbitmq::Options options{.url = rabbitmq::parse_url(settings.rabbitmq_url).value(), .name = name};
        return {.publisher = std::make_shared<rabbitmq::RabbitPublisher>(options),
                .subscriber = std::make_shared<rabbitmq::RabbitSubscriber>(options),
                .destination = rabbitmq::kExchange};
    }
    kafka::Options options{.url = kafka::parse_url(settings.kafka_url).value(), .name = name};
    return {.publisher = std::make_shared<kafka::KafkaPublisher>(options),
            .subscriber = std::make_shared<kafka::KafkaSubscriber>(options),
            .destination = kafka::topic_name(options)};
}

}  // namespace

Pipeline::Pipeline(asio::io_context& loop, const TransportSettings& settings, ConsumerOptions options,
                   Handler handler) {
    options.tracing.system = names_of(settings.transport)[static_cast<std::size_t>(settings.transport)];
    OutboxOptions outbox{.name = options.name, .conninfo = options.conninfo, .tracing = options.tracing};
    std::unique_ptr<Source> source;
    if (settings.transport == Transport::postgres) {
        source = std::make_unique<OutboxSource>(loop, std::move(outbox));
    } else {
        auto [publisher, subscriber, destination] = make_broker(settings, options.name);
        outbox.tracing.destination = options.tracing.destination = std::move(destination);
        relay_ = std::make_unique<Relay>(loop, std::move(outbox), settings.source, std::move(publisher));
        source = std::make_unique<BrokerSource>(loop, std::move(subscriber));
    }
    consumer_ = std::make_unique<Consumer>(loop, std::move(options), std::move(source), std::move(handler));
}

void Pipeline::start() {
    if (relay_) relay_->start();
    consumer_->start();
}

void Pipeline::stop() {
    if (relay_) relay_->stop();
    consumer_->stop();
}

void Pipeline::collect(telemetry::Page& page) const {
    if (relay_) relay_->collect(page);
    consumer_->collect(page);
}

}  // namespace mindspace::events
