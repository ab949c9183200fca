#include "platform/events/broker/kafka/subscriber.h"

#include <array>
#include <chrono>

namespace mindspace::events::kafka {

namespace {

constexpr int kCommitTimeout = 5000;      // milliseconds
constexpr int kEndOffsetsTimeout = 1000;  // milliseconds
constexpr std::chrono::seconds kCloseTimeout{2};
constexpr std::size_t kMaxBatch = 500;

struct DestroyPartitions {
    void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, DestroyPartitions>;

struct DestroyEvent {
    void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};

struct DestroyMessage {
    void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using MessageHandle = std::unique_ptr<rd_kafka_message_t, DestroyMessage>;

// Errors of the connection to the brokers, from which the client recovers automatically.
bool is_transient(rd_kafka_resp_err_t error) {
    switch (error) {
        case RD_KAFKA_RESP_ERR__TRANSPORT:
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        case RD_KAFKA_RESP_ERR__RESOLVE:
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
            return true;
        default:
            return false;
    }
}

}  // namespace

KafkaSubscriber::~KafkaSubscriber() {
    close();
}

void KafkaSubscriber::connect() {
    // A call exceeded its deadline, so the state of the client is unknown.
    if (is_cut_.exchange(false)) close();
    if (client_) return;
    next_.clear();
    Configuration configuration(options_);
    configuration.set("group.id", "mindspace." + options_.name);
    configuration.set("enable.auto.commit", "false");
    configuration.set("enable.auto.offset.store", "false");
    configuration.set("auto.offset.reset", "earliest");
    configuration.set("enable.partition.eof", "true");  // proves that a partition is read
    configuration.set("session.timeout.ms", "6000");
    configuration.set("heartbeat.interval.ms", "1000");
    configuration.set("fetch.wait.max.ms", "50");
    configuration.set("allow.auto.create.topics", "true");  // if the brokers allow it
    rd_kafka_conf_set_rebalance_cb(configuration.native(), &rebalance);
    rd_kafka_conf_set_opaque(configuration.native(), this);
    client_ = configuration.make_client(RD_KAFKA_CONSUMER);
    watch_.emplace(options_.stall_timeout, std::chrono::steady_clock::now());
    rd_kafka_poll_set_consumer(client_.get());
    queue_.reset(rd_kafka_queue_get_consumer(client_.get()));
    subscribe();
}

void KafkaSubscriber::subscribe() {
    const Partitions topics(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(topics.get(), topic_.c_str(), RD_KAFKA_PARTITION_UA);
    const auto error = rd_kafka_subscribe(client_.get(), topics.get());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    close();
    fail("subscribe", error);
}

// Does what librdkafka does without a callback, and notifies the watch. The next owner of a revoked partition continues
// from the committed offset, so nothing is committed for it afterwards.
void KafkaSubscriber::rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what,
                                rd_kafka_topic_partition_list_t* partitions, void* subscriber) {
    auto& self = *static_cast<KafkaSubscriber*>(subscriber);
    if (what != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        self.next_.clear();
        self.watch_->revoked();
        rd_kafka_assign(client, nullptr);
        return;
    }
    std::vector<std::int32_t> numbers;
    for (int i = 0; i < partitions->cnt; ++i) numbers.push_back(partitions->elems[i].partition);
    self.watch_->assigned(numbers);
    rd_kafka_assign(client, partitions);
}

std::vector<Received> KafkaSubscriber::receive(std::size_t limit, Milliseconds timeout) {
    if (!client_ || is_cut_) fail("not connected");
    std::vector<Received> messages;
    // A single call would wait until it has the requested number of messages.
    auto failure = take(1, timeout, messages);
    if (failure == RD_KAFKA_RESP_ERR_NO_ERROR && !messages.empty())
        failure = take(limit - 1, Milliseconds(0), messages);
    if (failure != RD_KAFKA_RESP_ERR_NO_ERROR) {
        close();
        fail("receive", failure);
    }
    require_progress();
    return messages;
}

rd_kafka_resp_err_t KafkaSubscriber::take(std::size_t limit, Milliseconds timeout, std::vector<Received>& messages) {
    std::array<rd_kafka_message_t*, kMaxBatch> batch{};
    const auto count = rd_kafka_consume_batch_queue(queue_.get(), static_cast<int>(timeout.count()), batch.data(),
                                                    std::min(limit, batch.size()));
    auto failure = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (ssize_t i = 0; i < count; ++i) {
        const MessageHandle message(batch.at(static_cast<std::size_t>(i)));
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            watch_->read(message->partition, message->offset);
        } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            next_[message->partition] = message->offset + 1;
            watch_->read(message->partition, message->offset + 1);
            messages.push_back({.body = std::string(static_cast<const char*>(message->payload), message->len)});
        } else if (!is_transient(message->err)) {
            failure = message->err;
        }
    }
    return failure;
}

void KafkaSubscriber::require_progress() {
    watch_->advance(std::chrono::steady_clock::now());
    update_end_offsets(watch_->take_idle());
    const auto stall = watch_->find_stall();
    if (!stall) return;
    close();
    fail("the consumer is stalled: " + *stall);
}

// Without a response the partitions stay idle.
void KafkaSubscriber::update_end_offsets(const std::vector<std::int32_t>& partitions) {
    if (partitions.empty()) return;
    const Partitions ends(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
    for (const auto partition : partitions)
        rd_kafka_topic_partition_list_add(ends.get(), topic_.c_str(), partition)->offset = RD_KAFKA_OFFSET_END;
    // rd_kafka_query_watermark_offsets() ignores its deadline before librdkafka 2.3.
    if (rd_kafka_offsets_for_times(client_.get(), ends.get(), kEndOffsetsTimeout) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    for (int i = 0; i < ends->cnt; ++i)
        if (const auto& end = ends->elems[i]; end.err == RD_KAFKA_RESP_ERR_NO_ERROR)
            watch_->ends_at(end.partition, end.offset);
}

void KafkaSubscriber::acknowledge() {
    if (next_.empty()) return;
    if (!client_ || is_cut_) fail("not connected");
    const Partitions offsets(rd_kafka_topic_partition_list_new(static_cast<int>(next_.size())));
    for (const auto& [partition, offset] : next_)
        rd_kafka_topic_partition_list_add(offsets.get(), topic_.c_str(), partition)->offset = offset;
    next_.clear();
    const Queue replies(rd_kafka_queue_new(client_.get()));
    auto error = rd_kafka_commit_queue(client_.get(), offsets.get(), replies.get(), nullptr, nullptr);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const std::unique_ptr<rd_kafka_event_t, DestroyEvent> reply(rd_kafka_queue_poll(replies.get(), kCommitTimeout));
        error = reply ? rd_kafka_event_error(reply.get()) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    }
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    close();
    fail("commit offsets", error);
}

// Leaves the group explicitly, so that other members need not wait for the session timeout.
void KafkaSubscriber::close() {
    if (!client_) return;
    const Queue replies(rd_kafka_queue_new(client_.get()));
    auto* refused = rd_kafka_consumer_close_queue(client_.get(), replies.get());
    if (refused != nullptr) rd_kafka_error_destroy(refused);
    const auto deadline = std::chrono::steady_clock::now() + kCloseTimeout;
    while (refused == nullptr && rd_kafka_consumer_closed(client_.get()) == 0 &&
           std::chrono::steady_clock::now() < deadline) {
        const std::unique_ptr<rd_kafka_event_t, DestroyEvent> event(rd_kafka_queue_poll(replies.get(), 50));
        if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE)
            rd_kafka_assign(client_.get(), nullptr);
    }
    queue_.reset();
    client_.reset();
}

}  // namespace mindspace::events::kafka
