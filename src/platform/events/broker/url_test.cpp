#include "platform/events/broker/url.h"

#include <gtest/gtest.h>

namespace mindspace::events {
namespace {

const BrokerScheme kScheme{.name = "amqp", .port = 5672, .encrypted_port = 5671, .parameters = {"ca"}};

TEST(BrokerUrl, HasEverythingThatTheProgramNeeds) {
    auto url = parse_broker_url("amqps://me:p%40ss@one,two:99/a%2Fb?ca=/x/ca.pem", kScheme);
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->is_encrypted);
    EXPECT_EQ(url->user, "me");
    EXPECT_EQ(url->password, "p@ss");
    EXPECT_EQ(url->addresses, (std::vector<BrokerAddress>{{"one", 5671}, {"two", 99}}));
    EXPECT_EQ(url->path, "a/b");
    EXPECT_EQ(url->query.at("ca"), "/x/ca.pem");
}

TEST(BrokerUrl, NeedsNoMoreThanAHost) {
    auto url = parse_broker_url("amqp://[::1]", kScheme);
    ASSERT_TRUE(url);
    EXPECT_FALSE(url->is_encrypted);
    EXPECT_EQ(url->addresses, (std::vector<BrokerAddress>{{"::1", 5672}}));
    EXPECT_EQ(url->path, "");
}

TEST(BrokerUrl, IsRefusedWithoutBeingQuoted) {
    for (const auto* text :
         {"", "amqp", "amqp://", "amqp:/host", "kafka://host", "amqp://host:0", "amqp://host:99999", "amqp://a,,b",
          "amqp://secret@", "amqp://host?other=1", "amqp://host?ca=", "amqp://host#x", "amqp://a b"}) {
        auto url = parse_broker_url(text, kScheme);
        ASSERT_FALSE(url) << text;
        EXPECT_FALSE(url.error().detail.contains("secret"));
    }
}

}  // namespace
}  // namespace mindspace::events
