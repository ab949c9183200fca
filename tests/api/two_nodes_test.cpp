// Two processes with all roles, sharing PostgreSQL and Redis.

#include "support/postgres/database.h"
#include "support/program/mailbox.h"
#include "support/program/person.h"

#include "support/postgres/server.h"
#include "support/redis/server.h"

#include <gmock/gmock.h>

#include <csignal>
#include <mutex>
#include <set>
#include <thread>

namespace mindspace::integration {
namespace {

constexpr const char* kRefresh = "/api/v1/auth/refresh";

// Retries while the response is 503.
Response retry_while_unavailable(const std::function<Response()>& call) {
    Response response;
    eventually([&] { return (response = call()).status != 503; });
    return response;
}

class TwoNodes : public testing::Test {
protected:
    Environment settings() {
        return {{"MINDSPACE_DATABASE_URL", conninfo_}, {"MINDSPACE_REDIS_URL", redis_.socket_path()}};
    }
    Response refresh(const Program& node, const std::string& token) {
        return Client(node).post(kRefresh, {{"refreshToken", token}});
    }
    std::vector<std::string> audit(const std::string& user) {
        std::vector<std::string> actions;
        for (auto& row :
             query(conninfo_, "SELECT action FROM audit_log WHERE user_id = '" + user + "' ORDER BY audit_id"))
            actions.push_back(std::move(row.at(0)));
        return actions;
    }

    postgres::TestServer postgres_;
    redis::TestServer redis_;
    const std::string conninfo_ = postgres_.create_database();
    Program first_{settings()};
    Program second_{settings()};
};

TEST_F(TwoNodes, ReturnOneSuccessorToAHundredConcurrentRefreshes) {
    const auto person = register_person(first_);
    std::mutex mutex;
    std::multiset<std::string> successors;
    {
        std::vector<std::jthread> clients;
        for (int i = 0; i < 100; ++i)
            clients.emplace_back([&, &node = i % 2 == 0 ? first_ : second_] {
                const auto response = refresh(node, person.refresh_token);
                const std::scoped_lock lock(mutex);
                successors.insert(response.status == 200 ? response.text("/tokens/refreshToken") : response.body);
            });
    }
    EXPECT_EQ(successors.count(*successors.begin()), 100U) << *successors.begin() << "\n" << *successors.rbegin();
    EXPECT_TRUE(is(refresh(second_, *successors.begin()), 200));
}

TEST_F(TwoNodes, KeepLoginsAfterARedisFlushAndAPostgresRestart) {
    auto person = register_person(first_);
    auto logged_out = log_in_again(person);
    ASSERT_TRUE(is(logged_out.client.post("/api/v1/auth/logout"), 204));
    auto token = person.refresh_token;
    for (auto* node : {&second_, &first_}) {
        redis_.signal(SIGKILL);
        redis_.start();
        postgres_.crash();
        postgres_.restart();
        const auto response = retry_while_unavailable([&] { return refresh(*node, token); });
        ASSERT_TRUE(is(response, 200));
        token = response.text("/tokens/refreshToken");
        const auto me = [&](const std::string& access_token) {
            return retry_while_unavailable([&] { return Client(*node, access_token).get(kMe); });
        };
        EXPECT_TRUE(is(me(response.text("/tokens/accessToken")), 200));
        EXPECT_TRUE(is(me(logged_out.client.access_token()), 401));
        EXPECT_TRUE(is(retry_while_unavailable([&] { return refresh(*node, logged_out.refresh_token); }), 401));
    }
}

TEST_F(TwoNodes, EndTheLoginSessionOfAReusedTokenAndAuditIt) {
    auto person = register_person(first_);
    auto elsewhere = log_in_again(person);
    const auto next = refresh(second_, person.refresh_token).text("/tokens/refreshToken");
    ASSERT_TRUE(is(refresh(first_, next), 200));
    EXPECT_TRUE(is_problem(refresh(second_, person.refresh_token), 401, "refresh_reused"));
    for (auto* node : {&first_, &second_}) {
        EXPECT_TRUE(is(Client(*node, person.client.access_token()).get(kMe), 401));
        EXPECT_TRUE(is(Client(*node, elsewhere.client.access_token()).get(kMe), 200));
    }
    EXPECT_THAT(audit(person.id), testing::ElementsAre("registered", "login", "refresh_reused"));
}

TEST_F(TwoNodes, ShowTheLatestProfile) {
    auto person = register_person(first_);
    Client elsewhere(second_, person.client.access_token());
    for (int i = 0; i < 100; ++i) {
        auto [writer, reader] = i % 2 == 0 ? std::tie(person.client, elsewhere) : std::tie(elsewhere, person.client);
        ASSERT_TRUE(is(reader.get(kMe), 200));
        ASSERT_TRUE(is(writer.patch(kMe, {{"dailyGoalSeconds", 60 + i}}), 200));
        ASSERT_EQ(reader.get(kMe).at("/dailyGoalSeconds"), 60 + i) << "at once, although the contract allows 100 ms";
    }
}

TEST_F(TwoNodes, SendEachMailOnce) {
    constexpr int kPeople = 12;
    std::vector<std::string> addresses;
    for (int i = 0; i < kPeople; ++i) addresses.push_back(register_person(i % 2 == 0 ? first_ : second_).email);
    ASSERT_TRUE(eventually([&] { return query(conninfo_, "SELECT 1 FROM mails WHERE sent_at IS NULL").empty(); }));
    for (const auto& address : addresses)
        EXPECT_EQ(mails_to(first_, address).size() + mails_to(second_, address).size(), 1U);
    EXPECT_EQ(query(conninfo_, "SELECT max(attempts) FROM mails").at(0).at(0), "1");
}

}  // namespace
}  // namespace mindspace::integration
