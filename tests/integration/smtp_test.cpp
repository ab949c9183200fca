// Mails on their way to a real SMTP server: what fails is tried again, nothing is lost and nothing comes twice.

#include "database.h"
#include "mailbox.h"
#include "person.h"
#include "smtp_server.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;

bool all_sent(const Program& program) {
    return query(program, "SELECT 1 FROM mails WHERE sent_at IS NULL").empty();
}

TEST(SmtpOutage, OfTheServerAndAKillOfTheProgramLoseNoMailAndDoubleNone) {
    const SmtpServer server;
    Program program(server.settings());
    server.refuse();
    auto person = register_person(program);
    ASSERT_TRUE(eventually([&] { return server.attempts() >= 1; }));
    ASSERT_TRUE(eventually([&] { return program.log().contains("mail not sent, trying again later"); }));
    const auto failed = query(program, "SELECT token IS NOT NULL, last_error FROM mails");
    EXPECT_EQ(failed.at(0).at(0), "t");
    EXPECT_THAT(failed.at(0).at(1), HasSubstr("451"));

    program.kill();
    server.accept();
    program.start();
    const auto mail = wait_for_mail(server.mails(), person.email);
    ASSERT_TRUE(eventually([&] { return all_sent(program); }));
    EXPECT_EQ(mails_to(server.mails(), person.email).size(), 1U);
    EXPECT_EQ(query(program, "SELECT token FROM mails").at(0).at(0), "") << "the token is not kept";
    EXPECT_TRUE(is(Client(program).post("/api/v1/auth/email/verify", {{"token", mail.token()}}), 204));

    // Once it works, it works at once.
    const auto other = register_person(program);
    wait_for_mail(server.mails(), other.email);
}

TEST(Smtp, SendsNothingToAServerWithAnotherCertificate) {
    const SmtpServer server;
    auto settings = server.settings();
    settings.erase("MINDSPACE_MAIL_CA_FILE");
    const Program program(settings);
    register_person(program);
    ASSERT_TRUE(eventually([&] { return program.log().contains("mail not sent, trying again later"); }));
    EXPECT_EQ(server.attempts(), 0U);
    EXPECT_THAT(query(program, "SELECT last_error FROM mails").at(0).at(0), HasSubstr("certificate"));
}

}  // namespace
}  // namespace mindspace::integration
