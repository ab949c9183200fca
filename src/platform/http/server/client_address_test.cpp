#include "platform/http/server/client_address.h"

#include <gtest/gtest.h>

namespace mindspace::http {
namespace {

const std::vector<std::string> kProxies{"10.0.0.0/8", "2001:db8:aaaa::/48", "127.0.0.1"};

ProxyTrust trust(ForwardedField field = ForwardedField::x_forwarded_for) {
    return ProxyTrust::make(kProxies, field).value();
}

std::string client_of(std::string_view peer, std::vector<Header> fields,
                      ForwardedField field = ForwardedField::x_forwarded_for) {
    RequestHead head;
    head.headers = std::move(fields);
    return trust(field).client_of(asio::ip::make_address(std::string(peer)), head);
}

TEST(ClientAddress, OfADualStackSocketIsTheIpv4Address) {
    auto of = [](const char* text) { return unmapped(asio::ip::make_address(text)).to_string(); };
    EXPECT_EQ(of("::ffff:192.0.2.9"), "192.0.2.9");
    EXPECT_EQ(of("2001:db8::1"), "2001:db8::1");
    EXPECT_EQ(of("192.0.2.9"), "192.0.2.9");
}

TEST(ClientAddress, IgnoresFieldsOfUntrustedPeers) {
    EXPECT_EQ(client_of("192.0.2.9", {{"X-Forwarded-For", "203.0.113.1"}}), "192.0.2.9");
}

TEST(ClientAddress, IsTheRightmostHopThatIsNotAProxy) {
    EXPECT_EQ(client_of("10.1.2.3", {{"X-Forwarded-For", "6.6.6.6, 203.0.113.1, 10.9.9.9"}}), "203.0.113.1");
    EXPECT_EQ(client_of("10.1.2.3", {{"X-Forwarded-For", "6.6.6.6"}, {"x-forwarded-for", "203.0.113.1"}}),
              "203.0.113.1")
        << "several fields are one list";
    EXPECT_EQ(client_of("127.0.0.1", {{"X-Forwarded-For", "203.0.113.1,10.9.9.9,"}}), "203.0.113.1");
}

TEST(ClientAddress, IsTheProxyItselfWithoutAnotherHop) {
    EXPECT_EQ(client_of("10.1.2.3", {}), "10.1.2.3");
    EXPECT_EQ(client_of("10.1.2.3", {{"X-Forwarded-For", "10.0.0.1, 10.0.0.2"}}), "10.0.0.1");
}

TEST(ClientAddress, StopsAtAnInvalidAddress) {
    EXPECT_EQ(client_of("10.1.2.3", {{"X-Forwarded-For", "203.0.113.1, unknown, 10.0.0.7"}}), "10.0.0.7");
    EXPECT_EQ(client_of("10.1.2.3", {{"X-Forwarded-For", "1.2.3.4.5"}}), "10.1.2.3");
}

TEST(ClientAddress, ReadsPortsAndIpv6) {
    EXPECT_EQ(client_of("2001:db8:aaaa::1", {{"X-Forwarded-For", "203.0.113.1:4711"}}), "203.0.113.1");
    EXPECT_EQ(client_of("::ffff:10.0.0.1", {{"X-Forwarded-For", "[2001:db8::7]:443"}}), "2001:db8::7");
    EXPECT_EQ(client_of("2001:db8:aaab::1", {{"X-Forwarded-For", "203.0.113.1"}}), "2001:db8:aaab::1");
    EXPECT_EQ(client_of("10.0.0.1", {{"X-Forwarded-For", "::ffff:203.0.113.5"}}), "203.0.113.5");
}

TEST(ClientAddress, ReadsForwardedOnlyWhenThatIsTheProxiesField) {
    std::vector<Header> fields{{"Forwarded", "for=\"[2001:db8::7]:1\";proto=https, for=203.0.113.1;by=10.0.0.1"},
                               {"X-Forwarded-For", "6.6.6.6"}};
    EXPECT_EQ(client_of("10.0.0.1", fields, ForwardedField::forwarded), "203.0.113.1");
    EXPECT_EQ(client_of("10.0.0.1", fields), "6.6.6.6");
    EXPECT_EQ(client_of("10.0.0.1", {{"Forwarded", "proto=http;For=\"[2001:db8::7]\""}}, ForwardedField::forwarded),
              "2001:db8::7");
    EXPECT_EQ(client_of("10.0.0.1", {{"Forwarded", "for=_hidden"}}, ForwardedField::forwarded), "10.0.0.1");
}

TEST(ClientAddress, RefusesInvalidNetworks) {
    for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/x", "10.0.0/8", "::/129", "localhost"})
        EXPECT_FALSE(ProxyTrust::make({text}, ForwardedField::forwarded)) << text;
}

TEST(ClientNetwork, IsTheAddressOrTheIpv6Prefix) {
    EXPECT_EQ(network_of("203.0.113.5"), "203.0.113.5");
    EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(network_of("2001:db8:1:2::7"), "2001:db8:1:2::/64");
    EXPECT_NE(network_of("2001:db8:1:3::7"), "2001:db8:1:2::/64");
    EXPECT_EQ(network_of("not an address"), "not an address");
}

}  // namespace
}  // namespace mindspace::http
