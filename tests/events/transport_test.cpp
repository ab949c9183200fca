// Events from the outbox through a broker to the handler: a real RabbitMQ, and librdkafka's mock of Kafka.

#include "platform/base/result.h"
#include "platform/events/broker/kafka/publisher.h"
#include "platform/events/broker/kafka/subscriber.h"
#include "platform/events/broker/rabbitmq/publisher.h"
#include "platform/events/broker/rabbitmq/subscriber.h"
#include "platform/events/broker/source.h"
#include "platform/events/consumer.h"
#include "platform/events/dead_letters.h"
#include "platform/events/outbox/relay.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/session.h"
#include "support/events/kafka_mock.h"
#include "support/events/numbered_events.h"
#include "support/events/rabbitmq_server.h"
#include "support/postgres/migrated_database.h"

#include <amqp_framing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace mindspace::events {
namespace {

using integration::KafkaMock;
using integration::RabbitmqServer;
using postgres::run;
using postgres::run_until;
using postgres::Session;
using postgres::Statement;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// All events belong to one user, because order is guaranteed per user.
constexpr Statement kPublishOfOne{"test_publish", R"(
    INSERT INTO outbox (type, user_id, payload, occurred_at)
    SELECT 'thing.happened', '0193563b-0000-7000-8000-000000000001', to_jsonb(n), now()
    FROM generate_series($1::bigint, $2::bigint) AS n)"};
constexpr Statement kKeepNew{"test_keep", R"(
    INSERT INTO handled (n) SELECT n FROM unnest($1::bigint[]) WITH ORDINALITY AS i (n, place)
    WHERE n NOT IN (SELECT n FROM handled) ORDER BY place)"};

// Stores each number that is not stored yet.
Awaitable<> keep_new(Session& session, std::span<const Event> events) {
    auto numbers = numbers_of(events);
    co_await session.query(kKeepNew, numbers);
}

// Separate queues, groups and topics for each test.
std::string new_name() {
    return Uuid::v7(SystemClock().now()).to_string();
}

rabbitmq::Options rabbitmq_options(const std::string& name, const std::string& url = RabbitmqServer::shared().url()) {
    return {.url = rabbitmq::parse_url(url).value(), .name = name};
}

std::string secure_url() {
    auto& server = RabbitmqServer::shared();
    return server.secure_url(server.certificate());
}

kafka::Options kafka_options(const std::string& name) {
    return {.url = kafka::parse_url(KafkaMock::shared().url(name)).value(), .name = name};
}

class Transport : public testing::TestWithParam<const char*> {
protected:
    Transport() {
        run(io_, session_.connect());
        run(io_, session_.execute("CREATE TABLE handled (position bigint GENERATED ALWAYS AS IDENTITY, n bigint)"));
        database_.start();
        run_until(io_, [&] { return database_.is_up(); });
    }
    // Pending operations end before the loop is destroyed.
    void TearDown() override {
        stop();
        database_.stop();
        io_.restart();
        io_.run_for(std::chrono::milliseconds(100));
    }
    void stop() {
        relays_.clear();
        consumers_.clear();
    }

    [[nodiscard]] bool is_encrypted() const { return std::string_view(GetParam()) == "rabbitmqByTls"; }
    [[nodiscard]] bool is_rabbitmq() const { return std::string_view(GetParam()) == "rabbitmq" || is_encrypted(); }
    [[nodiscard]] rabbitmq::Options options_of_rabbitmq() const {
        return is_encrypted() ? rabbitmq_options(name_, secure_url()) : rabbitmq_options(name_);
    }
    [[nodiscard]] std::shared_ptr<Publisher> make_publisher() const {
        if (is_rabbitmq()) return std::make_shared<rabbitmq::RabbitPublisher>(options_of_rabbitmq());
        return std::make_shared<kafka::KafkaPublisher>(kafka_options(name_));
    }
    [[nodiscard]] std::shared_ptr<Subscriber> make_subscriber() const {
        if (is_rabbitmq()) return std::make_shared<rabbitmq::RabbitSubscriber>(options_of_rabbitmq());
        return std::make_shared<kafka::KafkaSubscriber>(kafka_options(name_));
    }
    Relay& start_relay() {
        auto& relay =
            relays_.emplace_back(io_, OutboxOptions{.name = name_, .conninfo = conninfo_}, "/test", make_publisher());
        relay.start();
        return relay;
    }
    Consumer& start_consumer(Handler handler) {
        auto& consumer =
            consumers_.emplace_back(io_, ConsumerOptions{.name = name_, .conninfo = conninfo_},
                                    std::make_unique<BrokerSource>(io_, make_subscriber()), std::move(handler));
        consumer.start();
        return consumer;
    }
    void publish(std::int64_t first, std::int64_t last) { run(io_, session_.query(kPublishOfOne, first, last)); }
    Numbers handled() { return run(io_, session_.query(kListHandled))[0].get<Numbers>(0); }
    void wait_for(std::size_t count) {
        run_until(io_, [&] { return handled().size() >= count; });
    }
    std::vector<DeadLetter> dead_letters() { return run(io_, list_dead_letters(database_, 100)); }

    std::string name_ = new_name();
    asio::io_context io_;
    std::string conninfo_ = integration::create_migrated_database();
    Session session_{io_, {.conninfo = conninfo_}};
    postgres::Client database_{io_, {.conninfo = conninfo_, .connections = 1}};
    std::deque<Relay> relays_;
    std::deque<Consumer> consumers_;
};

INSTANTIATE_TEST_SUITE_P(To, Transport, testing::Values("rabbitmq", "rabbitmqByTls", "kafka"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST_P(Transport, DeliversEveryEventInOrder) {
    publish(1, 700);
    auto& relay = start_relay();
    auto& consumer = start_consumer(&keep_new);
    wait_for(700);
    publish(701, 710);
    wait_for(710);
    EXPECT_EQ(handled(), count_to(710));
    EXPECT_EQ(relay.stats().confirmed.value(), 710U);
    EXPECT_EQ(consumer.stats().dead_letters.value(), 0U);
}

TEST_P(Transport, RedeliversUnacknowledgedEvents) {
    publish(1, 20);
    start_relay();
    auto calls = std::make_shared<int>(0);
    start_consumer([calls](Session& session, std::span<const Event> events) -> Awaitable<> {
        ++*calls;
        session.close();  // like a crash
        return keep_new(session, events);
    });
    run_until(io_, [&] { return *calls >= 2; });
    consumers_.clear();
    EXPECT_THAT(handled(), IsEmpty());
    auto& consumer = start_consumer(&keep_new);
    wait_for(20);
    EXPECT_EQ(handled(), count_to(20));
    if (is_rabbitmq()) EXPECT_GT(consumer.stats().redelivered.value(), 0U);
}

TEST_P(Transport, ARelayThatCrashesBeforeSavingItsPositionLosesNothing) {
    publish(1, 30);
    start_consumer(&keep_new);
    start_relay();
    wait_for(30);
    stop();
    run(io_, session_.execute("UPDATE consumer_positions SET xid = '0', id = 0"));
    publish(31, 40);
    start_relay();
    start_consumer(&keep_new);
    wait_for(40);
    EXPECT_EQ(handled(), count_to(40));
}

TEST_P(Transport, MovesAPoisonousEventToDeadLettersAndRetriesIt) {
    publish(1, 50);
    start_relay();
    start_consumer([](Session& session, std::span<const Event> events) -> Awaitable<> {
        if (std::ranges::count(numbers_of(events), 42) != 0) throw std::runtime_error("not this one");
        return keep_new(session, events);
    });
    wait_for(49);
    run_until(io_, [&] { return dead_letters().size() == 1; });
    EXPECT_EQ(dead_letters()[0].error, "not this one");
    consumers_.clear();
    start_consumer(&keep_new);
    EXPECT_EQ(run(io_, retry_dead_letters(database_, std::nullopt)), 1);
    wait_for(50);
    EXPECT_EQ(handled().back(), 42);
    EXPECT_THAT(dead_letters(), IsEmpty());
}

TEST_P(Transport, MovesInvalidEventsToDeadLetters) {
    auto publisher = make_publisher();
    if (is_rabbitmq()) make_subscriber()->connect();  // declares the queue
    publisher->connect();
    publisher->publish({{.key = "x", .type = "x", .id = "x", .body = "what is this?"}});
    start_relay();
    start_consumer(&keep_new);
    publish(1, 3);
    wait_for(3);
    run_until(io_, [&] { return dead_letters().size() == 1; });
    EXPECT_EQ(dead_letters()[0].type, "unreadable");
    EXPECT_THAT(dead_letters()[0].error, HasSubstr("no JSON object"));
}

class Rabbitmq : public Transport {};
INSTANTIATE_TEST_SUITE_P(To, Rabbitmq, testing::Values("rabbitmq"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST_P(Rabbitmq, GivesUpOnAMessageThatRepeatedlyKillsItsConsumer) {
    publish(1, 1);
    start_relay();
    std::size_t deliveries = 0;
    for (int i = 0; i <= rabbitmq::kDeliveryLimit; ++i) {
        auto subscriber = make_subscriber();
        subscriber->connect();
        std::vector<Received> messages;
        run_until(io_, [&] { return !(messages = subscriber->receive(10, Milliseconds(100))).empty(); });
        ++deliveries;
    }
    EXPECT_EQ(deliveries, rabbitmq::kDeliveryLimit + 1U);
    publish(2, 2);
    start_consumer(&keep_new);
    run_until(io_, [&] { return dead_letters().size() == 1; });
    EXPECT_THAT(dead_letters()[0].error, HasSubstr("too often"));
    wait_for(1);
    EXPECT_THAT(handled(), ElementsAre(2));
}

TEST_P(Rabbitmq, AnUnroutableMessageIsAFaultAndNotLost) {
    auto publisher = make_publisher();
    publisher->connect();
    rabbitmq::Connection connection(rabbitmq_options(name_));
    connection.open(1, Seconds(0));
    const std::vector<Message> messages{{.key = "x", .type = "x", .id = "x", .body = "{}"}};
    publisher->publish(messages);
    // Queues of other tests are bound as well, so the exchange must be deleted.
    amqp_exchange_delete(connection.native(), 1, amqp_cstring_bytes(rabbitmq::kExchange), 0);
    connection.require_reply("delete the exchange");
    EXPECT_THROW(publisher->publish(messages), Unavailable);
    amqp_exchange_declare(connection.native(), 1, amqp_cstring_bytes(rabbitmq::kExchange), amqp_cstring_bytes("topic"),
                          0, 1, 0, 0, amqp_empty_table);
    connection.require_reply("declare the exchange");
    EXPECT_THROW(publisher->publish(messages), Unavailable) << "not connected";
    publisher->connect();
    publisher->publish(messages);
}

TEST(RabbitmqTransportWithTls, RejectsUntrustedServers) {
    auto connect = [](const std::string& url) {
        rabbitmq::Connection connection(rabbitmq_options(new_name(), url));
        connection.open(1, Seconds(0));
    };
    EXPECT_NO_THROW(connect(secure_url()));
    const TemporaryDirectory directory;
    const auto other = directory.path() / "other.pem";
    integration::make_certificate({.certificate = other, .key = directory.path() / "key.pem"}, "Somebody else");
    EXPECT_THROW(connect(RabbitmqServer::shared().secure_url(other)), Unavailable);
    const auto system = secure_url().substr(0, secure_url().find('?'));
    EXPECT_THROW(connect(system), Unavailable) << "not trusted by the system's authorities either";
    EXPECT_THROW(connect(RabbitmqServer::shared().secure_url("/none")), Unavailable);
    auto other_host = secure_url();
    other_host.replace(other_host.find("localhost"), 9, "127.0.0.2");
    EXPECT_THROW(connect(other_host), Unavailable) << "nor is a host that the certificate does not name";
}

}  // namespace
}  // namespace mindspace::events
