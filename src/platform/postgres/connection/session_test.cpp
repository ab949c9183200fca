#include "platform/postgres/connection/session.h"

#include "platform/base/result.h"
#include "platform/base/version.h"
#include "platform/postgres/values/errors.h"
#include "support/postgres/loop.h"
#include "support/postgres/server.h"

#include <gtest/gtest.h>

#include <csignal>

namespace mindspace::postgres {
namespace {

using namespace std::chrono_literals;

constexpr Statement kInsertNote{"test_insert", "insert into notes values ($1)"};
constexpr Statement kCountNotes{"test_count", "select count(*) from notes"};

class PostgresSession : public testing::Test {
protected:
    PostgresSession() { run(io_, session_.connect()); }

    asio::io_context io_;
    std::string conninfo_ = TestServer::shared().create_database();
    Session session_{io_, {.conninfo = conninfo_}};
};

TEST_F(PostgresSession, KeepsATransactionOpenAcrossStatements) {
    run(io_, session_.execute("create table notes (id int8 primary key)"));
    run(io_, session_.execute("begin"));
    run(io_, session_.query(kInsertNote, std::int64_t{1}));
    EXPECT_EQ(run(io_, session_.query(kCountNotes))[0].get<std::int64_t>(0), 1);
    run(io_, session_.execute("rollback"));
    EXPECT_EQ(run(io_, session_.query(kCountNotes))[0].get<std::int64_t>(0), 0);
}

TEST_F(PostgresSession, AFailingScriptIsRolledBackAndReported) {
    try {
        run(io_, session_.execute("create table notes (id int8 primary key); select * from nowhere; select 1"));
        FAIL() << "there is no such table";
    } catch (const DatabaseError& error) {
        EXPECT_EQ(error.sqlstate(), "42P01");
    }
    EXPECT_THROW(run(io_, session_.query(kCountNotes)), DatabaseError);
    run(io_, session_.execute("create table notes (id int8 primary key)"));
    EXPECT_EQ(run(io_, session_.query(kCountNotes)).size(), 1U);
}

TEST_F(PostgresSession, OneSessionHoldsAnAdvisoryLock) {
    Session other(io_, {.conninfo = conninfo_});
    run(io_, other.connect());
    EXPECT_TRUE(run(io_, session_.try_advisory_lock(42)));
    EXPECT_FALSE(run(io_, other.try_advisory_lock(42)));
    session_.close();
    run_until(io_, [&] { return run(io_, other.try_advisory_lock(42)); });
}

TEST_F(PostgresSession, ALostConnectionStaysLostUntilConnectedAgain) {
    auto backend = run(io_, session_.query(kPid))[0].get<std::int32_t>(0);
    kill(backend, SIGTERM);
    EXPECT_THROW(run(io_, session_.query(kSleep, 3600.0)), Unavailable);
    EXPECT_FALSE(session_.is_open());
    EXPECT_THROW(run(io_, session_.query(kPid)), Unavailable);
    run(io_, session_.connect());
    EXPECT_NE(run(io_, session_.query(kPid))[0].get<std::int32_t>(0), backend);
}

TEST_F(PostgresSession, AHungServerFailsTheCallAtTheTimeout) {
    Session session(io_, {.conninfo = conninfo_, .query_timeout = 300ms});
    run(io_, session.connect());
    auto backend = run(io_, session.query(kPid))[0].get<std::int32_t>(0);
    kill(backend, SIGSTOP);
    EXPECT_THROW(run(io_, session.query(kPid)), Unavailable);
    kill(backend, SIGCONT);
    EXPECT_FALSE(session.is_open());
}

TEST_F(PostgresSession, RefusesASecondConcurrentCall) {
    bool is_refused = false;
    auto first = asio::co_spawn(io_, session_.query(kSleep, 0.01), asio::use_future);
    auto second = asio::co_spawn(io_, session_.query(kPid), asio::use_future);
    run_until(io_, [&] { return first.wait_for(0s) == std::future_status::ready; });
    EXPECT_EQ(first.get().size(), 1U);
    try {
        second.get();
    } catch (const std::logic_error&) {
        is_refused = true;
    }
    EXPECT_TRUE(is_refused);
}

TEST_F(PostgresSession, CopyIsRefusedImmediately) {
    EXPECT_THROW(run(io_, session_.execute("copy (select 1) to stdout")), std::logic_error);
    EXPECT_FALSE(session_.is_open());
}

TEST_F(PostgresSession, UsesUtcAndNamesOurVersion) {
    static constexpr Statement kSettings{
        "test_settings",
        "select current_setting('TimeZone') || ' ' || current_setting('application_name') || ' ' ||"
        " current_setting('statement_timeout') || ' ' || current_setting('work_mem')"};
    Session session(io_, {.conninfo = conninfo_ + " options='-c work_mem=5MB'"});
    run(io_, session.connect());
    EXPECT_EQ(run(io_, session.query(kSettings))[0].get<std::string>(0),
              "UTC mindspace/" + std::string(kVersion) + " 4500ms 5MB");
}

}  // namespace
}  // namespace mindspace::postgres
