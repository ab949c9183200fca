#pragma once
// Receives from a Kafka topic as a member of the consumer's group. Offsets are committed for what was acknowledged, and
// for nothing else.

#include "platform/events/broker/broker.h"
#include "platform/events/broker/kafka/client.h"

#include <atomic>
#include <map>

namespace mindspace::events::kafka {

class KafkaSubscriber final : public Subscriber {
public:
    explicit KafkaSubscriber(Options options) : options_(std::move(options)), topic_(topic_name(options_)) {}
    ~KafkaSubscriber() override;

    void connect() override;
    std::vector<Received> receive(std::size_t limit, Milliseconds patience) override;
    void acknowledge() override;
    void cut() override { is_cut_ = true; }

private:
    struct DestroyQueue {
        void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
    };
    using Queue = std::unique_ptr<rd_kafka_queue_t, DestroyQueue>;
    void subscribe();
    // Nothing is received any more until connect().
    void close();

    Options options_;
    std::string topic_;
    ClientHandle client_;
    Queue queue_;                                // of what the client receives; goes before the client
    std::map<std::int32_t, std::int64_t> next_;  // of each partition: the offset behind what was received
    std::atomic<bool> is_cut_ = false;
};

}  // namespace mindspace::events::kafka
