// GET /users/me/audit: what happened to an account, for its owner.

#include "platform/base/time.h"
#include "support/postgres/database.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

using testing::ElementsAre;

constexpr const char* kAudit = "/api/v1/users/me/audit";

std::vector<std::string> actions_of(const Response& page) {
    std::vector<std::string> actions;
    for (const auto& item : page.at("/items").as_array()) actions.push_back(text_of(item.as_object(), "action"));
    return actions;
}

TEST(Audit, ShowsItsOwnerWhatHappened) {
    auto person = register_person();
    const json::object login{{"email", person.email}, {"password", kPassword}};
    const auto in = Client(Program::shared()).post(kLogin, login, {{"User-Agent", "Test phone"}});
    ASSERT_TRUE(is(in, 200));
    const json::object wrong{{"email", person.email}, {"password", "not my password"}};
    ASSERT_TRUE(is(Client(Program::shared()).post(kLogin, wrong), 401));
    Response page;
    ASSERT_TRUE(eventually([&] {  // a failed login is written after its response
        page = person.client.get(kAudit);
        return actions_of(page).size() == 3;
    }));
    ASSERT_TRUE(is(page, 200));
    EXPECT_THAT(actions_of(page), ElementsAre("login_failed", "login", "registered")) << "newest first";
    EXPECT_TRUE(page.at("/nextCursor").is_null());
    EXPECT_EQ(page.at("/items/1/loginSessionId"), in.at("/tokens/sessionId"));
    EXPECT_EQ(page.at("/items/1/userAgent"), "Test phone");
    EXPECT_EQ(page.at("/items/1/ip"), "127.0.0.1");
    EXPECT_TRUE(parse_timestamp(page.text("/items/1/at")));
    EXPECT_EQ(page.at("/items/0/detail"), (json::object{{"reason", "wrong_password"}}));
    EXPECT_EQ(page.header("cache-control"), "no-store");
}

TEST(Audit, IsPaged) {
    auto person = register_person();
    for (int i = 0; i < 4; ++i) log_in_again(person);
    std::vector<std::string> ids;
    std::string query = "?limit=2";
    for (int pages = 0; pages < 3; ++pages) {
        const auto page = person.client.get(kAudit + query);
        ASSERT_TRUE(is(page, 200));
        for (const auto& item : page.at("/items").as_array()) ids.push_back(text_of(item.as_object(), "id"));
        if (pages == 2) {
            EXPECT_TRUE(page.at("/nextCursor").is_null());
            break;
        }
        query = "?limit=2&cursor=" + in_query(page.text("/nextCursor"));
        log_in_again(person);  // new entries do not shift pages
    }
    EXPECT_EQ(ids.size(), 5U);
    EXPECT_TRUE(std::ranges::is_sorted(ids, std::greater<>()));
}

TEST(Audit, IsVisibleToItsOwnerOnly) {
    auto person = register_person();
    auto other = register_person();
    log_in_again(other);
    log_in_again(other);
    EXPECT_THAT(actions_of(person.client.get(kAudit)), ElementsAre("registered"));
    const auto cursor = in_query(other.client.get(std::string(kAudit) + "?limit=1").text("/nextCursor"));
    EXPECT_TRUE(is_problem(person.client.get(std::string(kAudit) + "?cursor=" + cursor), 400, "invalid_cursor"));
    EXPECT_TRUE(is_problem(Client(Program::shared()).get(kAudit), 401, "credentials_missing"));
    EXPECT_THAT(faults_of(person.client.get(std::string(kAudit) + "?limit=101")), ElementsAre("limit too_large"));
    EXPECT_TRUE(is(person.client.post(kAudit), 405));
}

TEST(Audit, OmitsAddressesAfterTheirRetention) {
    auto person = register_person();
    query(person.client.program(), "UPDATE audit_log SET ip = '', user_agent = '' WHERE user_id = '" + person.id + "'");
    const auto page = person.client.get(kAudit);
    EXPECT_TRUE(page.at("/items/0/ip").is_null());
    EXPECT_TRUE(page.at("/items/0/userAgent").is_null());
    EXPECT_TRUE(person.client.get("/api/v1/users/me/export").at("/auditLog/0/ip").is_null());
}

}  // namespace
}  // namespace mindspace::integration
