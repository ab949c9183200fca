// Clients that ask and do not read, and clients that open more connections than they need.

#include "abuse/honest_reader.h"
#include "integration/metrics.h"
#include "platform/http/test_peer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <regex>
#include <vector>

namespace mindspace::integration {
namespace {

using http::PlainClient;
using Clients = std::vector<std::unique_ptr<PlainClient>>;

constexpr int kSlowReaders = 300;

// Of the largest file that anyone may ask for, as the page names it.
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
                       metric(port, "mindspace_http_unread_refused_total ") ==
                   kSlowReaders;
        });
    });
    expect_unharmed("300 clients ask for 1.7 MB each and do not read",
                    are_ended ? "all were ended" : "some are still there", quiet, during);
    EXPECT_TRUE(are_ended);
}

TEST(AbuseSlowReaders, AreEndedByTheirProgressAndNotByTheSizeOfTheResponse) {
    Program program;
    PlainClient client(program.port());
    client.send("GET " + largest_asset(program) + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
    EXPECT_GT(client.receive_all().size(), 1'000'000U) << "one that reads gets all of it";
}

TEST(AbuseConnections, OfOneNetworkLeaveRoomForOthers) {
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
    EXPECT_THAT(refusal, testing::HasSubstr("Retry-After"));
    clients.clear();
    EXPECT_TRUE(eventually([&] {
        return http::ask(program.port(), "GET /livez HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 200 ");
    }));
}

}  // namespace
}  // namespace mindspace::integration
