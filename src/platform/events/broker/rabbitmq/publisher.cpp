#include "platform/events/broker/rabbitmq/publisher.h"

#include "platform/events/cloud_event.h"

#include <amqp_framing.h>

#include <chrono>

namespace mindspace::events::rabbitmq {

namespace {

constexpr amqp_channel_t kChannel = 1;
constexpr std::chrono::seconds kConfirmTimeout{10};
constexpr std::uint8_t kPersistent = 2;

}  // namespace

void RabbitPublisher::connect() {
    if (connection_.is_open()) return;
    connection_.open(kChannel, Seconds(0));  // a dead broker is detected by missing confirms
    amqp_confirm_select(connection_.native(), kChannel);
    connection_.require_reply("ask for confirms");
    last_tag_ = 0;
}

void RabbitPublisher::publish(const std::vector<Message>& messages) {
    if (!connection_.is_open()) connection_.fail("not connected");
    first_tag_ = last_tag_ + 1;
    confirmed_.assign(messages.size(), false);
    unconfirmed_count_ = messages.size();
    is_returned_ = false;
    for (const auto& message : messages) send(message);
    const auto deadline = std::chrono::steady_clock::now() + kConfirmTimeout;
    while (unconfirmed_count_ > 0) {
        const auto left =
            std::chrono::duration_cast<std::chrono::microseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) connection_.fail("no confirms in time");
        timeval timeout{.tv_sec = left.count() / 1'000'000, .tv_usec = left.count() % 1'000'000};
        amqp_frame_t frame;
        connection_.require(amqp_simple_wait_frame_noblock(connection_.native(), &frame, &timeout),
                            "wait for confirms");
        take(frame);
    }
    amqp_maybe_release_buffers(connection_.native());
    if (is_returned_) connection_.fail("a message found no queue");
}

void RabbitPublisher::send(const Message& message) {
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG |
                        AMQP_BASIC_TYPE_FLAG;
    properties.content_type = bytes_of(kCloudEventType);
    properties.delivery_mode = kPersistent;
    properties.message_id = bytes_of(message.id);
    properties.type = bytes_of(message.type);
    connection_.require(amqp_basic_publish(connection_.native(), kChannel, amqp_cstring_bytes(kExchange),
                                           bytes_of(message.type), 1, 0, &properties, bytes_of(message.body)),
                        "publish");
    ++last_tag_;
}

void RabbitPublisher::take(const amqp_frame_t& frame) {
    if (frame.frame_type != AMQP_FRAME_METHOD) return;  // a heartbeat
    switch (frame.payload.method.id) {
        case AMQP_BASIC_ACK_METHOD: {
            const auto* ack = static_cast<const amqp_basic_ack_t*>(frame.payload.method.decoded);
            if (ack->delivery_tag < first_tag_ || ack->delivery_tag > last_tag_) return;
            const auto last = ack->delivery_tag - first_tag_;
            for (auto i = ack->multiple != 0 ? 0 : last; i <= last; ++i) {
                if (!confirmed_[i]) --unconfirmed_count_;
                confirmed_[i] = true;
            }
            return;
        }
        case AMQP_BASIC_RETURN_METHOD: {  // its confirm follows
            amqp_message_t message;
            connection_.require(amqp_read_message(connection_.native(), kChannel, &message, 0), "read what came back");
            amqp_destroy_message(&message);
            is_returned_ = true;
            return;
        }
        case AMQP_BASIC_NACK_METHOD:
            connection_.fail("the broker has refused a message");
        case AMQP_CHANNEL_CLOSE_METHOD:
            connection_.fail(std::string(
                view_of(static_cast<const amqp_channel_close_t*>(frame.payload.method.decoded)->reply_text)));
        case AMQP_CONNECTION_CLOSE_METHOD:
            connection_.fail(std::string(
                view_of(static_cast<const amqp_connection_close_t*>(frame.payload.method.decoded)->reply_text)));
        default:
            return;
    }
}

}  // namespace mindspace::events::rabbitmq
