#include "services/meditation/sessions/sweeper.h"

#include "platform/postgres/replicas/replicas.h"
#include "support/meditation/group_database.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

class SessionSweeperTest : public testing::Test {
protected:
    // An active session that began at that time.
    MeditationSessionId begin(UserId user, Timestamp at, std::int32_t planned_seconds) {
        auto id = MeditationSessionId::make(at);
        StartSession request;
        request.id = id;
        request.planned_seconds = planned_seconds;
        EXPECT_TRUE(postgres::run(io_, store_.insert_active(user, id, request, at)));
        return id;
    }
    std::int64_t sweep(Timestamp now, std::int32_t count = SessionSweeper::kBatch) {
        return postgres::run(io_, store_.abandon_overdue(now - SessionSweeper::kAbandonAfter, now, count));
    }
    std::int64_t count_events(UserId user) {
        static constexpr postgres::Statement kCount{
            "test_abandoned", "SELECT count(*) FROM outbox WHERE user_id = $1 AND type = 'session.abandoned'"};
        return database_.query(kCount, user)[0].get<std::int64_t>(0);
    }

    asio::io_context io_;
    GroupTestDatabase database_{io_};
    postgres::Replicas replicas_{io_, database_.client(), {}};
    SessionStore store_{database_.client(), replicas_, database_.client()};
    const Timestamp start_ = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
};

TEST_F(SessionSweeperTest, AbandonsSessionsADayAfterTheirPlannedEnd) {
    auto user = database_.add_user("Ada");
    auto id = begin(user, start_, 3600);
    EXPECT_EQ(sweep(start_ + 25h - 1ms), 0);
    EXPECT_EQ(postgres::run(io_, store_.find(user, id))->status, SessionStatus::active);
    EXPECT_EQ(sweep(start_ + 25h), 1);
    auto session = postgres::run(io_, store_.find(user, id));
    EXPECT_EQ(session->status, SessionStatus::abandoned);
    EXPECT_EQ(session->ended_at, start_ + 1h) << "not the time of the sweep";
    EXPECT_EQ(session->duration_seconds, std::nullopt);
    EXPECT_EQ(session->updated_at, start_ + 25h);
    EXPECT_EQ(session->version, 2);
    EXPECT_EQ(sweep(start_ + 26h), 0);
    EXPECT_EQ(count_events(user), 1);
}

TEST_F(SessionSweeperTest, IgnoresEndedSessions) {
    auto user = database_.add_user("Ada");
    auto id = begin(user, start_, 60);
    CompleteSession request;
    request.duration_seconds = 60;
    ASSERT_TRUE(postgres::run(io_, store_.complete(user, id, request, start_ + 2min)));
    EXPECT_EQ(sweep(start_ + 1000h), 0);
    EXPECT_EQ(postgres::run(io_, store_.find(user, id))->status, SessionStatus::completed);
}

TEST_F(SessionSweeperTest, AbandonsEachSessionOnceUnderConcurrentSweeps) {
    std::vector<UserId> users;
    for (int i = 0; i < 30; ++i) {
        users.push_back(database_.add_user("user" + std::to_string(i)));
        begin(users.back(), start_ + i * 1s, 60);
    }
    EXPECT_EQ(sweep(start_ + 100h, 7), 7);
    std::int64_t total = 7;
    int running = 0;
    for (int i = 0; i < 4; ++i) {
        ++running;
        asio::co_spawn(io_, store_.abandon_overdue(start_ + 50h, start_ + 100h, 500),
                       [&](const std::exception_ptr& fault, std::int64_t count) {
                           EXPECT_FALSE(fault);
                           total += count;
                           --running;
                       });
    }
    postgres::run_until(io_, [&] { return running == 0; });
    EXPECT_EQ(total, 30);
    for (auto user : users) EXPECT_EQ(count_events(user), 1);
}

}  // namespace
}  // namespace mindspace::meditation
