#include "services/meditation/groups/service.h"

#include "platform/redis/connection/client.h"
#include "support/meditation/group_database.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include <csignal>
#include <optional>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

class GroupServiceTest : public testing::Test {
protected:
    GroupServiceTest() {
        redis_.start();
        postgres::run_until(io_, [this] { return redis_.is_up(); });
    }

    static redis::ClientOptions options(const redis::TestServer& server) {
        redis::ClientOptions options;
        options.socket_path = server.socket_path();
        return options;
    }
    static NewGroup request(std::string title = "Evening") {
        return NewGroup{.id = {},
                        .title = std::move(title),
                        .description = {},
                        .kind = Kind::mindfulness,
                        .planned_seconds = 600,
                        .scheduled_for = {},
                        .visibility = {},
                        .max_participants = {}};
    }
    template <class T>
    T run(Awaitable<T> work) {
        return postgres::run(io_, std::move(work));
    }
    http::Principal principal(UserId user) {
        return {.user = user, .auth_session = {}, .role = {}, .expires_at = SystemClock{}.now() + 900s};
    }
    std::string reason(const auto& result) { return result ? "" : result.error().reason; }

    asio::io_context io_;
    redis::TestServer server_;
    redis::Client redis_{io_, options(server_)};
    GroupTestDatabase database_{io_};
    GroupStore store_{database_.client()};
    GroupTimetable timetable_{database_.client()};
    GroupTickets tickets_{redis_};
    GroupService service_{store_, timetable_, RoomOrder(redis_), tickets_, "https://mind.example"};
    UserId host_ = database_.add_user("host");
    UserId guest_ = database_.add_user("guest");
};

TEST_F(GroupServiceTest, LimitsGroupsPerHostUnderConcurrentRequests) {
    int made = 0;
    int refused = 0;
    for (int i = 0; i < 30; ++i)
        asio::co_spawn(io_, service_.create(host_, request()),
                       [&](const std::exception_ptr& fault, const Result<Group>& group) {
                           EXPECT_FALSE(fault);
                           if (group) return void(++made);
                           EXPECT_EQ(group.error().reason, "too_many_groups");
                           ++refused;
                       });
    postgres::run_until(io_, [&] { return made + refused == 30; });
    EXPECT_EQ(made, 20);
    EXPECT_TRUE(run(service_.create(guest_, request()))) << "the bound is each host's own";
}

TEST_F(GroupServiceTest, DoesNotCountARetryTowardsTheLimit) {
    auto group = request();
    group.id = GroupId::make(SystemClock{}.now());
    ASSERT_TRUE(run(service_.create(host_, group)));
    for (int i = 1; i < 20; ++i) ASSERT_TRUE(run(service_.create(host_, request())));
    EXPECT_EQ(reason(run(service_.create(host_, request()))), "too_many_groups");
    EXPECT_TRUE(run(service_.create(host_, group)));
    ASSERT_TRUE(run(service_.cancel(host_, *group.id, {})));
    EXPECT_TRUE(run(service_.create(host_, request()))) << "one that is over does not count";
}

TEST_F(GroupServiceTest, RejectsTimesBeyondTwoYears) {
    auto group = request();
    group.scheduled_for = SystemClock{}.now() + std::chrono::days(729);
    EXPECT_TRUE(run(service_.create(host_, group)));
    group.scheduled_for = parse_timestamp("9999-12-31T23:59:00Z");
    EXPECT_FALSE(run(service_.create(host_, group)));
    auto made = run(service_.create(host_, request())).value();
    GroupPatch patch;
    patch.scheduled_for = {.present = true, .value = parse_timestamp("9999-12-31T23:59:00Z")};
    EXPECT_FALSE(run(service_.update(host_, made.id, patch, {})));
}

TEST_F(GroupServiceTest, CreatingTheSameGroupTwiceChangesNothing) {
    auto group = request();
    group.id = GroupId::make(SystemClock{}.now());
    auto first = run(service_.create(host_, group));
    auto second = run(service_.create(host_, group));
    ASSERT_TRUE(first && second);
    EXPECT_EQ(schema::to_json(*first), schema::to_json(*second));
    EXPECT_EQ(first->host.display_name, "host");
    group.title = "Another";
    EXPECT_EQ(reason(run(service_.create(host_, group))), "conflict");
    group.title = "Evening";
    EXPECT_EQ(reason(run(service_.create(guest_, group))), "conflict");
}

TEST_F(GroupServiceTest, ListsPublicGroupsSoonestFirstInPages) {
    auto now = SystemClock{}.now();
    for (int i : {3, 1, 4, 2, 5}) {
        auto group = request("in " + std::to_string(i));
        group.id.emplace().value.bytes.back() = static_cast<std::uint8_t>(i);
        group.scheduled_for = now + std::chrono::hours(i / 2);  // pairs share an hour: then the id decides
        ASSERT_TRUE(run(service_.create(host_, group)));
    }
    auto hidden = request("hidden");
    hidden.visibility = Visibility::unlisted;
    ASSERT_TRUE(run(service_.create(host_, hidden)));

    std::vector<std::string> titles;
    const GroupQuery query{.limit = 2, .cursor = {}, .state = {}};
    std::optional<GroupPosition> next{GroupPosition{}};
    while (next) {
        auto part = run(service_.list(query, *next));
        for (const auto& group : part.items) titles.push_back(group.title);
        next = part.next;
        if (titles.size() == 2) {
            auto early = request("added meanwhile");
            early.scheduled_for = now;
            ASSERT_TRUE(run(service_.create(host_, early)));
        }
    }
    EXPECT_EQ(titles, (std::vector<std::string>{"in 1", "in 2", "in 3", "in 4", "in 5"}));
}

TEST_F(GroupServiceTest, OnlyTheHostCanChangeAndCancel) {
    auto group = run(service_.create(host_, request())).value();
    GroupPatch patch;
    patch.title = {true, "Later"};
    EXPECT_EQ(reason(run(service_.update(guest_, group.id, patch, {}))), "forbidden");
    EXPECT_EQ(reason(run(service_.update(host_, group.id, patch, 7))), "precondition_failed");
    auto updated = run(service_.update(host_, group.id, patch, group.version));
    ASSERT_TRUE(updated);
    EXPECT_EQ(updated->title, "Later");
    EXPECT_NE(updated->etag(), group.etag());
    EXPECT_EQ(reason(run(service_.cancel(guest_, group.id, {}))), "forbidden");
    EXPECT_TRUE(run(service_.cancel(host_, group.id, {})));
    EXPECT_TRUE(run(service_.cancel(host_, group.id, {}))) << "again is harmless";
    EXPECT_EQ(run(service_.find(group.id))->state, GroupState::cancelled);
    EXPECT_EQ(reason(run(service_.issue_ticket(principal(host_), group.id))), "group_ended");
}

TEST_F(GroupServiceTest, ATicketIsValidOnceForOneGroup) {
    auto group = run(service_.create(host_, request())).value();
    auto ticket = run(service_.issue_ticket(principal(guest_), group.id)).value();
    EXPECT_EQ(ticket.url, "wss://mind.example/api/v1/groups/" + group.id.to_string() + "/live?ticket=" + ticket.ticket);
    EXPECT_EQ(ticket.expires_in, 30);
    EXPECT_FALSE(run(tickets_.redeem(GroupId::make({}), ticket.ticket)));
    auto grant = run(tickets_.redeem(group.id, ticket.ticket));
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->user, guest_);
    EXPECT_FALSE(run(tickets_.redeem(group.id, ticket.ticket)));
}

TEST_F(GroupServiceTest, AFullGroupIssuesTicketsToParticipantsOnly) {
    auto wanted = request();
    wanted.max_participants = 2;
    auto group = run(service_.create(host_, wanted)).value();
    RoomOrder order(redis_);
    for (auto user : {host_, guest_}) {
        EnterRequest enter{.facts = {.group = group.id, .state = group.state, .starts_at = {}, .ends_at = {}},
                           .lease = {user, ConnectionId::make({}), SystemClock{}.now() + 60s},
                           .participant = {.id = user, .display_name = "x", .avatar_url = {}},
                           .max_participants = 2,
                           .resume = {}};
        EXPECT_TRUE(run(order.enter(enter, SystemClock{}.now())));
    }
    EXPECT_TRUE(run(service_.issue_ticket(principal(guest_), group.id)));
    auto outsider = database_.add_user("outsider");
    EXPECT_EQ(reason(run(service_.issue_ticket(principal(outsider), group.id))), "group_full");
    EXPECT_EQ(run(service_.find(group.id))->participant_count, 2);
}

TEST_F(GroupServiceTest, ShowsGroupsWithoutRedis) {
    auto group = run(service_.create(host_, request())).value();
    server_.signal(SIGKILL);
    postgres::run_until(io_, [this] { return !redis_.is_up(); });
    EXPECT_TRUE(run(service_.find(group.id)));
    EXPECT_FALSE(run(service_.list({}, {})).items.empty());
    EXPECT_THROW(std::ignore = run(service_.issue_ticket(principal(host_), group.id)), Unavailable);
}

}  // namespace
}  // namespace mindspace::meditation
