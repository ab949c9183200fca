// Changes of a group over REST reach the sockets of its room.

#include "support/live/listener.h"
#include "support/program/metrics.h"

namespace mindspace::integration {
namespace {

TEST(LiveGroup, AnnouncesAChangeOfTheGroup) {
    auto host = register_person();
    auto guest = register_person();
    const auto group = create_group(host, {{"title", "Lake"}});
    Listener listener(join(guest, group));
    ASSERT_TRUE(is(host.client.patch(group_path(group), {{"title", "Mountain"}, {"maxParticipants", 2}}), 200));
    const auto changed = listener.next("group");
    EXPECT_EQ(changed.at("group").at("title"), "Mountain");
    EXPECT_EQ(changed.at("group").at("participantCount"), 1);
    EXPECT_TRUE(changed.at("version").is_int64());

    join(host, group);
    listener.next("join");
    auto third = register_person();
    auto socket = open_socket(third, group);
    socket.send({{"type", "hello"}});
    EXPECT_EQ(socket.close_code(), 4409) << "the room has the new limit";
}

TEST(LiveGroup, AnnouncesNewNames) {
    auto host = register_person();
    auto guest = register_person();
    const auto group = create_group(host);
    Listener hosts(join(host, group));
    Listener listener(join(guest, group));
    hosts.next("join");
    ASSERT_TRUE(is(guest.client.patch("/api/v1/users/me", {{"displayName", "Grace"}}), 200));
    const auto presence = hosts.next("presence");
    EXPECT_EQ(presence.at("joined").at(0).at("displayName"), "Grace");
    EXPECT_EQ(presence.at("participantCount"), 2);
    listener.next("presence");
    ASSERT_TRUE(is(host.client.patch("/api/v1/users/me", {{"displayName", "Charles"}}), 200));
    json::object changed;
    while (text_of(changed = listener.next(scaled(3s)), "type") != "group") {
    }
    EXPECT_EQ(changed.at("group").at("host").at("displayName"), "Charles");
    auto third = register_person();
    const auto welcome = join(third, group).welcome;
    EXPECT_EQ(welcome.at("participants").at(0).at("displayName"), "Charles");
    EXPECT_EQ(welcome.at("participants").at(1).at("displayName"), "Grace");
}

TEST(LiveGroup, ClosesTheRoomOfACancelledGroup) {
    auto host = register_person();
    auto guest = register_person();
    const auto group = create_group(host);
    Listener listener(join(guest, group));
    ASSERT_TRUE(is(host.client.del(group_path(group)), 204));
    const auto end = listener.next("end");
    EXPECT_EQ(end.at("reason"), "host");
    EXPECT_TRUE(end.at("endedAt").is_number());
    EXPECT_EQ(listener.socket().close_code(scaled(10s)), kGroupEnded);
    EXPECT_EQ(host.client.get(group_path(group)).text("/state"), "cancelled");
}

TEST(LiveGroup, EndsARunningGroupThatIsDeleted) {
    auto host = register_person();
    auto guest = register_person();
    const auto group = create_group(host);
    Listener hosts(join(host, group));
    Listener listener(join(guest, group));
    hosts.next("join");
    hosts.socket().send({{"type", "start"}});
    const auto port = Program::shared().management_port("meditation");
    const std::string starts = R"(mindspace_room_bell_lag_seconds_count{bell="start"})";
    listener.next("start");
    hosts.next("start");
    EXPECT_GE(metric(port, starts), 1);
    EXPECT_TRUE(is_problem(host.client.patch(group_path(group), {{"plannedSeconds", 60}}), 409, "group_started"));
    EXPECT_TRUE(is_problem(guest.client.del(group_path(group)), 403, "forbidden"));
    ASSERT_TRUE(is(host.client.del(group_path(group)), 204));
    const auto end = listener.next("end");
    EXPECT_EQ(end.at("reason"), "host");
    EXPECT_EQ(hosts.next("end"), end);
    EXPECT_EQ(host.client.get(group_path(group)).text("/state"), "ended");
    EXPECT_TRUE(is_problem(host.client.del(group_path(group)), 409, "group_ended"));
    auto late = open_socket(guest, group);
    late.send({{"type", "hello"}});
    EXPECT_EQ(late.close_code(), kGroupEnded);
}

}  // namespace
}  // namespace mindspace::integration
