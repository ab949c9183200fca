#pragma once
// Publishes to RabbitMQ: persistent, mandatory (a message without a queue is reported as a fault instead of being
// lost), with publisher confirms.

#include "platform/events/broker/broker.h"
#include "platform/events/broker/rabbitmq/connection.h"

#include <vector>

namespace mindspace::events::rabbitmq {

class RabbitPublisher final : public Publisher {
public:
    explicit RabbitPublisher(Options options) : connection_(std::move(options)) {}

    void connect() override;
    void publish(const std::vector<Message>& messages) override;
    void cut() override { connection_.cut(); }

private:
    void send(const Message& message);
    void take(const amqp_frame_t& frame);

    Connection connection_;
    std::uint64_t last_tag_ = 0;         // of the last message sent
    std::uint64_t first_tag_ = 0;        // of the batch
    std::vector<bool> confirmed_;        // of the batch
    std::size_t unconfirmed_count_ = 0;  // of the batch
    bool is_returned_ = false;           // a message found no queue
};

}  // namespace mindspace::events::rabbitmq
