// Verification of the address, and the mails and pages of the links.

#include "support/postgres/database.h"
#include "support/program/mailbox.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

#include <regex>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;

constexpr const char* kVerify = "/api/v1/auth/email/verify";
constexpr const char* kResend = "/api/v1/auth/email/resend";

Response verify(const std::string& token) {
    return Client(Program::shared()).post(kVerify, {{"token", token}});
}

bool is_verified(Person& person) {
    return person.client.get("/api/v1/users/me").at("/emailVerified").as_bool();
}

std::size_t links_in(const std::string& text) {
    const std::regex link("https?://");
    return static_cast<std::size_t>(std::distance(std::sregex_iterator(text.begin(), text.end(), link), {}));
}

TEST(EmailVerification, AcceptsTheTokenOfTheRegistrationMailOnce) {
    auto person = register_person();
    EXPECT_FALSE(is_verified(person));
    const auto token = wait_for_mail(Program::shared(), person.email).token();
    EXPECT_TRUE(is(verify(token), 204));
    EXPECT_TRUE(is_verified(person));
    EXPECT_TRUE(is_problem(verify(token), 422, "invalid_token"));
    EXPECT_TRUE(is_verified(person));
    EXPECT_THAT(audit_of(Program::shared(), person.id), testing::Contains("email_verified"));
}

TEST(EmailVerification, RejectsInvalidAndExpiredTokens) {
    auto person = register_person();
    const auto token = wait_for_mail(Program::shared(), person.email).token();
    const auto wrong = verify("nonsense");
    EXPECT_TRUE(is_problem(wrong, 422, "invalid_token"));
    EXPECT_THAT(faults_of(wrong), testing::ElementsAre("/token invalid_token"));
    auto changed = token;
    changed[40] = changed[40] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(is_problem(verify(changed), 422, "invalid_token"));
    const auto of_user = " WHERE user_id = '" + person.id + "'";
    const auto lifetime = query(Program::shared(), "SELECT expires_at - issued_at FROM one_time_tokens" + of_user);
    EXPECT_EQ(lifetime.at(0).at(0), "1 day");
    query(Program::shared(), "UPDATE one_time_tokens SET expires_at = now()" + of_user);
    EXPECT_TRUE(is_problem(verify(token), 422, "invalid_token"));
    EXPECT_FALSE(is_verified(person));
}

TEST(EmailVerification, CanBeResentUntilVerified) {
    auto person = register_person();
    const auto first = wait_for_mail(Program::shared(), person.email).token();
    EXPECT_TRUE(is(person.client.post(kResend), 202));
    const auto second = wait_for_mail(Program::shared(), person.email, 2).token();
    EXPECT_TRUE(is(verify(first), 204));
    EXPECT_TRUE(is_problem(verify(second), 422, "invalid_token")) << "nothing is left to verify";
    EXPECT_TRUE(is(person.client.post(kResend), 202));
    const auto mails = query(Program::shared(), "SELECT count(*) FROM mails WHERE user_id = '" + person.id + "'");
    EXPECT_EQ(mails.at(0).at(0), "2") << "nothing is left to verify";
    EXPECT_TRUE(is_problem(Client(Program::shared()).post(kResend), 401, "credentials_missing"));
}

TEST(Mails, ArePlainTextAndHtmlWithOneLink) {
    const auto person = register_person();
    const auto mail = wait_for_mail(Program::shared(), person.email);
    EXPECT_THAT(mail.field("Content-Type"), HasSubstr("multipart/alternative"));
    EXPECT_THAT(mail.field("Subject"), HasSubstr("verify"));
    EXPECT_EQ(links_in(mail.text), 1U) << mail.text;
    EXPECT_EQ(links_in(mail.html), 1U) << mail.html;
    EXPECT_THAT(mail.text, HasSubstr("/verify-email?token="));
    EXPECT_FALSE(mail.field("Message-ID").empty());
    EXPECT_FALSE(mail.field("Date").empty());
}

TEST(Mails, AreInTheUsersLanguage) {
    const auto person = register_person({{"locale", "de-CH"}});
    const auto mail = wait_for_mail(Program::shared(), person.email);
    EXPECT_THAT(mail.text, HasSubstr("bestätige"));
    EXPECT_THAT(mail.field("Subject"), testing::StartsWith("=?UTF-8?B?"));
}

TEST(LinkPages, ChangeNothingWhenOpened) {
    auto person = register_person();
    const auto token = wait_for_mail(Program::shared(), person.email).token();
    EXPECT_TRUE(is(Client(Program::shared()).get("/verify-email?token=" + token), 200));
    EXPECT_FALSE(is_verified(person));
    EXPECT_TRUE(is(verify(token), 204));
}

TEST(LinkPages, IgnoreParametersAppendedByMailPrograms) {
    for (const char* path : {"/verify-email?token=abc&utm_source=mail&fbclid=1",
                             "/reset-password?utm_medium=x&token=abc", "/verify-email?token=abc&token=abc"})
        EXPECT_TRUE(is(Client(Program::shared()).get(path), 200)) << path;
}

TEST(LinkPages, LeakNoToken) {
    for (const char* path : {"/verify-email?token=abc", "/reset-password?token=abc"}) {
        const auto page = Client(Program::shared()).get(path);
        ASSERT_TRUE(is(page, 200));
        EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
        EXPECT_EQ(page.header("referrer-policy"), "no-referrer");
        EXPECT_THAT(page.header("content-security-policy"), testing::Optional(HasSubstr("frame-ancestors 'none'")));
        EXPECT_EQ(links_in(page.body), 0U) << "nothing of other origins";
        EXPECT_THAT(page.body, testing::Not(HasSubstr("abc"))) << "the page contains nothing of the request";
    }
}

}  // namespace
}  // namespace mindspace::integration
