#include "platform/events/broker/transport.h"

#include "platform/events/broker/kafka/client.h"
#include "platform/events/broker/rabbitmq/connection.h"

namespace mindspace::events {

Result<> check(const TransportSettings& settings) {
    if (settings.transport == Transport::postgres) return {};
    const bool is_rabbitmq = settings.transport == Transport::rabbitmq;
    const std::string name = is_rabbitmq ? "rabbitmq" : "kafka";
    const auto& url = is_rabbitmq ? settings.rabbitmq_url : settings.kafka_url;
    const auto fault = [](std::string detail) {
        return Error{.code = ErrorCode::invalid, .reason = "invalid_url", .detail = std::move(detail), .faults = {}};
    };
    if (url.empty()) return fault("events.transport " + name + " needs " + name + ".url");
    const auto parsed = is_rabbitmq ? rabbitmq::parse_url(url) : kafka::parse_url(url);
    if (!parsed) return fault(name + ".url: " + parsed.error().detail);
    return {};
}

}  // namespace mindspace::events
