// Requests that are admitted on lease, by two processes whose channels of changes break in every way: an ended login
// session is dead, and a write is seen, on both as soon as the caller knows of it.

#include "support/network/silencing_proxy.h"
#include "support/postgres/database.h"
#include "support/program/metrics.h"
#include "support/program/person.h"
#include "support/program/program.h"

#include "support/base/process.h"
#include "support/postgres/server.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

#include <csignal>
#include <deque>

namespace mindspace::integration {
namespace {

constexpr const char* kHits = R"(mindspace_cache_hits_total{cache="login",level="1"})";
constexpr const char* kSilent = "mindspace_leases_silent_cores";

class Leases : public testing::Test {
protected:
    Environment settings(std::uint16_t redis_port) {
        return {{"MINDSPACE_DATABASE_URL", conninfo_},
                {"MINDSPACE_REDIS_URL", "redis://127.0.0.1:" + std::to_string(redis_port)}};
    }
    // Connections to all cores of the second node, with the person's token, until these admit on lease.
    std::deque<Client> warm_up(const Person& person) {
        std::deque<Client> readers;
        for (int i = 0; i < 6; ++i) readers.emplace_back(second_, person.client.access_token());
        EXPECT_TRUE(eventually([&] {
            const auto hits = metric(second_.management_port(), kHits);
            for (auto& reader : readers) EXPECT_TRUE(is(reader.get(kMe), 200));
            return metric(second_.management_port(), kHits) >= hits + static_cast<double>(readers.size());
        }));
        return readers;
    }
    void expect_shared_writes(Person& person) {
        auto readers = warm_up(person);
        for (int i = 0; i < 20; ++i) {
            ASSERT_TRUE(is(person.client.patch(kMe, {{"dailyGoalSeconds", 60 + i}}), 200));
            for (auto& reader : readers) ASSERT_EQ(reader.get(kMe).at("/dailyGoalSeconds"), 60 + i);
        }
    }

    postgres::TestServer postgres_;
    const std::string conninfo_ = postgres_.create_database();
    const std::uint16_t redis_port_ = free_port();
    redis::TestServer redis_{{"--port", std::to_string(redis_port_)}};
    SilencingProxy line_{redis_port_, "SSUBSCRIBE"};
    Program first_{settings(redis_port_)};
    Program second_{settings(line_.port())};
};

TEST_F(Leases, ShowWritesOnTheOtherNodeAtOnce) {
    auto person = register_person(first_);
    expect_shared_writes(person);
}

TEST_F(Leases, ShowWritesWhileTheChannelIsSilent) {
    auto person = register_person(first_);
    auto readers = warm_up(person);
    line_.silence();
    ASSERT_TRUE(is(person.client.patch(kMe, {{"dailyGoalSeconds", 999}}), 200));
    for (auto& reader : readers) EXPECT_EQ(reader.get(kMe).at("/dailyGoalSeconds"), 999);
    EXPECT_TRUE(eventually([&] { return metric(second_.management_port(), kSilent) > 0; }));
    line_.restore();
    expect_shared_writes(person);
}

TEST_F(Leases, RejectAnEndedLoginSessionWhileTheChannelIsSilent) {
    auto person = register_person(first_);
    auto readers = warm_up(person);
    line_.silence();
    ASSERT_TRUE(is(person.client.post("/api/v1/auth/logout"), 204));
    for (auto& reader : readers) EXPECT_TRUE(is(reader.get(kMe), 401));
}

TEST_F(Leases, RejectAnEndedLoginSessionThatRedisDoesNotKnowOf) {
    auto person = register_person(first_);
    auto readers = warm_up(person);
    query(conninfo_,
          "UPDATE auth_sessions SET revoked_at = now() WHERE auth_session_id = '" + person.auth_session + "'");
    EXPECT_TRUE(eventually(
        [&] { return std::ranges::all_of(readers, [](auto& reader) { return reader.get(kMe).status == 401; }); }));
}

TEST_F(Leases, ShowWritesAfterRedisHasLostItsMemory) {
    auto person = register_person(first_);
    for (int i = 0; i < 3; ++i) {
        auto readers = warm_up(person);
        redis_.signal(SIGKILL);
        redis_.start();
        Response response;
        ASSERT_TRUE(eventually([&] {
            response = person.client.patch(kMe, {{"dailyGoalSeconds", 700 + i}});
            return response.status == 200;
        }));
        for (auto& reader : readers) EXPECT_EQ(reader.get(kMe).at("/dailyGoalSeconds"), 700 + i);
    }
}

}  // namespace
}  // namespace mindspace::integration
