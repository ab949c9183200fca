#pragma once
// Receives from a Kafka topic as a member of the consumer's group. Offsets are committed only for acknowledged
// messages. A client that makes no progress (stall_watch.h) is closed, which is handled like any other fault: connect()
// creates the next one.

#include "platform/events/broker/broker.h"
#include "platform/events/broker/kafka/client.h"
#include "platform/events/broker/kafka/stall_watch.h"

#include <atomic>
#include <map>
#include <optional>

namespace mindspace::events::kafka {

class KafkaSubscriber final : public Subscriber {
public:
    explicit KafkaSubscriber(Options options) : options_(std::move(options)), topic_(topic_name(options_)) {}
    ~KafkaSubscriber() override;

    void connect() override;
    std::vector<Received> receive(std::size_t limit, Milliseconds timeout) override;
    void acknowledge() override;
    void cut() override { is_cut_ = true; }

private:
    struct DestroyQueue {
        void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
    };
    using Queue = std::unique_ptr<rd_kafka_queue_t, DestroyQueue>;
    // Called by librdkafka from within take().
    static void rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions,
                          void* subscriber);
    void subscribe();
    // Appends up to `limit` messages, but waits for the first one only. Returns an error from which the client does not
    // recover automatically, if there was one.
    rd_kafka_resp_err_t take(std::size_t limit, Milliseconds timeout, std::vector<Received>& messages);
    // Throws Unavailable if the client is stalled.
    void require_progress();
    void update_end_offsets(const std::vector<std::int32_t>& partitions);
    // Nothing is received afterwards until connect().
    void close();

    Options options_;
    std::string topic_;
    ClientHandle client_;
    Queue queue_;                                // of received messages; destroyed before the client
    std::map<std::int32_t, std::int64_t> next_;  // of each partition: the offset after the received messages
    std::optional<StallWatch> watch_;            // monitors the client
    std::atomic<bool> is_cut_ = false;
};

}  // namespace mindspace::events::kafka
