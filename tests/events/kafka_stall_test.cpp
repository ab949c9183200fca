// A Kafka consumer whose client makes no progress, against librdkafka's mock of Kafka.

#include "platform/base/result.h"
#include "platform/events/broker/kafka/publisher.h"
#include "platform/events/broker/kafka/subscriber.h"
#include "platform/events/broker/source.h"
#include "platform/events/cloud_event.h"
#include "platform/postgres/connection/session.h"
#include "support/events/kafka_mock.h"
#include "support/events/numbered_events.h"
#include "support/postgres/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mindspace::events {
namespace {

using postgres::run;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class KafkaStall : public testing::Test {
protected:
    void start(Milliseconds stall_timeout) {
        kafka::Options options{.url = kafka::parse_url(mock_.url("stall")).value(), .name = "stall"};
        options.stall_timeout = stall_timeout;
        publisher_ = std::make_unique<kafka::KafkaPublisher>(options);
        source_ = std::make_unique<BrokerSource>(io_, std::make_shared<kafka::KafkaSubscriber>(options));
    }
    void publish(std::int64_t first, std::int64_t last) {
        std::vector<Message> messages;
        for (auto n = first; n <= last; ++n) {
            const Event event{.position = {.id = n}, .type = "thing.happened", .payload = std::to_string(n)};
            messages.push_back(
                {.key = "one", .type = event.type, .id = "", .body = encode_cloud_event(event, "/test")});
        }
        publisher_->connect();
        publisher_->publish(messages);
    }
    // What a consumer does again and again; everything received counts as handled.
    static Awaitable<> receive_once(KafkaStall& self) {
        try {
            co_await self.source_->open(self.unused_session_);
            const auto batch = co_await self.source_->receive(self.unused_session_, 500);
            const auto numbers = numbers_of(batch.events);
            self.received_.insert(self.received_.end(), numbers.begin(), numbers.end());
            self.source_->settle(batch.events);
        } catch (const Unavailable& fault) {
            self.faults_.emplace_back(fault.what());
        }
    }
    void receive_until(std::size_t count) {
        const ScaledTimeout timeout;
        while (received_.size() < count) {
            if (timeout.has_expired()) abort_test("the events do not arrive");
            run(io_, receive_once(*this));
        }
    }
    void receive_for(Milliseconds time) {
        const auto end = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < end) run(io_, receive_once(*this));
    }
    [[nodiscard]] std::string metrics() const {
        telemetry::Page page;
        source_->collect("stall", page);
        return page.text();
    }

    integration::KafkaMock mock_;  // not shared, because its responses are lost
    asio::io_context io_;
    postgres::Session unused_session_{io_, {}};  // not used by a broker
    std::unique_ptr<kafka::KafkaPublisher> publisher_;
    std::unique_ptr<BrokerSource> source_;
    Numbers received_;
    std::vector<std::string> faults_;
};

// Without the watch, librdkafka waits 303 s for the response.
TEST_F(KafkaStall, RestartsAConsumerThatNeverHearsFromItsGroup) {
    start(Seconds(12));
    mock_.withhold_next_join();
    publish(1, 20);
    receive_until(20);
    EXPECT_THAT(faults_, Contains(HasSubstr("stalled: not a member of its group for 12 s")));
    EXPECT_THAT(metrics(), HasSubstr("mindspace_event_consumer_restarts_total{consumer=\"stall\"} 1"));
    publish(21, 40);
    receive_until(40);
    EXPECT_EQ(received_, count_to(40));
}

TEST_F(KafkaStall, DoesNotRestartAConsumerThatHasNothingToRead) {
    start(Seconds(8));
    publish(1, 5);
    receive_until(5);
    faults_.clear();
    receive_for(Seconds(12));
    EXPECT_THAT(faults_, IsEmpty());
    publish(6, 10);
    receive_until(10);
    EXPECT_EQ(received_, count_to(10));
}

}  // namespace
}  // namespace mindspace::events
