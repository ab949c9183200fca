// Failures while a group runs, with its members on two nodes behind Nginx: a node is killed, Redis loses its data, the
// host does not come back. No member is lost or duplicated, and each gets a session.

#include "support/live/listener.h"
#include "support/load/group_clients.h"
#include "support/network/nginx.h"
#include "support/postgres/database.h"
#include "support/program/metrics.h"

#include "support/postgres/server.h"
#include "support/redis/server.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <thread>

namespace mindspace::integration {
namespace {

constexpr int kPlannedSeconds = 300;
// For a group that its host ends, when everything has happened that is to happen before, however slow this machine is.
constexpr int kHour = 3600;
// How long a participant of a dead node may remain in the room.
constexpr std::chrono::seconds kGhostLimit{30};

class CrashDuringAGroup : public testing::Test {
protected:
    struct Member {
        Person person;
        std::optional<Listener> listener;
    };

    Environment settings() {
        return {{"MINDSPACE_DATABASE_URL", conninfo_}, {"MINDSPACE_REDIS_URL", redis_.socket_path()}};
    }

    // Joins that many members, every other one on the second node; the first is the host.
    void gather(std::size_t people, json::object details = {}) {
        for (std::size_t i = 0; i < people; ++i) members_.push_back({register_person(first_), std::nullopt});
        details["plannedSeconds"] = kPlannedSeconds;
        group_ = create_group(members_[0].person, std::move(details));
        for (std::size_t i = 0; i < people; ++i) {
            members_[i].listener.emplace(join_through(nginx_.port(), members_[i].person, group_));
            for (std::size_t earlier = 0; earlier < i; ++earlier) members_[earlier].listener->next("join");
        }
        EXPECT_EQ(joined_on(first_), (people + 1) / 2);
        EXPECT_EQ(joined_on(second_), people / 2);
    }
    void start_group(std::size_t people) {
        gather(people);
        members_[0].listener->socket().send({{"type", "start"}});
        for (auto& member : members_) member.listener->next("start");
        EXPECT_TRUE(eventually([&] { return attendance() == people; }));
    }
    // Joins that many members on the first node.
    std::unique_ptr<GroupClients> join_many(std::size_t count, int planned_seconds) {
        std::vector<GroupClients::Member> people;
        for (std::size_t i = 0; i < count; ++i) {
            auto person = register_person(first_);
            people.push_back({.id = person.id, .access_token = person.client.access_token()});
            if (i == 0) members_.push_back({std::move(person), std::nullopt});
        }
        group_ = create_group(members_[0].person, {{"plannedSeconds", planned_seconds}});
        auto clients = std::make_unique<GroupClients>(std::move(people), group_, first_.port());
        EXPECT_TRUE(eventually([&] { return clients->joined() == count; }));
        return clients;
    }
    void start(GroupClients& clients) {
        const auto count = clients.joined();
        clients.start_group();
        const auto running = "SELECT 1 FROM groups WHERE state = 'running' AND group_id = '" + group_ + "'";
        EXPECT_TRUE(eventually([&] { return query(conninfo_, running).size() == 1 && attendance() == count; }));
    }
    std::size_t attendance() {
        return query(conninfo_, "SELECT 1 FROM group_attendance WHERE group_id = '" + group_ + "'").size();
    }
    static std::size_t joined_on(const Program& node) {
        return static_cast<std::size_t>(
            metric(node.management_port("meditation"), "mindspace_room_connections_joined "));
    }

    // Moves the start of the group and of present members, and the attendance of those who left, into the past.
    void skip_seconds(int seconds) {
        const auto time = "make_interval(secs => " + std::to_string(seconds) + ")";
        const auto of_group = " WHERE group_id = '" + group_ + "'";
        // The program writes these rows in another order, so both must not write at once.
        query(conninfo_,
              "LOCK TABLE group_attendance IN SHARE ROW EXCLUSIVE MODE; "
              "UPDATE group_attendance SET present = tstzmultirange(tstzrange(lower(present) - " +
                  time + ", CASE WHEN left_at >= seen_at THEN upper(present) - " + time + " ELSE upper(present) END))" +
                  of_group);
        query(conninfo_,
              "UPDATE groups SET started_at = started_at - " + time + ", ends_at = ends_at - " + time + of_group);
    }

    void move_to(const Program& node) {
        for (auto& [person, listener] : members_) person.client = Client(node, person.client.access_token());
    }
    void reconnect(Member& member) {
        member.listener->socket().close_code();  // waits for the end of the node
        const auto point = member.listener->resume_point();
        member.listener.emplace(join_through(nginx_.port(), member.person, group_, point), point);
        EXPECT_EQ(member.listener->welcome().at("participantCount"), members_.size());
    }
    void react(Member& member, std::string_view ref) {
        member.listener->socket().send({{"type", "reaction"}, {"kind", "bow"}, {"ref", ref}});
    }

    void expect_one_end(const std::vector<std::size_t>& present, std::string_view reason = "completed") {
        for (auto i : present) EXPECT_EQ(text_of(members_[i].listener->next("end"), "reason"), reason);
        for (auto i : present) EXPECT_THROW(members_[i].listener->socket().next_event(500ms), std::runtime_error);
    }
    // Waits until there is one session for each of that many members, and no other.
    std::map<std::string, int> seconds_attended_by(std::size_t people) {
        EXPECT_TRUE(eventually([&] { return seconds_attended().size() == people; }));
        return seconds_attended();
    }
    std::map<std::string, int> seconds_attended() {
        std::map<std::string, int> seconds;
        for (const auto& row : query(conninfo_,
                                     "SELECT user_id, duration_seconds FROM meditation_sessions WHERE "
                                     "status = 'completed' AND group_id = '" +
                                         group_ + "'"))
            EXPECT_TRUE(seconds.emplace(row[0], std::stoi(row[1])).second) << "a duplicate session";
        return seconds;
    }

    postgres::TestServer postgres_;
    redis::TestServer redis_;
    const std::string conninfo_ = postgres_.create_database();
    Program first_{settings()};
    Program second_{settings()};
    Nginx nginx_{{first_.port(), second_.port()}, Nginx::Mode::http_without_affinity};
    std::vector<Member> members_;
    std::string group_;
};

TEST_F(CrashDuringAGroup, OfOneNodeRemovesOnlyParticipantsWhoDoNotComeBack) {
    start_group(4);
    auto alone = register_person(first_);
    const auto alone_group = create_group(alone);
    auto alone_socket = join(alone, alone_group);
    skip_seconds(100);
    first_.kill();
    const auto killed_at = std::chrono::steady_clock::now();
    move_to(second_);
    reconnect(members_[0]);  // the third member stays away
    react(members_[0], "back");
    for (std::size_t i : {0U, 1U, 3U}) EXPECT_EQ(members_[i].listener->next("reaction").at("ref"), "back");

    for (std::size_t i : {0U, 1U, 3U}) {
        const auto left = members_[i].listener->next("leave");
        EXPECT_EQ(left.at("reason"), "timeout");
        EXPECT_EQ(left.at("participantCount"), 3);
        EXPECT_EQ(text_of(left.at("participant").as_object(), "id"), members_[2].person.id);
    }
    EXPECT_LE(std::chrono::steady_clock::now() - killed_at, kGhostLimit);
    // The same in a room without sockets on the other node.
    Client other(second_, alone.client.access_token());
    EXPECT_TRUE(
        eventually([&] { return other.get(group_path(alone_group)).number("/participantCount") == 0; }, kGhostLimit));
    EXPECT_LE(std::chrono::steady_clock::now() - killed_at, kGhostLimit + 2s);

    skip_seconds(kPlannedSeconds);
    expect_one_end({0, 1, 3});
    const auto seconds = seconds_attended_by(4);
    ASSERT_EQ(seconds.size(), 4U);
    for (std::size_t i : {0U, 1U, 3U}) EXPECT_NEAR(seconds.at(members_[i].person.id), kPlannedSeconds, 5);
    EXPECT_GE(seconds.at(members_[2].person.id), 100);
    EXPECT_LE(seconds.at(members_[2].person.id), 100 + 60) << "not more than they attended";
}

// Nodes restart more often than attendance is confirmed, and each member moves every time.
TEST_F(CrashDuringAGroup, KeepsEveryMembersSessionAcrossRestartsAndKills) {
    constexpr std::size_t kPeople = 12;
    constexpr int kRounds = 9;
    for (std::size_t i = 0; i < kPeople; ++i) members_.push_back({register_person(first_), std::nullopt});
    group_ = create_group(members_[0].person, {{"plannedSeconds", kHour}});
    std::vector<LiveClient> sockets;
    for (auto& member : members_) sockets.push_back(join_through(first_.port(), member.person, group_).socket);
    sockets[0].send({{"type", "start"}});
    for (auto& socket : sockets) socket.next("start");
    const auto started = std::chrono::steady_clock::now();
    std::chrono::duration<double> away{};  // at most, for each member
    auto* node = &first_;
    auto* other = &second_;
    for (int round = 0; round < kRounds; ++round) {
        const auto left = std::chrono::steady_clock::now();
        const bool is_killed = round % 3 == 2;
        is_killed ? node->kill() : node->send(SIGTERM);
        move_to(*other);
        for (std::size_t i = 0; i < kPeople; ++i) {
            if (!is_killed) EXPECT_EQ(sockets[i].close_code(), 1012);
            sockets[i] = join_through(other->port(), members_[i].person, group_).socket;
        }
        away += std::chrono::steady_clock::now() - left;
        if (!is_killed) EXPECT_EQ(node->wait_for_end(), 0);
        node->start();
        std::swap(node, other);
    }
    skip_seconds(60);  // however fast this machine is, they have attended long enough
    sockets[0].send({{"type", "end"}});
    for (auto& socket : sockets) socket.next("end");
    const std::chrono::duration<double> lasted = 60s + (std::chrono::steady_clock::now() - started);
    const auto seconds = seconds_attended_by(kPeople);
    EXPECT_EQ(seconds.size(), kPeople);
    for (const auto& [user, attended] : seconds) {
        EXPECT_GE(attended, (lasted - away).count() - 20);
        EXPECT_LE(attended, lasted.count() + 1);
    }
}

// Restarts, a kill, and both at once, with members who reconnect late and some who never do.
TEST_F(CrashDuringAGroup, OfEveryKindCreditsFiveHundredPeopleCorrectly) {
    constexpr std::size_t kPeople = 500;
    constexpr std::size_t kGone = 20;  // members who do not reconnect after the kill
    constexpr int kBefore = 70;        // seconds skipped at the start
    constexpr int kKills = 2;
    constexpr int kConfirmed = 15;
    constexpr int kSlack = 5;
    const auto all_clients = join_many(kPeople, kHour);
    auto& clients = *all_clients;
    const auto all_have_joined = [&](std::size_t count) {
        return eventually([&] { return clients.joined() == count; });
    };
    const auto not_started = GroupClients::Clock::now();
    start(clients);
    const auto started = GroupClients::Clock::now();
    skip_seconds(kBefore);

    clients.reconnect_to(second_.port(), 6s);  // as `drain` requests
    first_.send(SIGTERM);
    EXPECT_EQ(first_.wait_for_end(), 0);
    first_.start();
    ASSERT_TRUE(all_have_joined(kPeople));

    clients.stop_reconnecting(kGone);
    clients.reconnect_to(first_.port(), 9s);  // just within the grace period
    second_.kill();
    second_.start();
    ASSERT_TRUE(all_have_joined(kPeople - kGone));

    clients.reconnect_to(second_.port(), 6s);
    first_.send(SIGTERM);
    ASSERT_TRUE(eventually([&] { return clients.joined() > kPeople / 4 && !first_.is_running(); }));
    first_.start();
    clients.reconnect_to(first_.port(), 6s);
    second_.kill();
    second_.start();
    ASSERT_TRUE(all_have_joined(kPeople - kGone));
    const auto ended = GroupClients::Clock::now();  // or a little later
    clients.end_group();
    ASSERT_TRUE(eventually([&] { return clients.received_end() == kPeople - kGone; }));
    const std::chrono::duration<double> lasted = GroupClients::Clock::now() - not_started;
    const auto seconds = seconds_attended_by(kPeople);
    ASSERT_EQ(seconds.size(), kPeople);
    for (const auto& person : clients.stop()) {
        SCOPED_TRACE(person.id);
        const int credited = seconds.at(person.id);
        std::chrono::duration<double> connected{};
        for (const auto& [from, to] : person.presence)
            connected += std::max(GroupClients::Clock::duration{}, std::min(to, ended) - std::max(from, started));
        const auto attended = kBefore + static_cast<int>(connected.count());
        EXPECT_GE(credited, attended - kSlack - kKills * kConfirmed);
        EXPECT_LE(credited, kBefore + static_cast<int>(lasted.count()) + kSlack);
        if (person.reconnects) continue;
        const std::chrono::duration<double> until = person.presence.back().second - not_started;
        EXPECT_LE(credited, kBefore + static_cast<int>(until.count()) + kSlack) << "their node was dead";
    }
}

TEST_F(CrashDuringAGroup, OfPostgresDuringTheEndLosesNoAttendance) {
    constexpr std::size_t kPeople = 12;
    auto clients = join_many(kPeople, kPlannedSeconds);
    start(*clients);
    skip_seconds(kPlannedSeconds - 10);
    postgres_.crash();
    std::this_thread::sleep_for(40s);  // past the end, and longer than any wait of the program
    EXPECT_EQ(clients->joined(), kPeople);
    postgres_.restart();
    EXPECT_TRUE(eventually([&] { return clients->received_end() == kPeople; }));
    const auto seconds = seconds_attended_by(kPeople);
    EXPECT_EQ(seconds.size(), kPeople);
    for (const auto& [user, attended] : seconds) EXPECT_NEAR(attended, kPlannedSeconds, 2);
}

TEST_F(CrashDuringAGroup, OfTheOtherNodeIsInvisibleToRemainingParticipants) {
    start_group(4);
    skip_seconds(100);
    second_.kill();
    for (std::size_t i : {1U, 3U}) reconnect(members_[i]);
    react(members_[3], "back");
    for (auto& member : members_) EXPECT_EQ(member.listener->next("reaction").at("ref"), "back");
    skip_seconds(kPlannedSeconds);
    expect_one_end({0, 1, 2, 3});
    const auto seconds = seconds_attended_by(4);
    ASSERT_EQ(seconds.size(), 4U);
    for (const auto& [user, attended] : seconds) EXPECT_NEAR(attended, kPlannedSeconds, 5);
}

TEST_F(CrashDuringAGroup, OfRedisBeginsANewEpochAndTheGroupContinues) {
    start_group(3);
    const auto old_point = members_[0].listener->resume_point();
    redis_.signal(SIGKILL);
    redis_.start();
    ASSERT_TRUE(
        eventually([&] { return members_[0].person.client.get(group_path(group_)).number("/participantCount") == 3; }));
    react(members_[2], "still here");
    for (auto& member : members_) member.listener->expect_new_epoch();

    auto late = register_person(second_);
    auto joined = join_through(nginx_.port(), late, group_, old_point);
    EXPECT_EQ(joined.welcome.at("resumed"), false);
    EXPECT_EQ(joined.welcome.at("state"), "running");
    EXPECT_EQ(joined.welcome.at("participants").as_array().size(), 4U);
    for (auto& member : members_) member.listener->next("join");
    ASSERT_TRUE(eventually([&] { return attendance() == 4; }));
    skip_seconds(kPlannedSeconds);
    expect_one_end({0, 1, 2});
    EXPECT_EQ(seconds_attended_by(4).size(), 4U) << "including the late member";
}

TEST_F(CrashDuringAGroup, OfTheHostHandsOverToTheLongestPresentParticipant) {
    gather(3, {{"scheduledFor", format_timestamp(SystemClock{}.now() + 1h)}});
    query(conninfo_,
          "UPDATE groups SET scheduled_for = now() - interval '3 minutes' WHERE group_id = '" + group_ + "'");
    for (auto& member : members_) member.listener->next("start");
    members_[0].listener->socket().send({{"type", "leave"}});
    for (std::size_t i : {1U, 2U}) members_[i].listener->next("leave");
    // Two minutes pass.
    const auto room = "room:{" + group_ + "}";
    ASSERT_EQ(run_to_end({"redis-cli", "-s", redis_.socket_path(), "HINCRBY", room, "hostLeftAt", "-120000"}).exit_code,
              0);
    for (std::size_t i : {1U, 2U}) {
        const auto changed = members_[i].listener->next("group");
        EXPECT_EQ(text_of(changed.at("group").at("host").as_object(), "id"), members_[1].person.id);
        EXPECT_EQ(changed.at("group").at("participantCount"), 2);
    }
    EXPECT_EQ(members_[2].person.client.get(group_path(group_)).text("/host/id"), members_[1].person.id);
    members_[2].listener->socket().send({{"type", "end"}});
    EXPECT_EQ(members_[2].listener->socket().next("error").at("code"), "forbidden");
    members_[1].listener->socket().send({{"type", "end"}});
    expect_one_end({1, 2}, "host");
}

TEST_F(CrashDuringAGroup, OfAllParticipantsEndsTheGroupWithHostGone) {
    start_group(2);
    skip_seconds(100);
    for (auto& member : members_) {
        member.listener->socket().send({{"type", "leave"}});
        EXPECT_EQ(member.listener->socket().close_code(), 1000);
    }
    const auto of_group = " WHERE group_id = '" + group_ + "'";
    ASSERT_TRUE(eventually([&] {
        return query(conninfo_, "SELECT 1 FROM group_attendance" + of_group + " AND left_at >= seen_at").size() == 2;
    }));
    EXPECT_EQ(members_[0].person.client.get(group_path(group_)).text("/state"), "running");
    query(conninfo_,
          "UPDATE group_attendance SET seen_at = seen_at - interval '2 minutes', left_at = left_at - interval '2 "
          "minutes'" +
              of_group);
    query(conninfo_, "UPDATE groups SET started_at = started_at - interval '2 minutes'" + of_group);
    ASSERT_TRUE(
        eventually([&] { return members_[0].person.client.get(group_path(group_)).text("/state") == "ended"; }));
    EXPECT_EQ(query(conninfo_, "SELECT end_reason FROM groups" + of_group).at(0).at(0), "hostGone");
    const auto seconds = seconds_attended_by(2);
    ASSERT_EQ(seconds.size(), 2U);
    for (const auto& [user, attended] : seconds) EXPECT_NEAR(attended, 100, 20);
}

}  // namespace
}  // namespace mindspace::integration
