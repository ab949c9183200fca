#include "services/meditation/rooms/order/order.h"

#include "platform/limits/rate_limiter.h"
#include "platform/redis/connection/client.h"
#include "platform/redis/connection/error_reply.h"
#include "platform/redis/pubsub/subscriber.h"
#include "support/postgres/loop.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

class RoomOrderTest : public testing::Test {
protected:
    RoomOrderTest() {
        redis_.start();
        postgres::run_until(io_, [this] { return redis_.is_up(); });
    }
    static redis::ClientOptions options(const redis::TestServer& server) {
        redis::ClientOptions options;
        options.socket_path = server.socket_path();
        return options;
    }
    template <class T>
    T run(Awaitable<T> work) {
        return postgres::run(io_, std::move(work));
    }
    static UserId user(int number) { return UserId{Uuid::from_name("user " + std::to_string(number))}; }
    // The lease of one device of a user; expires in 25 s.
    Lease lease(int number, int device = 0) const {
        auto name = "device " + std::to_string(number) + " " + std::to_string(device);
        return {user(number), ConnectionId{Uuid::from_name(name)}, now_ + 25s};
    }
    EnterRequest request(int number, int device = 0) const {
        return EnterRequest{.facts = facts_,
                            .lease = lease(number, device),
                            .participant = {.id = user(number), .display_name = "\"ü\" {}", .avatar_url = {}},
                            .max_participants = 0,
                            .resume = {}};
    }
    EnterResult enter(int number, int device = 0) { return run(order_.enter(request(number, device), now_)).value(); }
    ReactResult::Outcome react(std::string epoch, double quota = 2000) {
        ReactionRequest request{
            .epoch = std::move(epoch), .reaction = make_reaction(user(1), {}), .limit = reaction_limit(quota)};
        return run(order_.react(facts_.group, std::move(request), now_)).outcome;
    }
    // An event with this group takes 20 kB.
    Group large_group() const {
        Group group;
        group.id = facts_.group;
        group.description = std::string(20'000, 'x');
        return group;
    }
    std::vector<OrderedEvent> events() { return run(order_.read_after(facts_.group, 0)).events.value(); }

    asio::io_context io_;
    redis::TestServer server_;
    redis::Client redis_{io_, options(server_)};
    RoomOrder order_{redis_};
    Timestamp now_ = SystemClock{}.now();
    RoomFacts facts_{.group = GroupId::make(now_), .state = GroupState::scheduled, .starts_at = {}, .ends_at = {}};
};

TEST_F(RoomOrderTest, AParticipantWithSeveralDevicesCountsOnce) {
    EXPECT_TRUE(enter(1).is_new);
    EXPECT_FALSE(enter(1, 1).is_new);
    auto second = enter(2);
    EXPECT_EQ(second.participant_count, 2);
    EXPECT_EQ(second.seq, 2);
    ASSERT_EQ(second.participants.size(), 2U);
    EXPECT_EQ(second.participants[0].id, user(1));
    EXPECT_EQ(second.participants[0].display_name, "\"ü\" {}");
    EXPECT_FALSE(run(order_.leave(facts_.group, lease(1), EventReason::left, now_)).has_left);
    EXPECT_TRUE(run(order_.leave(facts_.group, lease(1, 1), EventReason::left, now_)).has_left);
    EXPECT_FALSE(run(order_.leave(facts_.group, lease(1, 1), EventReason::left, now_)).has_left)
        << "a participant leaves once";
    auto all = events();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[2].event.type, EventType::leave);
    EXPECT_EQ(all[2].event.reason, EventReason::left);
    EXPECT_EQ(all[2].event.participant->id, user(1));
    EXPECT_EQ(all[2].event.participant_count, 1);
    EXPECT_EQ(run(order_.count_participants({facts_.group, GroupId::make(now_)})), (std::vector<std::int32_t>{1, 0}));
}

TEST_F(RoomOrderTest, AnExpiredLeaseIsReapedByTheNextRenewal) {
    enter(1);
    enter(2);
    std::vector<Lease> mine{lease(2)};
    mine[0].expires_at += 10s;
    auto early = run(order_.renew(facts_, mine, now_ + 24s));
    EXPECT_TRUE(early.lost.empty());
    auto late = run(order_.renew(facts_, mine, now_ + 25s));
    ASSERT_EQ(late.lost.size(), 1U);
    EXPECT_EQ(late.lost[0].user, user(1));
    EXPECT_EQ(late.lost[0].expires_at, now_ + 25s);
    EXPECT_EQ(events().back().event.reason, EventReason::timeout);
    auto renewed = run(order_.renew(facts_, {lease(1)}, now_ + 26s));
    EXPECT_EQ(renewed.unknown, std::vector{lease(1).connection});
}

TEST_F(RoomOrderTest, AFullRoomAdmitsOnlyItsParticipants) {
    for (int number : {1, 2}) enter(number);
    auto third = request(3);
    third.max_participants = 2;
    EXPECT_FALSE(run(order_.enter(third, now_)));
    auto again = request(2, 1);
    again.max_participants = 2;
    EXPECT_TRUE(run(order_.enter(again, now_)));
}

TEST_F(RoomOrderTest, AReturningParticipantGetsMissedEventsInTheLog) {
    auto first = enter(1);
    EXPECT_FALSE(first.missed);
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(react(first.epoch), ReactResult::Outcome::ordered);
    auto back = request(1, 1);
    back.resume = ResumePoint{first.epoch, first.seq};
    auto entry = run(order_.enter(back, now_)).value();
    ASSERT_TRUE(entry.missed);
    ASSERT_EQ(entry.missed->size(), 1000U);
    EXPECT_EQ(entry.missed->front().event.seq, first.seq + 1);
    EXPECT_EQ(entry.missed->back().event.seq, entry.seq);
    back.resume->seq = 0;
    EXPECT_FALSE(run(order_.enter(back, now_))->missed) << "the log holds a thousand";
    back.resume = ResumePoint{first.epoch, entry.seq + 1};
    EXPECT_FALSE(run(order_.enter(back, now_))->missed) << "that has not been yet";
    back.resume = ResumePoint{"another", 1};
    EXPECT_FALSE(run(order_.enter(back, now_))->missed);
}

TEST_F(RoomOrderTest, TheReactionsOfAUserAreLimitedAcrossNodes) {
    auto epoch = enter(1).epoch;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(react(epoch, 5), ReactResult::Outcome::ordered);
    EXPECT_EQ(react(epoch, 5), ReactResult::Outcome::too_many);
    EXPECT_EQ(events().size(), 1 + 5U);
}

TEST_F(RoomOrderTest, NoTenSecondsHaveMoreThanFiveReactionsOfAUser) {
    auto epoch = enter(1).epoch;
    std::vector<Timestamp> ordered;
    for (int i = 0; i < 60; ++i, now_ += 501ms)
        if (react(epoch, 5) == ReactResult::Outcome::ordered) ordered.push_back(now_);
    ASSERT_GE(ordered.size(), 15U) << "5 in each of three windows";
    for (std::size_t i = 5; i < ordered.size(); ++i) EXPECT_GE(ordered[i] - ordered[i - 5], 10s);
}

TEST_F(RoomOrderTest, TheLogIsBoundedInBytes) {
    enter(1);
    auto group = large_group();
    for (group.version = 1; group.version <= 100; ++group.version) run(order_.announce_change(group, now_));
    std::vector<std::string> command{"LRANGE", room_channel(facts_.group) + ":log", "0", "-1"};
    const auto stored = run(redis_.command({command.begin(), command.end()}));
    std::size_t bytes = 0;
    for (const auto& event : stored.items()) bytes += event.as_string().size();
    EXPECT_LE(bytes, 512U * 1024);
    EXPECT_GE(bytes, 480U * 1024);
    const auto newest = run(order_.read_after(facts_.group, 0)).seq;
    EXPECT_EQ(newest, 101);
    const auto count = std::ssize(stored.items());
    EXPECT_EQ(std::ssize(run(order_.read_after(facts_.group, newest - count)).events.value()), count);
    EXPECT_FALSE(run(order_.read_after(facts_.group, newest - count - 1)).events);
}

// Configured as the program runs its own Redis.
class FullRedisTest : public RoomOrderTest {
protected:
    static constexpr std::size_t kFiller = 8192;
    // Writes until Redis accepts no more.
    Awaitable<bool> fill() {
        const std::string filler(kFiller, 'x');
        while (true) {
            const auto key = "filler:" + std::to_string(++fillers_);
            std::vector<std::string_view> command{"SET", key, filler, "EX", "900"};
            try {
                co_await full_.command(std::move(command));
            } catch (const redis::MemoryFull&) {
                co_return true;
            }
        }
    }
    FullRedisTest() {
        full_.start();
        postgres::run_until(io_, [this] { return full_.is_up(); });
    }

    int fillers_ = 0;
    redis::TestServer small_{{"--maxmemory", "6mb", "--maxmemory-policy", "noeviction"}};
    redis::Client full_{io_, options(small_)};
    RoomOrder full_order_{full_};
};

TEST_F(FullRedisTest, KeepsCountersAndDropsTheLogOfARoom) {
    limits::RateLimiter limiter(full_);
    const limits::Policy policy("guess", 1, 900s);
    EXPECT_TRUE(run(limiter.consume("guess", policy)).decision.allowed);
    auto entry = run(full_order_.enter(request(1), now_)).value();
    auto group = large_group();
    for (group.version = 1; group.version <= 20; ++group.version) run(full_order_.announce_change(group, now_));
    ASSERT_TRUE(run(fill()));

    limits::RateLimiter other(full_);
    EXPECT_FALSE(run(other.consume("guess", policy)).decision.allowed) << "no counter is forgotten";
    const auto react = [&] {
        ReactionRequest request{
            .epoch = entry.epoch, .reaction = make_reaction(user(1), {}), .limit = reaction_limit(100)};
        return run(full_order_.react(facts_.group, std::move(request), now_)).outcome;
    };
    // The server's memory use varies a little on its own.
    bool is_dropped = false;
    for (int i = 0; i < 50 && !is_dropped; ++i) {
        ASSERT_TRUE(run(fill()));
        EXPECT_EQ(react(), ReactResult::Outcome::ordered);
        is_dropped = !run(full_order_.read_after(facts_.group, 20)).events;
    }
    EXPECT_TRUE(is_dropped);
    const auto newest = run(full_order_.read_after(facts_.group, 0)).seq;
    EXPECT_EQ(run(full_order_.read_after(facts_.group, newest - 1)).events->size(), 1U);

    bool is_refused = false;
    for (int i = 0; i < 50 && !is_refused; ++i) {
        ASSERT_TRUE(run(fill()));
        auto other_room = request(1);
        other_room.facts.group = GroupId::make(now_);
        try {
            run(full_order_.enter(std::move(other_room), now_));
        } catch (const Unavailable&) {
            is_refused = true;
        }
    }
    EXPECT_TRUE(is_refused) << "a room without a log to drop";
    EXPECT_GE(full_.stats().refused.value(), 3U);
    std::vector<std::string_view> flush{"FLUSHALL"};
    run(full_.command(std::move(flush)));
    EXPECT_TRUE(run(full_order_.enter(request(1), now_)));
}

TEST_F(RoomOrderTest, AHugeRoomAnnouncesLessOften) {
    for (int number = 1; number <= 50; ++number) enter(number);  // those whom an entry names
    std::vector<std::string> crowd{"ZADD", room_channel(facts_.group) + ":arrivals"};
    for (int number = 51; number <= 20'000; ++number) {
        crowd.push_back(std::to_string(number + 1'000));
        crowd.push_back(user(number).to_string());
    }
    run(redis_.command(std::vector<std::string_view>(crowd.begin(), crowd.end())));
    EXPECT_EQ(enter(20'001).flush_due_in, 0ms) << "the first announcement";
    EXPECT_EQ(enter(20'002).flush_due_in, 500ms) << "40,000 frames a second";
    now_ += 499ms;
    EXPECT_EQ(run(order_.flush(facts_.group, now_)), 1ms);
    now_ += 1ms;
    EXPECT_EQ(run(order_.flush(facts_.group, now_)), 0ms);
    EXPECT_EQ(events().back().event.participant_count, 20'002);
}

TEST_F(RoomOrderTest, AStateIsPublishedOnce) {
    enter(1);
    auto running = facts_;
    running.state = GroupState::running;
    running.starts_at = now_;
    running.ends_at = now_ + 60s;
    for (int i = 0; i < 2; ++i) run(order_.announce(running, make_start(user(1), now_, now_ + 60s)));
    auto entry = enter(2);
    EXPECT_EQ(entry.facts.state, GroupState::running);
    EXPECT_EQ(entry.facts.ends_at, now_ + 60s);
    auto ended = running;
    ended.state = GroupState::ended;
    for (int i = 0; i < 2; ++i) run(order_.announce(ended, make_end(now_ + 60s, EventReason::completed)));
    run(order_.announce(running, make_start(user(1), now_, now_ + 60s)));
    auto all = events();
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[1].event.bells, (std::vector<std::int64_t>{0, 30'000, 60'000}));
    EXPECT_EQ(all[3].event.type, EventType::end);
}

TEST_F(RoomOrderTest, EventsArePublishedAsStored) {
    std::vector<std::string> published;
    redis::Subscriber subscriber(io_, options(server_));
    subscriber.start();
    postgres::run_until(io_, [&] { return subscriber.is_up(); });
    auto subscription = subscriber.subscribe(room_channel(facts_.group),
                                             [&](std::string_view payload) { published.emplace_back(payload); });
    run(subscriber.confirmed(room_channel(facts_.group)));
    enter(1);
    run(order_.leave(facts_.group, lease(1), EventReason::left, now_));
    postgres::run_until(io_, [&] { return published.size() == 2; });
    auto stored = events();
    EXPECT_EQ(published[0], stored[0].text);
    EXPECT_EQ(published[1], stored[1].text);
}

TEST_F(RoomOrderTest, AnEmptyRedisBeginsANewEpoch) {
    auto before = enter(1);
    react(before.epoch);
    std::vector<std::string_view> flush{"FLUSHALL"};
    run(redis_.command(flush));
    EXPECT_EQ(react(before.epoch), ReactResult::Outcome::outdated);
    EXPECT_EQ(run(order_.read_after(facts_.group, 0)).epoch, "");
    auto running = facts_;
    running.state = GroupState::running;
    running.ends_at = now_ + 60s;
    auto renewal = run(order_.renew(running, {lease(1)}, now_));
    EXPECT_NE(renewal.epoch, before.epoch);
    EXPECT_EQ(renewal.unknown, std::vector{lease(1).connection});
    auto quiet = request(1);
    quiet.announcement = Announcement::silent;
    auto after = run(order_.enter(quiet, now_)).value();
    EXPECT_EQ(after.seq, 0) << "a silent entry is not announced";
    EXPECT_EQ(after.participant_count, 1);
    EXPECT_EQ(after.facts.state, GroupState::running);
    EXPECT_EQ(enter(1, 1).seq, 0) << "the second device of a participant";
    quiet = request(3);
    quiet.announcement = Announcement::silent;
    EXPECT_EQ(run(order_.enter(quiet, now_))->seq, 1) << "a client that was welcomed in between does not know them";
}

}  // namespace
}  // namespace mindspace::meditation
