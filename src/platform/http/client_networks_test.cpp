#include "platform/http/client_networks.h"

#include <gtest/gtest.h>

#include <vector>

namespace mindspace::http {
namespace {

TEST(ClientNetworks, RefusesOneConnectionMoreThanANetworkMayHave) {
    ClientNetworks networks({.connections = 2, .unread_bytes = 100});
    std::vector<ClientNetworks::Place> places;
    for (int i = 0; i < 2; ++i) places.push_back(networks.take("192.0.2.1").value());
    EXPECT_FALSE(networks.take("192.0.2.1"));
    EXPECT_TRUE(networks.take("192.0.2.2")) << "others have their own";
    places.pop_back();
    EXPECT_TRUE(networks.take("192.0.2.1"));
}

TEST(ClientNetworks, ForgetsANetworkWithItsLastConnection) {
    ClientNetworks networks({.connections = 2, .unread_bytes = 100});
    {
        auto first = networks.take("192.0.2.1");
        auto second = networks.take("192.0.2.1");
        ClientNetworks::Place moved = std::move(*first);
        EXPECT_EQ(networks.size(), 1U);
    }
    EXPECT_EQ(networks.size(), 0U);
}

TEST(ClientNetworks, CountsWhatAllConnectionsOfANetworkHaveNotRead) {
    ClientNetworks networks({.connections = 2, .unread_bytes = 100});
    auto first = networks.take("192.0.2.1").value();
    auto second = networks.take("192.0.2.1").value();
    {
        auto unread = first.hold(60);
        EXPECT_TRUE(unread);
        EXPECT_TRUE(second.hold(40));
        EXPECT_FALSE(second.hold(41));
    }
    EXPECT_TRUE(second.hold(100));
}

TEST(ClientNetworks, DoesNotCountAProxy) {
    ClientNetworks::Place proxy;
    EXPECT_TRUE(proxy.hold(1'000'000'000));
}

}  // namespace
}  // namespace mindspace::http
