#pragma once
// Publishes to a Kafka topic with an idempotent producer: the key is the user, so that a user's events stay in one
// partition and in order; all replicas confirm.

#include "platform/events/broker/broker.h"
#include "platform/events/broker/kafka/client.h"

#include <atomic>

namespace mindspace::events::kafka {

class KafkaPublisher final : public Publisher {
public:
    explicit KafkaPublisher(Options options) : options_(std::move(options)), topic_(topic_name(options_)) {}

    void connect() override;
    void publish(const std::vector<Message>& messages) override;
    void cut() override { is_cut_ = true; }

private:
    // The delivery reports of one batch.
    struct Reports {
        std::size_t pending = 0;
        rd_kafka_resp_err_t failure = RD_KAFKA_RESP_ERR_NO_ERROR;
    };
    static void report(rd_kafka_t* client, const rd_kafka_message_t* message, void* reports);
    void send(const Message& message);

    Options options_;
    std::string topic_;
    Reports reports_;  // outlives the client, which writes to it
    ClientHandle client_;
    std::atomic<bool> is_cut_ = false;
};

}  // namespace mindspace::events::kafka
