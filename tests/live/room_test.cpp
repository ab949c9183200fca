// People in a room: presence, the order of events, and the course of a group meditation.

#include "platform/base/time.h"
#include "support/live/listener.h"

#include <gmock/gmock.h>

#include <future>

namespace mindspace::integration {
namespace {

json::object participant_of(const json::object& event) {
    return event.at("participant").as_object();
}

void react(Listener& listener, std::string_view ref) {
    listener.socket().send({{"type", "reaction"}, {"kind", "bow"}, {"ref", ref}});
}

TEST(LiveRoom, SendsItsFullStateInTheWelcome) {
    auto host = register_person({{"displayName", "Thich"}});
    const auto group = create_group(host, {{"title", "Lake"}});
    const auto welcome = join(host, group).welcome;
    EXPECT_EQ(text_of(welcome.at("group").as_object(), "id"), group);
    EXPECT_EQ(text_of(welcome.at("group").as_object(), "title"), "Lake");
    const auto& self = welcome.at("self").as_object();
    EXPECT_EQ(text_of(self, "id"), host.id);
    EXPECT_EQ(text_of(self, "displayName"), "Thich");
    EXPECT_TRUE(self.at("avatarUrl").is_null());
    EXPECT_EQ(welcome.at("participants"), (json::array{self}));
    EXPECT_EQ(welcome.at("participantCount"), 1);
    EXPECT_EQ(welcome.at("state"), "scheduled");
    EXPECT_EQ(welcome.at("resumed"), false);
    EXPECT_FALSE(welcome.contains("startsAt"));
}

TEST(LiveRoom, AnnouncesJoinsAndLeavesInOneOrder) {
    auto host = register_person();
    auto guest = register_person({{"displayName", "Grace"}});
    const auto group = create_group(host);
    Listener listener(join(host, group));
    {
        Listener visitor(join(guest, group));
        EXPECT_EQ(visitor.welcome().at("participantCount"), 2);
        const auto join_event = listener.next("join");
        EXPECT_EQ(text_of(participant_of(join_event), "id"), guest.id);
        EXPECT_EQ(text_of(participant_of(join_event), "displayName"), "Grace");
        EXPECT_EQ(join_event.at("participantCount"), 2);
        EXPECT_TRUE(eventually([&] { return host.client.get(group_path(group)).at("/participantCount") == 2; }));

        react(listener, "one");
        react(visitor, "two");
        const auto first = listener.next("reaction");
        const auto second = listener.next("reaction");
        EXPECT_EQ(visitor.next("reaction"), first);
        EXPECT_EQ(visitor.next("reaction"), second);
        EXPECT_EQ(first.at("kind"), "bow");
        EXPECT_THAT((std::vector{text_of(first, "ref"), text_of(second, "ref")}),
                    testing::UnorderedElementsAre("one", "two"));
        visitor.socket().send({{"type", "leave"}});
        EXPECT_EQ(visitor.socket().close_code(), 1000);
    }
    const auto leave_event = listener.next("leave");
    EXPECT_EQ(text_of(participant_of(leave_event), "id"), guest.id);
    EXPECT_EQ(leave_event.at("reason"), "left");
    EXPECT_EQ(leave_event.at("participantCount"), 1);
    EXPECT_TRUE(eventually([&] { return host.client.get(group_path(group)).at("/participantCount") == 1; }));
}

TEST(LiveRoom, CountsAPersonWithTwoDevicesOnce) {
    auto host = register_person();
    auto guest = register_person();
    auto third = register_person();
    const auto group = create_group(host);
    Listener listener(join(host, group));
    Listener phone(join(guest, group));
    listener.next("join");
    {
        Listener laptop(join(guest, group));
        EXPECT_EQ(laptop.welcome().at("participantCount"), 2);
        EXPECT_EQ(laptop.welcome().at("participants").as_array().size(), 2U);
        laptop.socket().send({{"type", "leave"}});
        EXPECT_EQ(laptop.socket().close_code(), 1000);
    }
    Listener other(join(third, group));
    const auto join_event = listener.next("join");
    EXPECT_EQ(text_of(participant_of(join_event), "id"), third.id) << "no event for the second device";
    EXPECT_EQ(join_event.at("participantCount"), 3);
    react(phone, "still here");
    EXPECT_EQ(text_of(listener.next("reaction"), "from"), guest.id);
}

TEST(LiveRoom, EnforcesMaxParticipants) {
    auto host = register_person();
    auto guest = register_person();
    auto third = register_person();
    const auto group = create_group(host, {{"maxParticipants", 2}});
    Listener listener(join(host, group));
    {
        Listener visitor(join(guest, group));
        EXPECT_TRUE(is_problem(third.client.post(group_path(group, "/ticket")), 409, "group_full"));
        auto socket = open_socket(third, group);
        socket.send({{"type", "hello"}});
        EXPECT_EQ(socket.close_code(), 4409);
        visitor.socket().send({{"type", "leave"}});
        EXPECT_EQ(visitor.socket().close_code(), 1000);
    }
    EXPECT_EQ(join(third, group).welcome.at("participantCount"), 2);
}

TEST(LiveRoom, IsStartedAndEndedByItsHostOnly) {
    auto host = register_person();
    auto guest = register_person();
    const auto group = create_group(host, {{"plannedSeconds", 300}});
    Listener hosts(join(host, group));
    Listener guests(join(guest, group));
    hosts.next("join");
    for (const char* type : {"start", "end"}) {
        guests.socket().send({{"type", type}});
        EXPECT_EQ(guests.socket().next("error").at("code"), "forbidden") << type;
    }
    hosts.socket().send({{"type", "end"}});
    EXPECT_EQ(hosts.socket().next("error").at("code"), "not_running");

    hosts.socket().send({{"type", "start"}, {"countdownSeconds", 3}});
    const auto start = hosts.next("start");
    EXPECT_EQ(guests.next("start"), start);
    EXPECT_EQ(text_of(start, "by"), host.id);
    EXPECT_EQ(number_of(start, "endsAt") - number_of(start, "startsAt"), 300'000);
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    EXPECT_NEAR(static_cast<double>(number_of(start, "startsAt")), static_cast<double>(now), 3'500);
    const auto& bells = start.at("bells").as_array();
    ASSERT_GE(bells.size(), 2U);
    EXPECT_EQ(bells.front(), 0);
    EXPECT_EQ(bells.back(), 300'000);

    auto late = register_person();
    const auto welcome = join(late, group).welcome;
    EXPECT_EQ(welcome.at("state"), "running");
    EXPECT_EQ(number_of(welcome, "startsAt"), number_of(start, "startsAt"));
    EXPECT_EQ(number_of(welcome, "endsAt"), number_of(start, "endsAt"));
    EXPECT_EQ(welcome.at("bells"), start.at("bells"));
    const auto shown = host.client.get(group_path(group));
    EXPECT_EQ(shown.at("/state"), "running");
    EXPECT_EQ(parse_timestamp(shown.text("/startedAt")).value().time_since_epoch().count(),
              number_of(start, "startsAt"));
    EXPECT_EQ(parse_timestamp(shown.text("/endsAt")).value().time_since_epoch().count(), number_of(start, "endsAt"));

    hosts.socket().send({{"type", "start"}});
    EXPECT_EQ(hosts.socket().next("error").at("type"), "error") << "a second start is an error";
    // During the countdown it would be cancelled.
    const auto starts_at = parse_timestamp(shown.text("/startedAt")).value();
    ASSERT_TRUE(eventually([&] { return SystemClock{}.now() > starts_at; }));
    hosts.socket().send({{"type", "end"}});
    const auto end = hosts.socket().next("end");
    EXPECT_EQ(end.at("reason"), "host");
    EXPECT_EQ(guests.socket().next("end"), end);
    EXPECT_TRUE(eventually([&] { return host.client.get(group_path(group)).at("/state") == "ended"; }));
    EXPECT_TRUE(is_problem(late.client.post(group_path(group, "/ticket")), 409, "group_ended"));
    // No participant was present for a minute.
    EXPECT_TRUE(whole_history(guest).empty());
}

TEST(LiveRoom, ResumesAReturningClientWithMissedEvents) {
    auto host = register_person();
    auto guest = register_person();
    auto third = register_person();
    const auto group = create_group(host);
    Listener listener(join(host, group));
    std::optional<Listener> visitor(join(guest, group));
    listener.next("join");
    react(listener, "heard");
    listener.next("reaction");
    visitor->next("reaction");
    const auto resume_point = visitor->resume_point();

    visitor->socket().disconnect();
    react(listener, "missed");
    std::vector<json::object> missed{listener.next("reaction")};
    Listener other(join(third, group));
    missed.push_back(listener.next("join"));

    Listener again(join(guest, group, resume_point));
    EXPECT_EQ(again.welcome().at("resumed"), true);
    EXPECT_EQ(again.welcome().at("epoch"), resume_point.at("epoch"));
    EXPECT_EQ(again.welcome().at("participantCount"), 3);
    std::vector<json::object> replayed;
    for (std::size_t i = 0; i < missed.size(); ++i) replayed.push_back(again.socket().next_event());
    EXPECT_EQ(replayed, missed);
    react(again, "back");
    EXPECT_EQ(again.socket().next_event(), listener.next("reaction")) << "neither a leave nor a second join";
}

TEST(LiveRoom, SendsItsStateToAClientThatCannotResume) {
    auto host = register_person();
    const auto group = create_group(host);
    Listener listener(join(host, group));
    const auto seq = number_of(listener.welcome(), "seq");
    for (const auto& strange : {json::object{{"epoch", "another"}, {"seq", seq}},
                                json::object{{"epoch", listener.welcome().at("epoch")}, {"seq", seq + 1000}}})
        EXPECT_EQ(join(host, group, strange).welcome.at("resumed"), false) << strange;
}

TEST(LiveRoom, RemovesParticipantsWhoDoNotComeBack) {
    auto host = register_person();
    auto guest = register_person();
    const auto group = create_group(host);
    Listener listener(join(host, group));
    {
        Listener visitor(join(guest, group));
        listener.next("join");
    }  // disconnected
    const auto began = std::chrono::steady_clock::now();
    const auto leave_event = listener.next("leave");
    const auto waited = std::chrono::steady_clock::now() - began;
    EXPECT_EQ(text_of(participant_of(leave_event), "id"), guest.id);
    EXPECT_EQ(leave_event.at("reason"), "timeout");
    EXPECT_EQ(leave_event.at("participantCount"), 1);
    EXPECT_GE(waited, 9s);
    EXPECT_LE(waited, scaled(20s));
}

// The shortest meditation takes a minute, so this one test covers everything about its end.
TEST(LiveRoom, EndsAutomaticallyAndCreatesOneSessionPerAttendee) {
    auto host = register_person();
    auto guest = register_person();
    auto early = register_person();
    const auto group = create_group(host, {{"plannedSeconds", 60}, {"kind", "lovingKindness"}});
    Listener hosts(join(host, group));
    Listener phone(join(guest, group));
    Listener laptop(join(guest, group));
    Listener early_leaver(join(early, group));
    hosts.socket().send({{"type", "start"}});
    const auto start = hosts.socket().next("start");
    EXPECT_EQ(number_of(start, "endsAt") - number_of(start, "startsAt"), 60'000);
    early_leaver.socket().send({{"type", "leave"}});
    EXPECT_EQ(early_leaver.socket().close_code(), 1000);
    EXPECT_TRUE(eventually(
        [&] { return Client(Program::shared()).get("/api/v1/analytics/now").number("/groupsRunning") >= 1; }));

    // All clients keep reading: one that does not respond to pings is closed after a minute.
    auto wait_for_end = [](Listener& listener) {
        return std::async(std::launch::async, [&listener] { return listener.socket().next("end", scaled(90s)); });
    };
    auto laptops = wait_for_end(laptop);
    auto phones = wait_for_end(phone);
    const auto end = hosts.socket().next("end", scaled(90s));
    EXPECT_EQ(end.at("reason"), "completed");
    EXPECT_GE(number_of(end, "endedAt"), number_of(start, "endsAt"));
    EXPECT_LT(number_of(end, "endedAt"), number_of(start, "endsAt") + 10'000);
    EXPECT_EQ(laptops.get(), end);
    EXPECT_EQ(phones.get(), end);
    EXPECT_TRUE(eventually([&] { return host.client.get(group_path(group)).at("/state") == "ended"; }));

    for (auto* attendee : {&host, &guest}) {
        ASSERT_TRUE(eventually([&] { return !whole_history(*attendee).empty(); }));
        const auto history = whole_history(*attendee);
        ASSERT_EQ(history.size(), 1U);
        const auto& session = history.front();
        EXPECT_EQ(session.at("status"), "completed");
        EXPECT_EQ(session.at("source"), "group");
        EXPECT_EQ(text_of(session, "groupId"), group);
        EXPECT_EQ(session.at("kind"), "lovingKindness");
        EXPECT_EQ(session.at("durationSeconds"), 60);
        const auto date = text_of(session, "localDate");
        EXPECT_TRUE(eventually([&] {
            const auto daily = attendee->client.get("/api/v1/analytics/daily?from=" + date + "&to=" + date);
            return daily.at("/totals/sessions") == 1 && daily.at("/totals/seconds") == 60;
        }));
    }
    EXPECT_TRUE(whole_history(early).empty());
}

}  // namespace
}  // namespace mindspace::integration
