// The auth service's statements under races and crashes that no client can provoke reliably.

#include "support/postgres/migrated_database.h"

#include "platform/postgres/connection/client.h"
#include "services/auth/accounts/store.h"
#include "services/auth/admin/store.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mindspace::auth {
namespace {

const Timestamp kNow = parse_timestamp("2026-11-23T06:00:00Z").value();
constexpr Seconds kLease{40};

class AccountStatements : public testing::Test {
public:
    AccountStatements() {
        database_.start();
        postgres::run_until(io_, [this] { return database_.is_up(); });
    }
    ~AccountStatements() override { database_.stop(); }

protected:
    template <class T>
    T run(Awaitable<T> work) {
        return postgres::run(io_, std::move(work));
    }

    // An account with a mail in the queue. Its address is derived from the number.
    UserId add_account(int number) {
        const auto email = std::to_string(number) + "@example.org";
        user::NewUser user{.id = UserId::make(kNow),
                           .email = email,
                           .display_name = "Ada",
                           .timezone = "UTC",
                           .locale = "en",
                           .created_at = kNow};
        const auto id = user.id;
        NewAccount account{.user = std::move(user),
                           .email_key = email,
                           .password_hash = "old hash",
                           .mail = verification_mail(id, email, "en")};
        EXPECT_TRUE(run(store_.insert_account(std::move(account), entry(id, AuditAction::registered))));
        return id;
    }
    Account read(UserId user) { return run(accounts_.find(user)).value(); }
    // A login that has read `account` before.
    bool log_in(const Account& account) {
        NewAuthSession session{.user = account.user,
                               .id = AuthSessionId::make(login_at_ += Milliseconds(1)),
                               .device_name = {},
                               .ip = {},
                               .user_agent = {},
                               .tag_key = Bytes(32),
                               .created_at = kNow,
                               .expires_at = kNow + std::chrono::hours(1)};
        auto login = entry(account.user, AuditAction::login);
        login.auth_session = session.id;
        return run(store_.insert_session(std::move(session), account, 50, std::move(login))).has_value();
    }
    std::vector<LoginSession> living(UserId user) {
        return run(store_.list_sessions(user, kListStart<AuthSessionId>, 10, kNow));
    }
    static AuditEntry entry(UserId user, AuditAction action, Timestamp at = kNow) {
        return {.user = user, .at = at, .action = action};
    }

    Timestamp login_at_ = kNow;  // the last one
    asio::io_context io_;
    postgres::Client database_{io_, {.conninfo = integration::create_migrated_database(), .connections = 2}};
    AuthStore store_{database_};
    AccountStore accounts_{database_};
    AdminStore admin_{database_};
    MailQueue mails_{database_};
};

TEST_F(AccountStatements, RejectALoginIfThePasswordHasChangedMeanwhile) {
    const auto user = add_account(1);
    const auto seen = read(user);
    EXPECT_TRUE(log_in(seen));
    const auto later = entry(user, AuditAction::password_changed, kNow + Seconds(1));
    const auto ended = run(accounts_.change_password(later, seen, "new hash", AuthSessionId{}, {}));
    ASSERT_TRUE(ended);
    EXPECT_TRUE(living(user).empty());
    EXPECT_FALSE(log_in(seen));
    EXPECT_FALSE(run(accounts_.change_password(later, seen, "third hash", AuthSessionId{}, {})))
        << "the old password cannot change it either";
    EXPECT_EQ(read(user).password_hash, "new hash");
    EXPECT_TRUE(log_in(read(user)));
}

TEST_F(AccountStatements, RejectALoginIfTheAccountWasDisabledMeanwhile) {
    const auto user = add_account(1);
    const auto seen = read(user);
    EXPECT_TRUE(log_in(seen));
    EXPECT_EQ(living(user).size(), 1U);
    EXPECT_TRUE(run(admin_.disable(entry(user, AuditAction::account_disabled))));
    EXPECT_FALSE(log_in(seen));
    EXPECT_TRUE(living(user).empty());
}

TEST_F(AccountStatements, RejectALoginIfAllLoginSessionsHaveEndedMeanwhile) {
    const auto user = add_account(1);
    const auto seen = read(user);
    EXPECT_TRUE(log_in(seen));
    run(store_.revoke_all(entry(user, AuditAction::logout_all)));
    login_at_ = kNow - Seconds(1);
    EXPECT_FALSE(log_in(seen)) << "its id is not above the ended ones";
    login_at_ = kNow + Seconds(1);
    EXPECT_TRUE(log_in(seen));
    EXPECT_EQ(living(user).size(), 1U);
}

TEST_F(AccountStatements, KeepNoLoginSessionThatHasEndedMeanwhile) {
    const auto user = add_account(1);
    const auto seen = read(user);
    EXPECT_TRUE(log_in(seen));
    const auto mine = living(user).at(0).id;
    const auto first = run(store_.revoke_all(entry(user, AuditAction::logout_all)));
    const auto ended = run(accounts_.change_password(entry(user, AuditAction::password_changed, kNow - Seconds(9)),
                                                     seen, "new hash", mine, {}));
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->except, std::nullopt);
    EXPECT_GT(ended->at, first.at) << "regardless of the clock";
    EXPECT_TRUE(living(user).empty());
}

TEST_F(AccountStatements, ReplaceAHashOnlyIfItIsUnchanged) {
    const auto user = add_account(1);
    const auto seen = read(user);
    run(accounts_.replace_hash(user, "another hash", "stronger hash"));
    EXPECT_EQ(read(user).password_hash, "old hash");
    run(accounts_.replace_hash(user, "old hash", "stronger hash"));
    EXPECT_EQ(read(user).password_hash, "stronger hash");
    EXPECT_TRUE(log_in(seen)) << "it is the same password";
}

TEST_F(AccountStatements, LeaseAMailToOneSenderAtATime) {
    for (int i = 0; i < 5; ++i) add_account(i);
    const auto first = run(mails_.claim(3, kNow, kLease));
    const auto second = run(mails_.claim(3, kNow, kLease));
    EXPECT_EQ(first.size(), 3U);
    EXPECT_EQ(second.size(), 2U);
    EXPECT_TRUE(run(mails_.claim(3, kNow + kLease - Seconds(1), kLease)).empty());

    // The first sender crashes.
    for (const auto& mail : second) run(mails_.mark_sent(mail, kNow));
    const auto again = run(mails_.claim(9, kNow + kLease, kLease));
    ASSERT_EQ(again.size(), 3U);
    for (const auto& mail : again) {
        EXPECT_EQ(mail.attempt, 2);
        EXPECT_TRUE(std::ranges::any_of(first, [&](const auto& lost) {
            return lost.id == mail.id && lost.token == mail.token && lost.created_at == mail.created_at;
        })) << "the same mail";
    }
    // It was only slow; its late report changes nothing.
    for (const auto& mail : first) run(mails_.retry_at(mail, "late", kNow));
    EXPECT_TRUE(run(mails_.claim(9, kNow + kLease, kLease)).empty());
}

TEST_F(AccountStatements, KeepEarlierLinksValidUntilOneIsUsedOrThePasswordChanges) {
    const auto user = add_account(1);
    auto request_reset = [&](Timestamp at) {
        auto mail = reset_mail(user, "1@example.org", "en");
        EXPECT_TRUE(run(accounts_.queue_mail(mail, entry(user, AuditAction::password_reset_requested, at))));
        return mail.token;
    };
    auto is_good = [&](OneTimeToken token) {
        return run(accounts_.is_usable(token, MailKind::password_reset, kNow + Seconds(9)));
    };
    const auto first = request_reset(kNow + Seconds(1));
    const auto second = request_reset(kNow + Seconds(2));
    EXPECT_TRUE(is_good(first));
    EXPECT_TRUE(is_good(second));
    EXPECT_EQ(run(mails_.claim(9, kNow + Seconds(9), kLease)).size(), 3U) << "none of the mails is given up";
    const auto reset = entry(user, AuditAction::password_reset, kNow + Seconds(3));
    ASSERT_TRUE(run(accounts_.reset_password(reset, first, "new hash", {})));
    EXPECT_FALSE(is_good(second));
    EXPECT_FALSE(run(accounts_.reset_password(reset, second, "third hash", {})));

    const auto third = request_reset(kNow + Seconds(4));
    const auto change = entry(user, AuditAction::password_changed, kNow + Seconds(5));
    const Notice notice{.kind = MailKind::password_changed, .recipient = "1@example.org", .locale = "en"};
    ASSERT_TRUE(run(accounts_.change_password(change, read(user), "fourth hash", AuthSessionId{}, notice)));
    EXPECT_FALSE(is_good(third));
    const auto due = run(mails_.claim(9, kNow + Seconds(9), kLease));
    ASSERT_EQ(due.size(), 2U);
    EXPECT_EQ(due[1].kind, MailKind::password_changed);
    EXPECT_FALSE(due[1].token);
}

}  // namespace
}  // namespace mindspace::auth
