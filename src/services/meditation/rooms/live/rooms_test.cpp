// A room whose sockets are on two nodes.

#include "support/meditation/live_node.h"

#include <algorithm>
#include <csignal>

namespace mindspace::meditation {
namespace {

using postgres::Statement;

constexpr Statement kSeconds{"test_live_seconds", R"(
    SELECT duration_seconds FROM meditation_sessions WHERE group_id = $1 AND user_id = $2)"};
constexpr Statement kBackdate{"test_live_backdate", R"(
    UPDATE groups SET started_at = started_at - make_interval(secs => $2),
                      ends_at = ends_at - make_interval(secs => $2) WHERE group_id = $1)"};
constexpr Statement kBackdateAttendance{"test_live_backdate_attendance", R"(
    UPDATE group_attendance
    SET present = present + tstzmultirange(tstzrange(lower(present) - make_interval(secs => $2), upper(present)))
    WHERE group_id = $1)"};
constexpr Statement kIsAttended{"test_live_is_attended", "SELECT count(*) FROM group_attendance WHERE group_id = $1"};

using LiveRoomsTest = LiveTest;

TEST_F(LiveRoomsTest, TwoNodesShareOneRoom) {
    auto& host = join(first_, host_);
    auto welcome = host.next("welcome");
    EXPECT_EQ(welcome.at("participantCount").as_int64(), 1);
    EXPECT_FALSE(welcome.at("resumed").as_bool());
    auto& guest = join(second_, guest_);
    EXPECT_EQ(guest.next("welcome").at("participants").as_array().size(), 2U);
    auto joined = host.next("join");
    EXPECT_EQ(joined.at("participant").at("displayName").as_string(), "guest");
    EXPECT_EQ(joined.at("participantCount").as_int64(), 2);

    guest.send(R"({"type":"reaction","kind":"heart","ref":"r1"})");
    auto reaction = host.next("reaction");
    EXPECT_EQ(reaction.at("ref").as_string(), "r1");
    EXPECT_EQ(guest.next("reaction"), reaction);

    auto& third = join(first_, database_.add_user("third"));
    EXPECT_EQ(third.close_code(), 4409U);

    guest.send(R"({"type":"leave"})");
    EXPECT_EQ(guest.close_code(), 1000U);
    auto left = host.next("leave");
    EXPECT_EQ(left.at("reason").as_string(), "left");
    EXPECT_EQ(left.at("seq").as_int64(), reaction.at("seq").as_int64() + 1);

    auto resume = R"({"type":"hello","resume":{"epoch":")" + std::string(reaction.at("epoch").as_string()) +
                  R"(","seq":)" + std::to_string(reaction.at("seq").as_int64()) + "}}";
    auto& back = join(second_, guest_, resume);
    EXPECT_TRUE(back.next("welcome").at("resumed").as_bool());
    EXPECT_EQ(back.next("leave"), left);
    EXPECT_EQ(back.next("join").at("seq").as_int64(), left.at("seq").as_int64() + 1);
}

TEST_F(LiveRoomsTest, ReactionsThatWaitAreOrderedTogetherAndStayInOrder) {
    auto& host = join(first_, host_);
    host.next("welcome");
    auto& guest = join(first_, guest_);
    guest.next("welcome");
    host.next("join");
    server_.signal(SIGSTOP);
    for (int i = 0; i < 10; ++i)
        (i % 2 == 0 ? host : guest).send(R"({"type":"reaction","kind":"heart","ref":")" + std::to_string(i) + "\"}");
    for (auto* client : {&host, &guest}) {  // their reactions have arrived
        client->send(R"({"type":"time","t0":1})");
        client->next("time");
    }
    server_.signal(SIGCONT);
    std::int64_t most_at_once = 0;
    postgres::run_until(io_, [&] {
        most_at_once = std::max(most_at_once, first_.redis.stats().pending.value());
        return host.count("reaction") == 10 && guest.count("reaction") == 10;
    });
    EXPECT_GE(most_at_once, 9) << "all that waited for the first one";
    std::string order;
    std::string order_of_guest;
    for (int i = 0; i < 10; ++i) {
        order += host.next("reaction").at("ref").as_string();
        order_of_guest += guest.next("reaction").at("ref").as_string();
    }
    EXPECT_EQ(order, order_of_guest);
    std::string of_host;
    std::string of_guest;
    for (const char ref : order) ((ref - '0') % 2 == 0 ? of_host : of_guest) += ref;
    EXPECT_EQ(of_host, "02468");
    EXPECT_EQ(of_guest, "13579");
}

TEST_F(LiveRoomsTest, OneSocketTooManyClosesTheOldestOnAnyNode) {
    std::vector<LiveTestClient*> sockets;
    for (int i = 0; i < 10; ++i) {
        sockets.push_back(&join(first_, host_));
        sockets.back()->next("welcome");
    }
    join(second_, guest_).next("welcome");
    join(second_, host_).next("welcome");
    EXPECT_EQ(sockets[0]->close_code(), 4429U);
    EXPECT_EQ(first_.rooms.metrics().sockets_displaced.value(), 1U);
    EXPECT_EQ(sockets[1]->count("leave"), 0U) << "the host is there";

    // Without Redis each node counts for itself.
    server_.signal(SIGKILL);
    postgres::run_until(io_, [this] { return !first_.redis.is_up(); });
    EXPECT_EQ(add_client(first_).open(live(), token(host_)), 101U);
    EXPECT_EQ(add_client(first_).open(live(), token(host_)), 101U);
    EXPECT_EQ(sockets[1]->close_code(), 4429U);
    EXPECT_EQ(first_.rooms.metrics().sockets_displaced.value(), 2U);
}

TEST_F(LiveRoomsTest, TimeRequestsAreServedWithoutRedis) {
    auto& host = join(first_, host_);
    host.next("welcome");
    server_.signal(SIGKILL);
    postgres::run_until(io_, [this] { return !first_.redis.is_up(); });
    host.send(R"({"type":"time","t0":1.5})");
    auto time = host.next("time");
    EXPECT_EQ(time.at("t0").as_double(), 1.5);
    EXPECT_GE(time.at("t2").as_double(), time.at("t1").as_double());
    host.send(R"({"type":"reaction","kind":"bow"})");
    EXPECT_EQ(host.next("error").at("code").as_string(), "unavailable");
    server_.start();
    postgres::run_until(io_, [this] { return first_.is_up() && second_.is_up(); });
    host.send(R"({"type":"reaction","kind":"bow"})");
    host.next("reaction");
    postgres::run_until(io_,
                        [this] { return postgres::run(io_, first_.service.find(group_))->participant_count == 1; });
    auto& guest = join(second_, guest_);
    EXPECT_EQ(guest.next("welcome").at("participantCount").as_int64(), 2);
}

TEST_F(LiveRoomsTest, AGroupEndsAutomaticallyAndEachParticipantGetsASession) {
    auto& host = join(first_, host_);
    auto& guest = join(second_, guest_);
    host.next("welcome");
    guest.next("welcome");
    host.send(R"({"type":"start"})");
    auto start = guest.next("start");
    EXPECT_EQ(start.at("endsAt").to_number<double>() - start.at("startsAt").to_number<double>(), 60'000.0);
    EXPECT_EQ(start.at("bells").as_array().size(), 3U);
    postgres::run_until(io_, [this] { return database_.query(kIsAttended, group_)[0].get<std::int64_t>(0) == 2; });
    // A minute passes.
    database_.query(kBackdate, group_, 60.0);
    database_.query(kBackdateAttendance, group_, 60.0);
    EXPECT_EQ(host.next("end").at("reason").as_string(), "completed");
    guest.next("end");
    for (auto user : {host_, guest_}) {
        auto seconds = database_.query(kSeconds, group_, user);
        ASSERT_EQ(seconds.size(), 1U);
        EXPECT_EQ(seconds[0].get<std::int32_t>(0), 60);
    }
    EXPECT_EQ(host.count("end") + guest.count("end"), 0U) << "the end came twice";
    EXPECT_EQ(join(first_, guest_).close_code(), 4410U);
}

}  // namespace
}  // namespace mindspace::meditation
