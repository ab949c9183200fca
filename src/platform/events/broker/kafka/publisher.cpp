#include "platform/events/broker/kafka/publisher.h"

#include "platform/events/cloud_event.h"

#include <array>
#include <chrono>
#include <iterator>

namespace mindspace::events::kafka {

namespace {

constexpr int kSlice = 100;  // milliseconds between two checks for cut()
constexpr std::chrono::seconds kConfirmTimeout{10};

// For a function that copies the string.
decltype(rd_kafka_vu_t::u.mem) memory_of(const std::string& text) {
    return {.ptr = const_cast<char*>(text.data()),
            .size = text.size()};  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

}  // namespace

void KafkaPublisher::connect() {
    is_cut_ = false;
    if (client_) return;
    Configuration configuration(options_);
    configuration.set("enable.idempotence", "true");
    configuration.set("acks", "all");
    configuration.set("linger.ms", "2");
    configuration.set("message.timeout.ms", "8000");  // below kConfirmTimeout
    configuration.set("partitioner", "murmur2_random");
    rd_kafka_conf_set_dr_msg_cb(configuration.native(), &report);
    rd_kafka_conf_set_opaque(configuration.native(), &reports_);
    reports_ = {};
    client_ = configuration.make_client(RD_KAFKA_PRODUCER);
}

// After a fault the client is discarded: messages that it might still send would arrive after later events of the same
// user.
void KafkaPublisher::publish(const std::vector<Message>& messages) {
    if (!client_) fail("not connected");
    reports_ = {};
    try {
        for (const auto& message : messages) send(message);
        const auto deadline = std::chrono::steady_clock::now() + kConfirmTimeout;
        while (reports_.pending > 0) {
            if (is_cut_ || std::chrono::steady_clock::now() > deadline) fail("no confirms in time");
            rd_kafka_poll(client_.get(), kSlice);
        }
        if (reports_.failure != RD_KAFKA_RESP_ERR_NO_ERROR) fail("publish", reports_.failure);
    } catch (const Unavailable&) {
        rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        client_.reset();
        throw;
    }
}

void KafkaPublisher::send(const Message& message) {
    std::array<rd_kafka_vu_t, 5> fields{};
    fields[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    fields[0].u.cstr = topic_.c_str();
    fields[1].vtype = RD_KAFKA_VTYPE_KEY;
    fields[1].u.mem = memory_of(message.key);
    fields[2].vtype = RD_KAFKA_VTYPE_VALUE;
    fields[2].u.mem = memory_of(message.body);
    fields[3].vtype = RD_KAFKA_VTYPE_HEADER;
    fields[3].u.header = {.name = "content-type", .val = kCloudEventType.data(), .size = std::ssize(kCloudEventType)};
    fields[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    fields[4].u.i = RD_KAFKA_MSG_F_COPY;
    auto* refused = rd_kafka_produceva(client_.get(), fields.data(), fields.size());
    if (refused != nullptr) {
        const auto code = rd_kafka_error_code(refused);
        rd_kafka_error_destroy(refused);
        fail("publish", code);
    }
    ++reports_.pending;
}

// Called from within rd_kafka_poll(), on the publishing thread.
void KafkaPublisher::report(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& reports = *static_cast<Reports*>(opaque);
    if (reports.pending > 0) --reports.pending;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) reports.failure = message->err;
}

}  // namespace mindspace::events::kafka
