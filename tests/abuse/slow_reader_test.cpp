// Clients that send requests without reading responses, and clients that open too many connections.

#include "abuse/honest_reader.h"
#include "support/http/peer.h"
#include "support/program/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>
#include <regex>
#include <vector>

namespace mindspace::integration {
namespace {

using http::PlainClient;
using Clients = std::vector<std::unique_ptr<PlainClient>>;

constexpr int kSlowReaders = 300;

// The path of the largest public file, from the page that refers to it.
std::string largest_asset(const Program& program) {
    const auto page = Client(program).get("/docs").body;
    std::smatch found;
    if (!std::regex_search(page, found, std::regex("\"(/docs/swagger-ui\\.[0-9a-f]+\\.js)\"")))
        throw std::runtime_error("the page loads no script: " + page);
    return found[1];
}

TEST(AbuseStaticPages, AreSentFromSharedMemoryToClientsThatDoNotRead) {
    Program program;
    auto reader = register_person(program);
    const auto request = "GET " + largest_asset(program) + " HTTP/1.1\r\nHost: here\r\n\r\n";
    const auto quiet = observe_quiet(reader);
    bool are_ended = false;
    const auto during = observe(reader, [&] {
        Clients clients;
        for (int i = 0; i < kSlowReaders; ++i) {
            clients.push_back(std::make_unique<PlainClient>(program.port()));
            clients.back()->send(request);
        }
        are_ended = eventually([&] {
            const auto port = program.management_port();
            return metric(port, "mindspace_http_stalled_closed_total ") +
                       metric(port, "mindspace_http_unread_refused_total{bound=\"network\"}") +
                       metric(port, "mindspace_http_unread_refused_total{bound=\"total\"}") ==
                   kSlowReaders;
        });
    });
    expect_unharmed("300 clients ask for 1.7 MB each and do not read",
                    are_ended ? "all were ended" : "some are still there", quiet, during);
    EXPECT_TRUE(are_ended);
}

TEST(AbuseSlowReaders, AreClosedForLackOfProgressNotForResponseSize) {
    Program program;
    PlainClient client(program.port());
    client.send("GET " + largest_asset(program) + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
    EXPECT_GT(client.receive_all().size(), 1'000'000U) << "a client that reads gets all of it";
}

TEST(AbuseConnections, OfOneNetworkAreLimited) {
    Program program({{"MINDSPACE_HTTP_TRUSTED_PROXIES", "192.0.2.1"},
                     {"MINDSPACE_HTTP_CORES", "1"},
                     {"MINDSPACE_HTTP_MAX_CONNECTIONS_PER_NETWORK", "50"}});
    Clients clients;
    const auto refused = [&] {
        return metric(program.management_port(), "mindspace_http_connections_refused_total{bound=\"network\"}");
    };
    while (refused() == 0 && clients.size() < 60) clients.push_back(std::make_unique<PlainClient>(program.port()));
    EXPECT_LE(clients.size(), 53U);
    const auto refusal = clients.back()->receive_all();
    EXPECT_THAT(refusal, testing::StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(refusal, testing::HasSubstr("too_many_connections"));
    EXPECT_THAT(refusal, testing::HasSubstr("\r\nRetry-After: 10\r\n"));
    EXPECT_EQ(refusal.find("Retry-After"), refusal.rfind("Retry-After")) << "once";
    clients.clear();
    EXPECT_TRUE(eventually([&] {
        return http::fetch(program.port(), "GET /livez HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 200 ");
    }));
}

TEST(AbuseConnections, AreLimitedInTotal) {
    Program program({{"MINDSPACE_HTTP_CORES", "1"}, {"MINDSPACE_HTTP_MAX_CONNECTIONS", "30"}});
    Clients clients;  // trusted proxies by their address, so no client network is counted
    const auto refused = [&] {
        return metric(program.management_port(), "mindspace_http_connections_refused_total{bound=\"total\"}");
    };
    while (refused() == 0 && clients.size() < 40) clients.push_back(std::make_unique<PlainClient>(program.port()));
    EXPECT_LE(clients.size(), 33U);
    EXPECT_EQ(clients.back()->receive_all(), "") << "closed at once";
    EXPECT_EQ(metric(program.management_port(), "mindspace_http_connections"), 31);
    clients.clear();
    EXPECT_TRUE(eventually([&] {
        return http::fetch(program.port(), "GET /livez HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 200 ");
    }));
}

TEST(AbuseConnections, LeaveAReserveForNetworksWithFewConnections) {
    Program program({{"MINDSPACE_HTTP_TRUSTED_PROXIES", "192.0.2.1"},
                     {"MINDSPACE_HTTP_CORES", "1"},
                     {"MINDSPACE_HTTP_MAX_CONNECTIONS", "80"}});
    Clients clients;
    const auto refused = [&](const std::string& bound) {
        return metric(program.management_port(), "mindspace_http_connections_refused_total{bound=\"" + bound + "\"}");
    };
    while (refused("network") == 0 && clients.size() < 90)
        clients.push_back(std::make_unique<PlainClient>(program.port()));
    EXPECT_NEAR(static_cast<double>(clients.size()), 61, 3) << "three quarters";
    boost::asio::io_context loop;
    boost::asio::ip::tcp::socket other(loop, {boost::asio::ip::make_address("127.0.0.2"), 0});
    other.connect({boost::asio::ip::address_v4::loopback(), program.port()});
    boost::asio::write(other, boost::asio::buffer(std::string_view("GET /livez HTTP/1.1\r\nHost: here\r\n\r\n")));
    std::array<char, 12> status{};
    boost::asio::read(other, boost::asio::buffer(status));
    EXPECT_EQ(std::string_view(status.data(), status.size()), "HTTP/1.1 200");
    EXPECT_EQ(refused("total"), 0);
}

}  // namespace
}  // namespace mindspace::integration
