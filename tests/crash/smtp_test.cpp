// Mails sent to a real SMTP server: failures are retried, nothing is lost or sent twice.

#include "support/network/smtp_server.h"
#include "support/postgres/database.h"
#include "support/program/mailbox.h"
#include "support/program/person.h"

namespace mindspace::integration {
namespace {

bool all_sent(const Program& program) {
    return query(program, "SELECT 1 FROM mails WHERE sent_at IS NULL").empty();
}

std::string last_error(const Program& program) {
    return query(program, "SELECT last_error FROM mails").at(0).at(0);
}

TEST(SmtpOutage, WithAKillOfTheProgramNeitherLosesNorDuplicatesMails) {
    const SmtpServer server;
    Program program(server.settings());
    server.refuse();
    auto person = register_person(program);
    ASSERT_TRUE(eventually([&] { return last_error(program).contains("451"); }));
    EXPECT_GE(server.attempts(), 1U);

    program.kill();
    server.accept();
    program.start();
    const auto mail = wait_for_mail(server.mails(), person.email);
    ASSERT_TRUE(eventually([&] { return all_sent(program); }));
    EXPECT_EQ(mails_to(server.mails(), person.email).size(), 1U);
    EXPECT_EQ(query(program, "SELECT token FROM mails").at(0).at(0), "") << "the token is erased";
    EXPECT_TRUE(is(Client(program).post("/api/v1/auth/email/verify", {{"token", mail.token()}}), 204));

    // Once the server works again, mails are sent immediately.
    const auto other = register_person(program);
    wait_for_mail(server.mails(), other.email);
}

TEST(Smtp, SendsNothingToAServerWithAnUntrustedCertificate) {
    const SmtpServer server;
    auto settings = server.settings();
    settings.erase("MINDSPACE_MAIL_CA_FILE");
    const Program program(settings);
    register_person(program);
    EXPECT_TRUE(eventually([&] { return last_error(program).contains("certificate"); })) << last_error(program);
    EXPECT_EQ(server.attempts(), 0U);

    // After a day the mail is given up, and the reason is stored.
    query(program, "UPDATE mails SET created_at = now() - interval '1 day', next_attempt_at = now()");
    ASSERT_TRUE(
        eventually([&] { return query(program, "SELECT 1 FROM mails WHERE next_attempt_at > '-infinity'").empty(); }));
    EXPECT_EQ(query(program, "SELECT token FROM mails WHERE sent_at IS NULL").at(0).at(0), "");
    EXPECT_TRUE(last_error(program).contains("certificate"));
    EXPECT_TRUE(program.log().contains("mail failed permanently"));
}

}  // namespace
}  // namespace mindspace::integration
