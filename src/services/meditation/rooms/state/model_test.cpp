// The model of the order that tests use behaves like the scripts in Redis: both receive the same calls.

#include "support/meditation/room_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace mindspace::meditation {
namespace {

// Removes legitimate differences between the two: epochs, and the order of names in `presence`.
std::string to_text(RoomEvent event) {
    event.epoch = "e";
    auto by_id = [](const Participant& a, const Participant& b) { return a.id < b.id; };
    for (auto* people : {&event.joined, &event.left})
        if (*people) std::ranges::sort(**people, by_id);
    return schema::to_json(event);
}

std::vector<std::string> to_texts(const std::optional<std::vector<OrderedEvent>>& events) {
    if (!events) return {"none"};
    std::vector<std::string> texts;
    for (const auto& event : *events) texts.push_back(to_text(event.event));
    return texts;
}

std::vector<std::string> to_texts(const std::vector<Lease>& leases) {
    std::vector<std::string> texts;
    for (const auto& lease : leases)
        texts.push_back(lease.connection.to_string() + std::to_string(lease.expires_at.time_since_epoch().count()));
    return texts;
}

std::vector<std::string> to_texts(const std::vector<Participant>& people) {
    std::vector<std::string> texts;
    for (const auto& participant : people) texts.push_back(schema::to_json(participant));
    return texts;
}

class RoomModelTest : public testing::Test {
protected:
    RoomModelTest() {
        facts_.host = user(0);
        group_.version = 1;
        facts_.group = GroupId::make(now_);
        scripts_->open(facts_.group);
        model_.open(facts_.group);
    }
    static UserId user(std::size_t number) { return UserId{Uuid::from_name("user " + std::to_string(number))}; }
    Lease lease(std::size_t number) {
        auto device = number * 2 + pick(2);
        return {user(number), ConnectionId{Uuid::from_name("device " + std::to_string(device))},
                now_ + Milliseconds(pick(30'000))};
    }
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

    void enter(std::size_t number);
    void renew();
    void react();
    void perform_random_step();
    void compare(int steps);

    std::unique_ptr<TestRoomOrder> scripts_ = make_redis_room_order();
    RoomModel model_;
    std::mt19937 random_{20261123};
    Timestamp now_ = SystemClock{}.now();
    RoomFacts facts_;
    Group group_;
    std::size_t users_ = 130;
    std::int32_t max_participants_ = 125;
};

void RoomModelTest::enter(std::size_t number) {
    EnterRequest request{
        .facts = facts_,
        .lease = lease(number),
        .participant = {.id = user(number), .display_name = pick(5) == 0 ? "new name" : "user", .avatar_url = {}},
        .max_participants = max_participants_,
        .announcement = pick(10) == 0 ? Announcement::silent : Announcement::normal,
        .resume = {}};
    auto a = scripts_->enter(request, now_);
    auto b = model_.enter(request, now_);
    ASSERT_EQ(a.has_value(), b.has_value());
    if (!a) return;
    EXPECT_EQ(a->seq, b->seq);
    EXPECT_EQ(a->is_new, b->is_new);
    EXPECT_EQ(a->facts.state, b->facts.state);
    EXPECT_EQ(a->participant_count, b->participant_count);
    EXPECT_EQ(to_texts(a->participants), to_texts(b->participants));
    EXPECT_EQ(a->flush_due_in, b->flush_due_in);
}

void RoomModelTest::renew() {
    std::vector<Lease> leases;
    for (std::size_t i = 0; i < 20; ++i) leases.push_back(lease(pick(users_)));
    auto a = scripts_->renew(facts_, leases, now_);
    auto b = model_.renew(facts_, leases, now_);
    EXPECT_EQ(a.seq, b.seq);
    EXPECT_EQ(a.unknown, b.unknown);
    EXPECT_EQ(to_texts(a.lost), to_texts(b.lost));
    EXPECT_EQ(a.is_all_reaped, b.is_all_reaped);
    EXPECT_EQ(a.flush_due_in, b.flush_due_in);
    EXPECT_EQ(a.host, b.host);
    EXPECT_EQ(a.host_left_at, b.host_left_at);
    EXPECT_EQ(a.longest_present, b.longest_present);
}

void RoomModelTest::react() {
    auto reaction = make_reaction(user(1), static_cast<ReactionKind>(pick(3)), "r");
    const ReactionRequest request{.epoch = {}, .reaction = reaction, .limit = reaction_limit(5)};
    EXPECT_EQ(scripts_->react(request, now_), model_.react(request, now_));
}

void RoomModelTest::perform_random_step() {
    switch (pick(12)) {
        case 0: {
            auto lease_to_end = lease(pick(users_));
            auto reason = pick(2) == 0 ? EventReason::left : EventReason::kicked;
            auto a = scripts_->leave(lease_to_end, reason, now_);
            auto b = model_.leave(lease_to_end, reason, now_);
            EXPECT_EQ(a.has_left, b.has_left);
            EXPECT_EQ(a.flush_due_in, b.flush_due_in);
            break;
        }
        case 1:
            renew();
            break;
        case 2:
            react();
            break;
        case 3:
            EXPECT_EQ(scripts_->flush(now_), model_.flush(now_));
            break;
        case 4:
            now_ += Milliseconds(pick(pick(100) == 0 ? 25'000 : 300));
            break;
        case 5:
            if (pick(20) != 0) break;
            group_.host = {.id = user(pick(users_)), .display_name = "host"};
            group_.version += static_cast<std::int32_t>(pick(3));
            group_.id = facts_.group;
            scripts_->announce_change(group_, now_);
            model_.announce_change(group_, now_);
            break;
        case 6: {
            auto a = scripts_->reap(now_);
            auto b = model_.reap(now_);
            EXPECT_EQ(to_texts(a.lost), to_texts(b.lost));
            EXPECT_EQ(a.is_empty, b.is_empty);
            break;
        }
        default:
            enter(pick(users_));
    }
}

void RoomModelTest::compare(int steps) {
    for (int step = 0; step < steps && !HasFailure(); ++step) {
        if (step == steps / 3) {
            facts_.state = GroupState::running;
            auto start = make_start(user(0), now_, now_ + Seconds(60));
            for (int i = 0; i < 2; ++i) {
                scripts_->announce(facts_, start);
                model_.announce(facts_, start);
            }
        }
        perform_random_step();
        EXPECT_EQ(scripts_->count_participants(), model_.count_participants());
        auto seq = std::max<std::int64_t>(0, model_.read_after(0).seq - 3);
        EXPECT_EQ(to_texts(scripts_->read_after(seq).events), to_texts(model_.read_after(seq).events)) << step;
        EXPECT_TRUE(model_.is_consistent());
    }
}

TEST_F(RoomModelTest, BehavesLikeTheScripts) {
    for (std::size_t number = 0; number < 95; ++number) enter(number);
    compare(2000);
}

TEST_F(RoomModelTest, BehavesLikeTheScriptsWhenAnnouncingCountsOnly) {
    users_ = 1020;
    max_participants_ = 0;
    for (std::size_t number = 0; number < 1010; ++number) enter(number);
    compare(500);
}

}  // namespace
}  // namespace mindspace::meditation
