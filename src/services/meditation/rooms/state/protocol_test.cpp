#include "services/meditation/rooms/state/protocol.h"

#include "services/meditation/rooms/state/messages.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mindspace::meditation {
namespace {

bool tells(const std::vector<http::SocketMessage>& messages, std::string_view name) {
    return std::ranges::any_of(messages, [&](const auto& message) { return message.name == name; });
}

TEST(RoomProtocol, DescribesEveryMessage) {
    const auto protocol = room_protocol();
    for (auto name : names_of(MessageType{})) EXPECT_TRUE(tells(protocol.from_client, name)) << name;
    for (auto name : names_of(EventType{})) EXPECT_TRUE(tells(protocol.from_server, name)) << name;
    for (auto name : names_of(ServerMessageType{})) EXPECT_TRUE(tells(protocol.from_server, name)) << name;
    EXPECT_EQ(protocol.from_client.size(), names_of(MessageType{}).size());
    EXPECT_EQ(protocol.from_server.size(), names_of(EventType{}).size() + names_of(ServerMessageType{}).size());
}

// The type has each member that a row names, and each member of the type is in a row.
TEST(RoomProtocol, DescribesEachMemberOfAnEvent) {
    const auto document = http::asyncapi_document(room_protocol(), {"Mind Space", "1", "Test.", "/"});
    const auto parsed = schema::parse_json(document).value();
    const auto& messages = parsed.at("components").at("messages").as_object();
    auto check = [&]<class M>(const schema::Field<RoomEvent, M>& member) {
        const bool is_there = std::ranges::any_of(messages, [&](const auto& message) {
            return message.value()
                .at("payload")
                .at("properties")
                .as_object()
                .contains({member.name.data(), member.name.size()});
        });
        EXPECT_TRUE(is_there) << member.name;
    };
    std::apply([&](const auto&... member) { (check(member), ...); }, RoomEvent::fields());
    const auto& leave = messages.at("server.leave").at("payload");
    EXPECT_EQ(leave.at("properties").as_object().size(), 6U);
    EXPECT_EQ(leave.at("required").as_array().size(), 6U);
    EXPECT_EQ(leave.at("properties").at("type").at("const"), "leave");
}

}  // namespace
}  // namespace mindspace::meditation
