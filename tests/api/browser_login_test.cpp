// Login sessions of web pages, whose refresh token is in a cookie; and the attacks of other pages on them.

#include "support/browser/browser_page.h"
#include "support/postgres/database.h"

#include <gmock/gmock.h>

#include <mutex>
#include <set>
#include <thread>

namespace mindspace::integration {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Where a proxy forwards another name to the program.
constexpr const char* kPlainHost = "mind.test";

BrowserPage page_of_host(std::string origin) {
    return {Program::shared(), std::move(origin), kPlainHost};
}

TEST(BrowserLogin, StoresTheRefreshTokenInACookieThatScriptsCannotRead) {
    auto page = BrowserPage::of(Program::shared());
    const auto registered = page.register_person();
    ASSERT_TRUE(is(registered, 201));
    const auto token = page.cookie(kHostCookie);
    EXPECT_THAT(token, HasSubstr("msr_"));
    EXPECT_EQ(registered.header("set-cookie"),
              "__Host-mindspace_refresh=" + token + "; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Strict");
    EXPECT_FALSE(registered.at("/tokens").as_object().contains("refreshToken"));
    EXPECT_EQ(registered.number("/tokens/refreshExpiresIn"), 604800);
    EXPECT_THAT(registered.body, Not(HasSubstr(token)));
    EXPECT_EQ(registered.header("cache-control"), "no-store");

    auto elsewhere = BrowserPage::of(Program::shared());
    const auto logged_in = elsewhere.log_in(page.email());
    ASSERT_TRUE(is(logged_in, 200));
    EXPECT_FALSE(logged_in.at("/tokens").as_object().contains("refreshToken"));
    EXPECT_NE(elsewhere.cookie(kHostCookie), token);
    EXPECT_NE(elsewhere.cookie(kHostCookie), "");
}

TEST(BrowserLogin, LeavesAppsWithoutCookies) {
    std::vector<Response> responses{
        Client(Program::shared())
            .post("/api/v1/auth/register", {{"email", new_email()}, {"password", kPassword}, {"displayName", "Ada"}})};
    for (const auto& cookie : {json::value(false), json::value(nullptr)})
        responses.push_back(BrowserPage::of(Program::shared()).register_person({{"cookie", cookie}}));
    for (const auto& registered : responses) {
        ASSERT_TRUE(is(registered, 201));
        EXPECT_EQ(registered.header("set-cookie"), std::nullopt);
        EXPECT_THAT(registered.text("/tokens/refreshToken"), HasSubstr("msr_"));
    }
}

TEST(BrowserLogin, RotatesTheCookieWithEachRefresh) {
    auto page = BrowserPage::of(Program::shared());
    const auto session = page.register_person().text("/tokens/sessionId");
    const auto first = page.cookie(kHostCookie);
    const auto refreshed = page.refresh();
    ASSERT_TRUE(is(refreshed, 200));
    EXPECT_EQ(refreshed.text("/tokens/sessionId"), session);
    EXPECT_FALSE(refreshed.at("/tokens").as_object().contains("refreshToken"));
    EXPECT_NE(page.cookie(kHostCookie), first);
    EXPECT_TRUE(is(Client(Program::shared(), refreshed.text("/tokens/accessToken")).get(kMe), 200));

    ASSERT_TRUE(is(page.refresh(), 200));
    page.set_cookie(kHostCookie, first);
    EXPECT_TRUE(is_problem(page.refresh(), 401, "refresh_reused"));
    EXPECT_EQ(page.cookie(kHostCookie), first) << "a late failure must not remove the cookie of another login";
}

TEST(BrowserLogin, GivesTwoTabsThatRefreshAtOnceTheSameCookie) {
    auto page = BrowserPage::of(Program::shared());
    page.register_person();
    std::mutex mutex;
    std::multiset<std::string> successors;
    {
        std::vector<std::jthread> tabs;
        for (int i = 0; i < 6; ++i)
            tabs.emplace_back([&, token = page.cookie(kHostCookie)] {
                auto tab = BrowserPage::of(Program::shared());
                tab.set_cookie(kHostCookie, token);
                const auto response = tab.refresh();
                const std::scoped_lock lock(mutex);
                successors.insert(response.status == 200 ? tab.cookie(kHostCookie) : response.body);
            });
    }
    EXPECT_EQ(successors.count(*successors.begin()), 6U) << *successors.begin() << "\n" << *successors.rbegin();
    page.set_cookie(kHostCookie, *successors.begin());
    EXPECT_TRUE(is(page.refresh(), 200));
}

TEST(BrowserLogin, RejectsEveryOtherPage) {
    auto page = page_of_host("http://mind.test");
    ASSERT_TRUE(is(page.register_person(), 201));
    const auto token = page.cookie(kPlainCookie);
    for (const auto* other : {"", "null", "https://evil.example", "http://evil.mind.test", "http://mind.test:81",
                              "https://mind.test", "http://mind.test.evil.example", "mind.test", "*"}) {
        auto attack = page_of_host(other);
        attack.set_cookie(kPlainCookie, token);
        attack.set_cookie(kHostCookie, token);
        const auto refreshed = attack.refresh();
        EXPECT_TRUE(is_problem(refreshed, 403, "bad_origin")) << other;
        EXPECT_EQ(refreshed.header("set-cookie"), std::nullopt);
        const auto logged_in = attack.log_in(page.email());
        EXPECT_TRUE(is_problem(logged_in, 403, "bad_origin")) << other;
        EXPECT_EQ(logged_in.header("set-cookie"), std::nullopt);
        EXPECT_TRUE(is_problem(attack.register_person(), 403, "bad_origin")) << other;
    }
    Client twice(Program::shared());
    const auto refused = twice.send({.method = "POST",
                                     .path = kRefreshPath,
                                     .headers = {{"Host", kPlainHost},
                                                 {"Origin", "http://mind.test"},
                                                 {"Origin", "http://mind.test"},
                                                 {"Cookie", std::string(kPlainCookie) + "=" + token}}});
    EXPECT_TRUE(is_problem(refused, 403, "bad_origin"));
    // The attacks have not used the token: it is still the current one.
    ASSERT_TRUE(is(page.refresh(), 200));
    EXPECT_TRUE(is(page.refresh(), 200));
}

TEST(BrowserLogin, IsForCallsOfTheLoginOnly) {
    auto page = BrowserPage::of(Program::shared());
    page.register_person();
    EXPECT_TRUE(is_problem(page.send("GET", kMe), 401, "credentials_missing"));
    EXPECT_TRUE(is_problem(page.send("GET", kRefreshPath), 405, "method_not_allowed"));
    EXPECT_TRUE(is_problem(page.send("GET", "/api/v1/auth/logout"), 405, "method_not_allowed"));
    EXPECT_TRUE(is_problem(page.send("POST", "/api/v1/auth/logout"), 401, "credentials_missing"));
    EXPECT_TRUE(is_problem(page.send("POST", kSessions, json::object{{"kind", "sleep"}, {"plannedSeconds", 60}}), 401,
                           "credentials_missing"));
    EXPECT_TRUE(is(page.refresh(), 200)) << "nothing has ended";
}

TEST(BrowserLogin, AllowsPagesThatTheSettingsName) {
    auto page = BrowserPage(Program::shared(), std::string(kAllowedOrigin), {});
    const auto registered = page.register_person();
    ASSERT_TRUE(is(registered, 201));
    EXPECT_EQ(registered.header("access-control-allow-credentials"), "true");
    EXPECT_NE(page.cookie(kHostCookie), "");
    EXPECT_TRUE(is(page.refresh(), 200));
}

TEST(BrowserLogin, AllowsNoPageBecauseAllMayCall) {
    const Program program({{"MINDSPACE_CORS_ORIGINS", "*"}});
    auto page = BrowserPage(program, "https://evil.example", {});
    const auto refused = page.register_person();
    EXPECT_TRUE(is_problem(refused, 403, "bad_origin"));
    EXPECT_EQ(refused.header("access-control-allow-origin"), "https://evil.example");
    EXPECT_EQ(refused.header("access-control-allow-credentials"), std::nullopt);
}

// An attacker who can change unencrypted pages in transit could act as one.
TEST(BrowserLogin, OfAnEncryptedSiteIsForEncryptedPagesOnly) {
    const Program program({{"MINDSPACE_HTTP_PUBLIC_URL", "https://mind.test"}});
    auto page = BrowserPage(program, "https://mind.test", kPlainHost);
    ASSERT_TRUE(is(page.register_person(), 201));
    auto alias = BrowserPage(program, "https://alias.test", "alias.test");
    EXPECT_TRUE(is(alias.log_in(page.email()), 200));
    auto changed = BrowserPage(program, "http://mind.test", kPlainHost);
    changed.set_cookie(kHostCookie, page.cookie(kHostCookie));
    changed.set_cookie(kPlainCookie, page.cookie(kHostCookie));
    EXPECT_TRUE(is_problem(changed.refresh(), 403, "bad_origin"));
    EXPECT_TRUE(is(page.refresh(), 200));
}

TEST(BrowserLogin, UsesAPlainCookieWhereTheOtherIsRefused) {
    auto page = page_of_host("http://mind.test");
    const auto registered = page.register_person();
    EXPECT_EQ(registered.header("set-cookie"),
              "mindspace_refresh=" + page.cookie(kPlainCookie) + "; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict");
    EXPECT_TRUE(is(page.refresh(), 200));
}

// Any host of the domain can set a cookie without the prefix: with the attacker's own token, say.
TEST(BrowserLogin, IgnoresAPlainCookieOnSecureOrigins) {
    auto attacker = page_of_host("http://mind.test");
    attacker.register_person();
    auto page = BrowserPage::of(Program::shared());
    page.set_cookie(kPlainCookie, attacker.cookie(kPlainCookie));
    EXPECT_TRUE(is_problem(page.refresh(), 401, "credentials_missing"));
}

TEST(BrowserLogin, RejectsTwoCookiesWithTheSameName) {
    auto page = page_of_host("http://mind.test");
    page.register_person();
    const auto both = "mindspace_refresh=" + page.cookie(kPlainCookie) + "; mindspace_refresh=another";
    const auto refused =
        Client(Program::shared())
            .send({.method = "POST",
                   .path = kRefreshPath,
                   .headers = {{"Host", kPlainHost}, {"Origin", "http://mind.test"}, {"Cookie", both}}});
    EXPECT_TRUE(is_problem(refused, 401, "credentials_missing"));
    EXPECT_TRUE(is(page.refresh(), 200));
}

TEST(BrowserLogin, PrefersATokenInTheBodyAndThenLeavesTheCookieAlone) {
    auto page = BrowserPage::of(Program::shared());
    const auto session = page.register_person().text("/tokens/sessionId");
    const auto app = register_person();
    const auto refreshed = page.send("POST", kRefreshPath, json::object{{"refreshToken", app.refresh_token}});
    ASSERT_TRUE(is(refreshed, 200));
    EXPECT_EQ(refreshed.text("/tokens/sessionId"), app.auth_session);
    EXPECT_NE(refreshed.text("/tokens/refreshToken"), app.refresh_token);
    EXPECT_EQ(refreshed.header("set-cookie"), std::nullopt);
    EXPECT_EQ(page.refresh().text("/tokens/sessionId"), session);
    EXPECT_TRUE(is_problem(page.send("POST", kRefreshPath, json::object{{"refreshToken", "msr_forged"}}), 401,
                           "invalid_refresh_token"))
        << "not the cookie instead";
}

TEST(BrowserLogin, SaysWhatIsMissing) {
    const auto app = Client(Program::shared()).post(kRefreshPath);
    EXPECT_TRUE(is_problem(app, 422, "validation_failed"));
    EXPECT_THAT(faults_of(app), ElementsAre("/refreshToken required"));
    EXPECT_TRUE(is_problem(BrowserPage::of(Program::shared()).refresh(), 401, "credentials_missing"));
    auto page = BrowserPage::of(Program::shared());
    page.set_cookie(kHostCookie, "nonsense");
    EXPECT_TRUE(is_problem(page.refresh(), 401, "invalid_refresh_token"));
}

TEST(BrowserLogin, EndsWithItsCookie) {
    struct End {
        const char* method;
        const char* path;
        std::optional<json::object> body{};
    };
    const json::object password{{"password", kPassword}};
    for (const auto& end : {End{"POST", "/api/v1/auth/logout"}, End{"POST", "/api/v1/auth/logout-all"},
                            End{"DELETE", "/api/v1/auth/sessions/"}, End{"DELETE", kMe, password}}) {
        auto page = BrowserPage::of(Program::shared());
        const auto registered = page.register_person();
        const auto token = page.cookie(kHostCookie);
        std::string path = end.path;
        if (path.ends_with('/')) path += registered.text("/tokens/sessionId");
        const auto ended = page.send(end.method, path, end.body);
        ASSERT_TRUE(is(ended, 401)) << "the cookie does not authenticate";
        const auto access = registered.text("/tokens/accessToken");
        const auto done = page.send(end.method, path, end.body, access);
        ASSERT_TRUE(is(done, 204)) << path;
        EXPECT_EQ(done.header("set-cookie"),
                  "__Host-mindspace_refresh=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict")
            << path;
        EXPECT_EQ(page.cookie(kHostCookie), "");
        page.set_cookie(kHostCookie, token);
        EXPECT_TRUE(is(page.refresh(), 401)) << path;
    }
}

TEST(BrowserLogin, KeepsTheCookieOfAnotherLoginSession) {
    auto page = BrowserPage::of(Program::shared());
    const auto registered = page.register_person();
    const auto token = page.cookie(kHostCookie);
    auto app = register_person();
    const auto logout = page.send("POST", "/api/v1/auth/logout", {}, app.client.access_token());
    ASSERT_TRUE(is(logout, 204));
    EXPECT_EQ(logout.header("set-cookie"), std::nullopt);
    const json::object passwords{{"currentPassword", kPassword}, {"newPassword", "a new and calm one"}};
    const auto access = registered.text("/tokens/accessToken");
    EXPECT_TRUE(is(page.send("POST", "/api/v1/auth/password/change", passwords, access), 204));
    EXPECT_EQ(page.cookie(kHostCookie), token) << "a new password ends the others only";
    EXPECT_TRUE(is(page.refresh(), 200));
}

TEST(BrowserLogin, IsReplayedWithItsCookieAndNotStoredInClear) {
    auto page = BrowserPage::of(Program::shared());
    const auto key = new_id();
    const json::object account{
        {"email", new_email()}, {"password", kPassword}, {"displayName", "Ada"}, {"cookie", true}};
    const auto first = page.send("POST", kRegisterPath, account, {}, {{"Idempotency-Key", key}});
    ASSERT_TRUE(is(first, 201));
    auto again_page = BrowserPage::of(Program::shared());
    const auto again = again_page.send("POST", kRegisterPath, account, {}, {{"Idempotency-Key", key}});
    ASSERT_TRUE(is(again, 201));
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("set-cookie"), first.header("set-cookie"));
    const auto stored =
        query(Program::shared(), "SELECT encode(answer, 'escape') FROM idempotency_keys WHERE key = '" + key + "'");
    EXPECT_THAT(stored.at(0).at(0), Not(HasSubstr("mindspace_refresh")));
    EXPECT_TRUE(is(again_page.refresh(), 200));
}

}  // namespace
}  // namespace mindspace::integration
