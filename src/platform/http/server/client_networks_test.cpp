#include "platform/http/server/client_networks.h"

#include <gtest/gtest.h>

#include <vector>

namespace mindspace::http {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;
using Bound = ClientNetworks::Bound;

class ClientNetworksTest : public testing::Test {
protected:
    telemetry::Gauge unread_;
    ClientNetworks networks_{
        {.connections = 2, .unread_bytes = 10 * kMiB, .total_connections = 100, .total_unread_bytes = 20 * kMiB},
        unread_};
};

TEST_F(ClientNetworksTest, RefusesOneConnectionMoreThanANetworkMayHave) {
    std::vector<ClientNetworks::Slot> slots;
    for (int i = 0; i < 2; ++i) slots.push_back(networks_.take("192.0.2.1", 1).value());
    EXPECT_FALSE(networks_.take("192.0.2.1", 1));
    EXPECT_TRUE(networks_.take("192.0.2.2", 1)) << "others have their own";
    slots.pop_back();
    EXPECT_TRUE(networks_.take("192.0.2.1", 1));
}

TEST(ClientNetworks, ReserveTheLastQuarterOfConnectionsForNetworksWithFew) {
    telemetry::Gauge unread;
    ClientNetworks networks({.connections = 80, .unread_bytes = 0, .total_connections = 100, .total_unread_bytes = 0},
                            unread);
    std::vector<ClientNetworks::Slot> slots;
    std::size_t open = 1;
    while (auto slot = networks.take("192.0.2.1", open)) {
        slots.push_back(std::move(*slot));
        ++open;
    }
    EXPECT_EQ(slots.size(), 75U) << "less than the 80 of a network";
    while (auto slot = networks.take("192.0.2.2", open)) {
        slots.push_back(std::move(*slot));
        ++open;
    }
    EXPECT_EQ(slots.size(), 75U + ClientNetworks::kFewConnections);
}

TEST_F(ClientNetworksTest, RemovesANetworkWithItsLastConnection) {
    {
        auto first = networks_.take("192.0.2.1", 1);
        auto second = networks_.take("192.0.2.1", 2);
        ClientNetworks::Slot moved = std::move(*first);
        EXPECT_EQ(networks_.size(), 1U);
    }
    EXPECT_EQ(networks_.size(), 0U);
}

TEST_F(ClientNetworksTest, CountsUnreadBytesOfAllConnectionsOfANetwork) {
    auto first = networks_.take("192.0.2.1", 1).value();
    auto second = networks_.take("192.0.2.1", 2).value();
    {
        auto held = first.count_unread(6 * kMiB);
        EXPECT_TRUE(held);
        EXPECT_TRUE(second.count_unread(4 * kMiB));
        EXPECT_EQ(second.count_unread(4 * kMiB + 1).error(), Bound::network);
        EXPECT_EQ(unread_.value(), static_cast<std::int64_t>(6 * kMiB));
    }
    EXPECT_EQ(unread_.value(), 0);
    EXPECT_TRUE(second.count_unread(10 * kMiB));
}

TEST_F(ClientNetworksTest, ReservesTheLastQuarterOfUnreadBytesForNetworksWithFew) {
    auto first = networks_.take("192.0.2.1", 1).value();
    auto second = networks_.take("192.0.2.2", 2).value();
    auto third = networks_.take("192.0.2.3", 3).value();
    const auto held = first.count_unread(9 * kMiB);
    const auto more = second.count_unread(6 * kMiB);
    ASSERT_TRUE(held && more);
    EXPECT_EQ(second.count_unread(kMiB).error(), Bound::total) << "it has much";
    EXPECT_TRUE(third.count_unread(kMiB));
    EXPECT_EQ(third.count_unread(kMiB + 1).error(), Bound::total);
}

TEST_F(ClientNetworksTest, RefusesMoreUnreadBytesThanTheTotal) {
    std::vector<ClientNetworks::Slot> slots;
    std::vector<ClientNetworks::UnreadBytes> held;
    for (int i = 0; i < 20; ++i) {
        slots.push_back(networks_.take("192.0.2." + std::to_string(i), 1).value());
        held.push_back(slots.back().count_unread(kMiB).value());
    }
    auto late = networks_.take("198.51.100.1", 1).value();
    EXPECT_EQ(late.count_unread(kMiB / 2).error(), Bound::total);
    EXPECT_TRUE(late.count_unread(ClientNetworks::kSmallResponse)) << "a small one is granted to everyone";
}

TEST_F(ClientNetworksTest, CountsAProxyInTotalOnly) {
    ClientNetworks::Slot proxy(networks_);
    EXPECT_TRUE(proxy.count_unread(15 * kMiB));
    EXPECT_EQ(proxy.count_unread(15 * kMiB + 1).error(), Bound::total) << "the reserve is not its";
}

}  // namespace
}  // namespace mindspace::http
