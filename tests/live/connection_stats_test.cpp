// What the management listener reports about the sockets of all nodes.

#include "support/live/client.h"
#include "support/network/raw_connection.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

std::string get(const char* path) {
    RawConnection connection(Program::shared().management_port("meditation"));
    connection.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return connection.receive_all();
}

TEST(ConnectionStats, ShowsTheSocketsOfARoomAndItsNode) {
    auto person = register_person();
    const auto group = create_group(person);
    const auto room = R"({"groupId":")" + group + R"(","connections":2})";
    {
        const auto joined = join(person, group);
        const auto other_device = join(person, group);
        EXPECT_TRUE(eventually([&] { return get("/connections").contains(room); }));
        EXPECT_TRUE(eventually([&] { return !get("/metrics").contains("mindspace_cluster_room_connections 0"); }));
        EXPECT_TRUE(eventually([] {
            const auto now = Client(Program::shared()).get("/api/v1/analytics/now").at("/connections");
            return now.is_int64() && now.as_int64() >= 2;
        }));
    }
    EXPECT_TRUE(eventually([&] { return !get("/connections").contains(group); }));
}

TEST(ConnectionStats, IsNotPublic) {
    EXPECT_TRUE(is(Client(Program::shared()).get("/connections"), 404));
}

}  // namespace
}  // namespace mindspace::integration
