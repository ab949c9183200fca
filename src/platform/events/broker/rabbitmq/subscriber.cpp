#include "platform/events/broker/rabbitmq/subscriber.h"

#include <amqp_framing.h>

#include <chrono>

namespace mindspace::events::rabbitmq {

namespace {

// One channel per queue, so that one acknowledgement covers all messages from that queue.
constexpr amqp_channel_t kQueueChannel = 1;
constexpr amqp_channel_t kDeadChannel = 2;
constexpr std::uint16_t kPrefetchCount = 1000;
constexpr Seconds kHeartbeat{30};

class Envelope {
public:
    Envelope() = default;
    ~Envelope() {
        if (is_filled) amqp_destroy_envelope(&content);
    }
    Envelope(const Envelope&) = delete;
    Envelope& operator=(const Envelope&) = delete;

    amqp_envelope_t content{};
    bool is_filled = false;
};

}  // namespace

void RabbitSubscriber::connect() {
    if (connection_.is_open()) return;
    last_tags_ = {};
    connection_.open(kDeadChannel, kHeartbeat);
    subscribe(kQueueChannel, queue_name(connection_.options()));
    subscribe(kDeadChannel, dead_queue_name(connection_.options()));
}

void RabbitSubscriber::subscribe(amqp_channel_t channel, const std::string& queue) {
    amqp_basic_qos(connection_.native(), channel, 0, kPrefetchCount, 0);
    connection_.require_reply("bound what is sent ahead");
    amqp_basic_consume(connection_.native(), channel, bytes_of(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    connection_.require_reply("subscribe");
}

std::vector<Received> RabbitSubscriber::receive(std::size_t limit, Milliseconds timeout) {
    if (!connection_.is_open()) connection_.fail("not connected");
    std::vector<Received> messages;
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (messages.size() < limit && (messages.empty() || std::chrono::steady_clock::now() < deadline)) {
        timeval wait{.tv_sec = 0, .tv_usec = messages.empty() ? timeout.count() * 1000 : 0};
        Envelope envelope;
        amqp_maybe_release_buffers(connection_.native());
        const auto reply = amqp_consume_message(connection_.native(), &envelope.content, &wait, 0);
        if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION && reply.library_error == AMQP_STATUS_TIMEOUT) break;
        connection_.require(reply, "receive");
        envelope.is_filled = true;
        const auto& delivery = envelope.content;
        last_tags_.at(delivery.channel - 1U) = delivery.delivery_tag;
        messages.push_back({.body = std::string(view_of(delivery.message.body)),
                            .is_redelivered = delivery.redelivered != 0,
                            .is_dead = delivery.channel == kDeadChannel});
    }
    return messages;
}

void RabbitSubscriber::acknowledge() {
    if (!connection_.is_open()) connection_.fail("not connected");
    for (amqp_channel_t channel = kQueueChannel; channel <= kDeadChannel; ++channel) {
        auto& tag = last_tags_.at(channel - 1U);
        if (tag == 0) continue;
        connection_.require(amqp_basic_ack(connection_.native(), channel, tag, 1), "acknowledge");
        tag = 0;
    }
}

}  // namespace mindspace::events::rabbitmq
