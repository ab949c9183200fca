// Retention removes expired data, and nothing else.

#include "app/roles.h"
#include "app/settings/settings.h"
#include "platform/postgres/connection/session.h"
#include "platform/retention/job.h"
#include "support/postgres/migrated_database.h"

#include <gmock/gmock.h>

namespace mindspace::retention {
namespace {

using postgres::run;
using postgres::run_until;
using postgres::Session;
using postgres::Statement;
using testing::ElementsAre;

// The remaining rows of each table, identified by labels in the rows.
constexpr Statement kLeft{"test_left", R"(
    SELECT array_agg(what ORDER BY what) FROM (
        SELECT 'key ' || key AS what FROM idempotency_keys
        UNION ALL SELECT 'mail ' || recipient FROM mails
        UNION ALL SELECT 'token ' || convert_from(token_hash, 'UTF8') FROM one_time_tokens
        UNION ALL SELECT 'request ' || email_key FROM reset_requests
        UNION ALL SELECT 'audit ' || action || CASE WHEN ip || user_agent <> '' THEN ' with address' ELSE '' END
                  FROM audit_log
        UNION ALL SELECT 'dead letter ' || error FROM dead_letters
        UNION ALL SELECT 'login ' || ip FROM auth_sessions
        UNION ALL SELECT 'signing ' || kid FROM signing_keys) AS all_rows)"};

Awaitable<std::int64_t> note_call(bool& is_called) {
    is_called = true;
    co_return 0;
}

class RetentionTest : public testing::Test {
protected:
    RetentionTest() { run(io_, session_.connect()); }
    void TearDown() override {
        io_.restart();
        io_.run_for(std::chrono::milliseconds(50));
    }

    asio::io_context io_;
    std::string conninfo_ = integration::create_migrated_database();
    Session session_{io_, {.conninfo = conninfo_}};
};

TEST_F(RetentionTest, RemovesOnlyExpiredData) {
    run(io_, session_.execute(R"(
        INSERT INTO idempotency_keys (user_id, key, fingerprint, creation_id, claimed_at)
        SELECT gen_random_uuid(), name, '', gen_random_uuid(), now() - age::interval
        FROM (VALUES ('old', '25 hours'), ('recent', '23 hours')) AS k (name, age);
        INSERT INTO idempotency_keys (user_id, key, fingerprint, creation_id, claimed_at)
        SELECT gen_random_uuid(), 'old', '', gen_random_uuid(), now() - interval '2 days'
        FROM generate_series(1, 2500);
        INSERT INTO mails (user_id, mail_id, kind, recipient, locale, next_attempt_at, created_at)
        SELECT gen_random_uuid(), gen_random_uuid(), 'password_reset', name, 'en', next, now() - age::interval
        FROM (VALUES ('old', NULL, '8 days'), ('recent', NULL, '6 days'), ('due', now(), '8 days'))
             AS m (name, next, age);
        INSERT INTO one_time_tokens (user_id, kind, token_hash, issued_at, expires_at)
        SELECT gen_random_uuid(), 'password_reset', name::bytea, now(), now() - age::interval
        FROM (VALUES ('old', '25 hours'), ('recent', '23 hours'), ('good', '-1 minute'))
             AS t (name, age);
        INSERT INTO mail_counts (address_hash, kind, counted_at, cause)
        SELECT name::bytea, 'password_reset', ARRAY[now() - age::interval], gen_random_uuid()
        FROM (VALUES ('old', '25 hours'), ('recent', '23 hours')) AS c (name, age);
        INSERT INTO reset_requests (request_id, email_key, ip, user_agent, requested_at, next_attempt_at)
        SELECT gen_random_uuid(), name, '', '', now() - age::interval, now()
        FROM (VALUES ('old', '25 hours'), ('recent', '23 hours')) AS r (name, age);
        INSERT INTO audit_log (user_id, audit_id, at, action, ip, user_agent, detail)
        SELECT gen_random_uuid(), gen_random_uuid(), now() - age::interval, name, ip, ip, '{}'
        FROM (VALUES ('old', '401 days', '10.0.0.1'), ('recent', '399 days', ''), ('91 days', '91 days', '10.0.0.1'),
                     ('89 days', '89 days', '10.0.0.1')) AS a (name, age, ip);
        INSERT INTO signing_keys (kid, public_key, created_at, retires_at)
        SELECT name, '', now(), at FROM (VALUES ('old', now() - interval '25 hours'),
                                                ('recent', now() - interval '23 hours'), ('signs', NULL)) AS s (name, at);
        INSERT INTO auth_sessions (user_id, auth_session_id, ip, user_agent, tag_key, current_hash, created_at,
                                   last_used_at, expires_at, revoked_at)
        SELECT gen_random_uuid(), gen_random_uuid(), name, '', '', '', now() - interval '90 days', now(),
               now() + ends::interval, now() + revoked::interval
        FROM (VALUES ('expired', '-31 days', NULL), ('expired recent', '-29 days', NULL), ('alive', '1 day', NULL),
                     ('revoked', '1 day', '-31 days'), ('revoked recent', '1 day', '-29 days'))
             AS l (name, ends, revoked);
        INSERT INTO dead_letters (consumer, xid, id, type, user_id, payload, occurred_at, error, put_aside_at)
        SELECT 'x', '1', days, 'x', gen_random_uuid(), '{}', now(), days || ' days', now() - make_interval(days => days)
        FROM unnest(ARRAY[89, 91]) AS days;
        SELECT outbox_make_partition(current_date - 9);
        INSERT INTO consumer_positions VALUES ('x', pg_current_xact_id(), 0))"));
    Job job(io_, conninfo_, app::retention_rules(app::Config{}));
    job.start();
    run_until(io_, [&] { return job.stats().runs.value() == 1; });
    EXPECT_THAT(
        run(io_, session_.query(kLeft))[0].get<std::vector<std::string>>(0),
        ElementsAre("audit 89 days with address", "audit 91 days", "audit recent", "dead letter 89 days", "key recent",
                    "login alive", "login expired recent", "login revoked recent", "mail due", "mail recent",
                    "request recent", "signing recent", "signing signs", "token good", "token recent"));
    std::vector<std::string> removed;
    for (const auto& rule : job.stats().rules)
        removed.push_back(rule.name + " " + std::to_string(rule.removed.value()));
    EXPECT_THAT(removed, ElementsAre("mails 1", "one_time_tokens 1", "reset_requests 1", "audit_log 1",
                                     "audit_log_addresses 1", "mail_counts 1", "signing_keys 1",
                                     "revoked_login_sessions 1", "expired_login_sessions 1", "group_attendance 0",
                                     "groups 0", "idempotency_keys 2501", "dead_letters 1", "outbox_partitions 1"));
    EXPECT_EQ(job.stats().failures.value(), 0U);
    job.stop();
}

TEST_F(RetentionTest, LeavesTheWorkToTheHolderOfTheLock) {
    Job first(io_, conninfo_, {});
    first.start();
    run_until(io_, [&] { return first.stats().runs.value() == 1; });
    bool is_called = false;
    Rules rules{{.name = "nothing", .remove = [&](Session&, Timestamp) { return note_call(is_called); }}};
    Job second(io_, conninfo_, std::move(rules));
    second.start();
    auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
    run_until(io_, [&] { return std::chrono::steady_clock::now() > end; });
    EXPECT_FALSE(is_called);
    first.stop();
    run_until(io_, [&] { return is_called; });
    second.stop();
}

}  // namespace
}  // namespace mindspace::retention
