// Sockets of a room that flood the server with useless frames.

#include "abuse/honest_reader.h"
#include "support/http/peer.h"
#include "support/live/client.h"
#include "support/program/metrics.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace mindspace::integration {
namespace {

using http::PlainClient;

constexpr int kSockets = 20;
constexpr int kPings = 20'000;  // per socket
constexpr int kPingsAtOnce = 100;

// A ping from a client, masked with zeros.
std::string ping() {
    return std::string("\x89\xFD\0\0\0\0", 6) + std::string(125, 'p');
}

TEST(AbuseSockets, ThatFloodPingsWithoutReadingAreClosed) {
    Program program({{"MINDSPACE_RATE_LIMIT_SCALE", "20"},  // 2,400 frames in 10 s
                     {"MINDSPACE_GROUPS_SOCKETS_PER_USER", std::to_string(kSockets)}});
    auto reader = register_person(program);
    const auto group = create_group(reader);
    const auto opening = "GET " + group_path(group, "/live") +
                         " HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         "Authorization: Bearer " +
                         reader.client.access_token() + "\r\n\r\n";
    const auto quiet = observe_quiet(reader);
    const auto during = observe(reader, [&] {
        std::vector<std::unique_ptr<PlainClient>> clients;
        for (int i = 0; i < kSockets; ++i) {
            clients.push_back(std::make_unique<PlainClient>(program.port()));
            clients.back()->send(opening);
            clients.back()->receive_until("\r\n\r\n");
        }
        std::string pings;
        for (int i = 0; i < kPingsAtOnce; ++i) pings += ping();
        for (int i = 0; i < kPings; i += kPingsAtOnce)
            for (auto& client : clients) client->send(pings);
        EXPECT_TRUE(eventually([&] {
            return metric(program.management_port("meditation"),
                          "mindspace_websockets_closed_total{reason=\"flooding\"}") == kSockets;
        }));
    });
    expect_unharmed("20 sockets send 20,000 pings each and do not read", "each was closed after 2,400 frames", quiet,
                    during);
}

}  // namespace
}  // namespace mindspace::integration
