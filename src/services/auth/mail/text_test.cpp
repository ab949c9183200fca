#include "services/auth/mail/text.h"

#include "services/auth/mail/mailer.h"

#include <gmock/gmock.h>

namespace mindspace::auth {
namespace {

using testing::HasSubstr;

constexpr std::string_view kLink = "https://mind.example/verify-email?token=abc";

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t times = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++times;
    return times;
}

TEST(MailText, HasOneLinkInEachPart) {
    for (auto kind : {MailKind::email_verification, MailKind::password_reset})
        for (const char* locale : {"en", "de-DE"}) {
            const auto content = mail_text(kind, locale, kLink);
            EXPECT_EQ(count(content.text, "http"), 1U);
            EXPECT_EQ(count(content.text, kLink), 1U);
            EXPECT_EQ(count(content.html, "http"), 1U);
            EXPECT_EQ(count(content.html, kLink), 1U);
        }
}

TEST(MailText, StatesItsPurposeInItsSubject) {
    EXPECT_THAT(mail_text(MailKind::email_verification, "en", kLink).subject, HasSubstr("verify"));
    EXPECT_THAT(mail_text(MailKind::password_reset, "en", kLink).subject, HasSubstr("reset"));
}

TEST(MailText, IsInTheLanguageOfTheLocaleOrEnglish) {
    const auto english = mail_text(MailKind::password_reset, "en-GB", kLink).subject;
    for (const char* locale : {"fr", "", "den", "d"})
        EXPECT_EQ(mail_text(MailKind::password_reset, locale, kLink).subject, english) << locale;
    const auto german = mail_text(MailKind::password_reset, "de", kLink).subject;
    EXPECT_NE(german, english);
    for (const char* locale : {"de-AT", "DE"})
        EXPECT_EQ(mail_text(MailKind::password_reset, locale, kLink).subject, german) << locale;
}

TEST(Mailer, WaitsLongerAfterEachFailureUpToHalfAnHour) {
    EXPECT_EQ(mail_backoff(1), Seconds(5));
    EXPECT_EQ(mail_backoff(2), Seconds(10));
    EXPECT_EQ(mail_backoff(9), Seconds(1280));
    EXPECT_EQ(mail_backoff(10), Seconds(1800));
    EXPECT_EQ(mail_backoff(1'000'000), Seconds(1800));
}

}  // namespace
}  // namespace mindspace::auth
