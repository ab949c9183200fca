#pragma once
// Receives from a consumer's queue in RabbitMQ and from its dead-letter queue. Received messages are acknowledged
// together; the broker prefetches messages while a batch is handled.

#include "platform/events/broker/broker.h"
#include "platform/events/broker/rabbitmq/connection.h"

#include <array>

namespace mindspace::events::rabbitmq {

class RabbitSubscriber final : public Subscriber {
public:
    explicit RabbitSubscriber(Options options) : connection_(std::move(options)) {}

    void connect() override;
    std::vector<Received> receive(std::size_t limit, Milliseconds timeout) override;
    void acknowledge() override;
    void cut() override { connection_.cut(); }

private:
    void subscribe(amqp_channel_t channel, const std::string& queue);

    Connection connection_;
    std::array<std::uint64_t, 2> last_tags_{};  // of each channel: the last unacknowledged delivery; 0: none
};

}  // namespace mindspace::events::rabbitmq
