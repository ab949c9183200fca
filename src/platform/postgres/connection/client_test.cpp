#include "platform/postgres/connection/client.h"

#include "platform/base/result.h"
#include "platform/postgres/values/errors.h"
#include "support/postgres/loop.h"
#include "support/postgres/server.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <numeric>
#include <optional>

namespace mindspace::postgres {
namespace {

using namespace std::chrono_literals;

constexpr Statement kEcho{"test_echo", "select $1::int8"};
constexpr Statement kInsert{"test_insert", "insert into items (id, name) values ($1, $2)"};
constexpr Statement kCount{"test_count", "select count(*) from items"};
constexpr Statement kBroken{"test_broken", "select nothing from nowhere"};

constexpr const char* kSchema =
    "create table items (id int8 primary key, name text, constraint name_is_short check (length(name) < 10));"
    "create table parents (id int8 primary key);"
    "create table children (parent_id int8 constraint has_parent references parents deferrable initially deferred)";

void run_sql(const std::string& conninfo, const std::string& sql) {
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(conninfo.c_str()), &PQfinish);
    std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), &PQclear);
    auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(PQerrorMessage(connection.get()));
}

// The fault if it is of this type, nothing if there is none; throws any other fault.
template <class Fault>
std::optional<Fault> caught(std::exception_ptr fault) {
    try {
        if (fault) std::rethrow_exception(fault);
    } catch (const Fault& expected) {
        return expected;
    }
    return std::nullopt;
}

class PostgresClient : public testing::Test {
protected:
    void SetUp() override {
        TestServer::shared().restart();
        conninfo_ = TestServer::shared().create_database();
        run_sql(conninfo_, kSchema);
    }
    void TearDown() override {
        client_.reset();
        run_to_end(io_);  // otherwise a stopped client leaves unfinished work
    }

    Client& start(int connections, Milliseconds query_timeout = 5s, std::size_t max_pending = 4096) {
        ClientOptions options{.conninfo = conninfo_,
                              .connections = connections,
                              .query_timeout = query_timeout,
                              .max_pending = max_pending};
        client_ = std::make_unique<Client>(io_, options);
        client_->start();
        run_until(io_, [&] { return client_->stats().connections_up.value() == connections; });
        return *client_;
    }

    // Starts the work immediately; `done` reports its end.
    template <class T>
    void spawn(Awaitable<T> work, std::function<void(std::exception_ptr, const T&)> done) {
        asio::co_spawn(io_, std::move(work), std::move(done));
    }

    std::int64_t count_items() { return run(io_, client_->query(kCount))[0].get<std::int64_t>(0); }

    asio::io_context io_;
    std::string conninfo_;
    std::unique_ptr<Client> client_;
};

TEST_F(PostgresClient, ExecutesThousandsOfPipelinedQueriesInOrder) {
    constexpr std::int64_t kQueries = 5000;
    Client& client = start(1, 5s, kQueries);
    std::vector<std::int64_t> results;
    for (std::int64_t i = 0; i < kQueries; ++i)
        spawn<Rows>(client.query(kEcho, i), [&](std::exception_ptr fault, const Rows& rows) {
            if (!fault) results.push_back(rows[0].get<std::int64_t>(0));
        });
    run_until(io_, [&] { return client.stats().queries.value() == kQueries; });
    std::vector<std::int64_t> expected(kQueries);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(results, expected);
    EXPECT_EQ(client.stats().in_flight.value(), 0);
    EXPECT_EQ(client.stats().errors.value(), 0U);
}

TEST_F(PostgresClient, EstimatesTheDelayOfTheNextRequest) {
    static constexpr Statement kSleep{"test_sleep", "SELECT pg_sleep(0.02)"};
    Client& client = start(2);
    const auto delay = [&](Client::Use use) { return client.delay(use, 0, std::chrono::steady_clock::now()); };
    EXPECT_EQ(delay(Client::Use::read), 0s);
    // Requests submitted together are sent together; later requests wait for them.
    constexpr int kSlow = 4;
    for (int round = 1; round <= 3; ++round) {
        for (int i = 0; i < kSlow; ++i) spawn<Rows>(client.query(kSleep), [](std::exception_ptr, const Rows&) {});
        run_until(io_, [&] { return client.stats().queries.value() >= static_cast<std::uint64_t>(kSlow * round); });
    }
    EXPECT_EQ(delay(Client::Use::read), 0s) << "nothing is ahead of it";
    EXPECT_GT(client.delay(Client::Use::read, 100, std::chrono::steady_clock::now()), 100 * 5ms) << "others will come";
    for (int i = 0; i < 100; ++i) spawn<Rows>(client.query(kSleep), [](std::exception_ptr, const Rows&) {});
    io_.restart();
    io_.poll();
    EXPECT_GT(delay(Client::Use::read), 100 * 5ms) << "by the pace of those before, at once";
    EXPECT_EQ(delay(Client::Use::write), 0s) << "writes have a connection of their own";
    client.stop();
}

TEST_F(PostgresClient, TheDelayIncludesTheOldestWaitWhenTheServerHangs) {
    static constexpr Statement kReader{"test_reader", "SELECT pg_backend_pid()"};
    Client& client = start(2);
    const auto backend = run(io_, client.query(kReader))[0].get<std::int32_t>(0);
    kill(backend, SIGSTOP);
    for (int i = 0; i < 2; ++i) {
        spawn<Rows>(client.query(kReader), [](std::exception_ptr, const Rows&) {});
        io_.restart();
        io_.poll();  // sends it: the second one waits
    }
    const auto now = std::chrono::steady_clock::now();
    EXPECT_GE(client.delay(Client::Use::read, 0, now + 1s), 1s);
    kill(backend, SIGCONT);
    client.stop();
}

TEST_F(PostgresClient, LargeArgumentsBeyondTheSocketBufferArrive) {
    static constexpr Statement kMirror{"test_mirror", "select $1::text"};
    Client& client = start(1);
    std::string text(5'000'000, 'x');
    int good = 0;
    for (int i = 0; i < 8; ++i)
        spawn<Rows>(client.query(kMirror, text), [&](std::exception_ptr fault, const Rows& rows) {
            if (!fault && rows[0].get<std::string_view>(0) == text) ++good;
        });
    run_until(io_, [&] { return client.stats().queries.value() == 8; });
    EXPECT_EQ(good, 8);
}

TEST_F(PostgresClient, SpreadsReadsOverItsConnections) {
    static constexpr Statement kReadPid{"test_read_pid", "SELECT pg_backend_pid()"};
    Client& client = start(4);  // two of them are for writes
    std::vector<std::int32_t> backends;
    for (int i = 0; i < 2; ++i)
        spawn<Rows>(client.query(kReadPid), [&](std::exception_ptr fault, const Rows& rows) {
            if (!fault) backends.push_back(rows[0].get<std::int32_t>(0));
        });
    run_until(io_, [&] { return client.stats().queries.value() == 2; });
    std::ranges::sort(backends);
    EXPECT_EQ(std::ranges::unique(backends).size(), 0U);
    EXPECT_EQ(backends.size(), 2U);
}

TEST_F(PostgresClient, SimultaneousWritesShareACommit) {
    static constexpr Statement kInsertShowingTransaction{
        "insert_showing_transaction", "INSERT INTO items VALUES ($1, 'x') RETURNING pg_current_xact_id()::text"};
    Client& client = start(2);
    std::set<std::string> transactions;
    for (std::int64_t i = 0; i < 20; ++i)
        spawn<Rows>(client.query(kInsertShowingTransaction, i), [&](std::exception_ptr fault, const Rows& rows) {
            if (!fault) transactions.insert(rows[0].get<std::string>(0));
        });
    run_until(io_, [&] { return client.stats().queries.value() == 20; });
    EXPECT_EQ(transactions.size(), 1U);
    EXPECT_EQ(count_items(), 20);
}

TEST_F(PostgresClient, AViolatedConstraintFailsOnlyItsRequest) {
    Client& client = start(1);
    int good = 0;
    std::vector<std::string> violated;
    for (std::int64_t i = 0; i < 100; ++i) {
        std::int64_t id = i == 50 ? 7 : i;
        std::string_view name = i == 60 ? "much too long" : "short";
        spawn<Rows>(client.query(kInsert, id, name), [&](std::exception_ptr fault, const Rows& rows) {
            auto violation = caught<ConstraintViolation>(fault);
            if (violation) violated.push_back(violation->constraint() + " " + violation->sqlstate());
            if (!violation) good += static_cast<int>(rows.affected());
        });
    }
    run_until(io_, [&] { return client.stats().queries.value() == 100; });
    EXPECT_EQ(good, 98);
    EXPECT_EQ(violated, (std::vector<std::string>{"items_pkey 23505", "name_is_short 23514"}));
    EXPECT_EQ(count_items(), 98);
}

TEST_F(PostgresClient, ATransactionIsAllOrNothing) {
    Client& client = start(1);
    auto insert = [](std::int64_t id) { return bind(kInsert, id, "name"); };
    std::vector<Rows> rows = run(io_, client.transaction({insert(1), insert(2), bind(kCount)}));
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[1].affected(), 1);
    EXPECT_EQ(rows[2][0].get<std::int64_t>(0), 2);
    EXPECT_THROW(run(io_, client.transaction({insert(3), insert(1), insert(4)})), ConstraintViolation);
    EXPECT_EQ(count_items(), 2);
}

TEST_F(PostgresClient, AConstraintCheckedAtCommitFailsTheTransaction) {
    static constexpr Statement kChild{"test_child", "insert into children values ($1)"};
    Client& client = start(1);
    try {
        run(io_, client.query(kChild, std::int64_t{1}));
        FAIL() << "the parent is missing";
    } catch (const ConstraintViolation& violation) {
        EXPECT_EQ(violation.constraint(), "has_parent");
    }
    EXPECT_EQ(count_items(), 0);
}

TEST_F(PostgresClient, AStatementThatCannotBePreparedAlwaysFailsAloneInItsUnit) {
    Client& client = start(1);
    std::vector<std::string> states;
    int good = 0;
    for (int i = 0; i < 3; ++i) {
        spawn<Rows>(client.query(kBroken), [&](std::exception_ptr fault, const Rows&) {
            if (auto error = caught<DatabaseError>(fault)) states.push_back(error->sqlstate());
        });
        spawn<Rows>(client.query(kEcho, std::int64_t{i}),
                    [&](std::exception_ptr fault, const Rows&) { good += !fault; });
    }
    run_until(io_, [&] { return client.stats().queries.value() == 6; });
    EXPECT_EQ(states, std::vector<std::string>(3, "42P01"));
    EXPECT_EQ(good, 3);
}

TEST_F(PostgresClient, AStatementIsPreparedAgainAfterItsPreparationFailed) {
    Client& client = start(1);
    EXPECT_THROW(run(io_, client.query(kBroken)), DatabaseError);
    run_sql(conninfo_, "create table nowhere (nothing int8)");
    EXPECT_EQ(run(io_, client.query(kBroken)).size(), 0U);
}

TEST_F(PostgresClient, RefusesAStatementWithOtherArgumentTypes) {
    Client& client = start(1);
    run(io_, client.query(kEcho, std::int64_t{1}));
    EXPECT_THROW(run(io_, client.query(kEcho, std::int32_t{1})), std::logic_error);
    EXPECT_EQ(run(io_, client.query(kEcho, std::int64_t{2}))[0].get<std::int64_t>(0), 2);
    EXPECT_EQ(client.stats().in_flight.value(), 0);
}

TEST_F(PostgresClient, RetriesSerializationFailuresThreeTimes) {
    static constexpr Statement kFlaky{"test_flaky", "select flaky($1)"};
    run_sql(conninfo_,
            "create sequence attempts;"
            "create function flaky(good_at int8) returns int8 language plpgsql as $$"
            "declare attempt int8 := nextval('attempts');"
            "begin if attempt < good_at then raise exception 'again' using errcode = '40001'; end if;"
            "return attempt; end $$");
    Client& client = start(1);
    EXPECT_EQ(run(io_, client.query(kFlaky, std::int64_t{4}))[0].get<std::int64_t>(0), 4);
    EXPECT_THROW(run(io_, client.query(kFlaky, std::int64_t{100})), Unavailable);
    EXPECT_EQ(run(io_, client.query(kFlaky, std::int64_t{0}))[0].get<std::int64_t>(0), 9);
}

TEST_F(PostgresClient, RefusesOneRequestBeyondTheQueue) {
    Client& client = start(1, 5s, 10);
    int refused = 0;
    for (int i = 0; i < 11; ++i)
        spawn<Rows>(client.query(kEcho, std::int64_t{i}),
                    [&](std::exception_ptr fault, const Rows&) { refused += !!fault; });
    run_until(io_, [&] { return client.stats().queries.value() == 10; });
    run_until(io_, [&] { return refused > 0; });
    EXPECT_EQ(refused, 1);
}

TEST_F(PostgresClient, ASlowStatementIsAbortedByTheServerWithoutAffectingOthers) {
    Client& client = start(1, 500ms);
    EXPECT_THROW(run(io_, client.query(kSleep, 60.0)), Unavailable);
    EXPECT_EQ(client.stats().timeouts.value(), 0U);
    EXPECT_TRUE(client.is_up());
    EXPECT_EQ(count_items(), 0);
}

TEST_F(PostgresClient, AHungServerFailsTheRequestsWithinTheTimeout) {
    constexpr auto kTimeout = 500ms;
    Client& client = start(1, kTimeout);
    auto backend = run(io_, client.query(kPid))[0].get<std::int32_t>(0);
    kill(backend, SIGSTOP);
    auto start_at = std::chrono::steady_clock::now();
    int failed = 0;
    for (int i = 0; i < 20; ++i)
        spawn<Rows>(client.query(kEcho, std::int64_t{i}),
                    [&](std::exception_ptr fault, const Rows&) { failed += !!fault; });
    run_until(io_, [&] { return client.stats().errors.value() == 20; });
    auto waited = std::chrono::steady_clock::now() - start_at;
    kill(backend, SIGCONT);
    EXPECT_EQ(failed, 20);
    EXPECT_GE(waited, kTimeout);
    EXPECT_LT(waited, kTimeout * 4);
    EXPECT_EQ(client.stats().timeouts.value(), 1U);
    run_until(io_, [&] { return client.is_up(); });
    EXPECT_NE(run(io_, client.query(kPid))[0].get<std::int32_t>(0), backend);
}

TEST_F(PostgresClient, AKilledBackendFailsRequestsInFlightAndIsReconnected) {
    Client& client = start(1);
    auto backend = run(io_, client.query(kPid))[0].get<std::int32_t>(0);
    int failed = 0;
    for (int i = 0; i < 50; ++i)
        spawn<Rows>(client.query(kSleep, 3600.0),
                    [&](std::exception_ptr fault, const Rows&) { failed += caught<Unavailable>(fault).has_value(); });
    run_until(io_, [&] { return client.stats().in_flight.value() == 50; });
    io_.poll();  // sends them
    auto killed_at = std::chrono::steady_clock::now();
    kill(backend, SIGKILL);
    run_until(io_, [&] { return failed == 50; });
    EXPECT_LT(std::chrono::steady_clock::now() - killed_at, scaled(2s));
    run_until(io_, [&] { return client.is_up(); });
    EXPECT_EQ(client.stats().reconnects.value(), 1U);
    EXPECT_EQ(client.stats().in_flight.value(), 0);
    run_until(io_, [&] { return client.stats().connections_up.value() == 1; });
}

TEST_F(PostgresClient, ACrashedServerIsUnavailableUntilItIsBack) {
    Client& client = start(4);
    int failed = 0;
    for (int i = 0; i < 40; ++i)
        spawn<Rows>(client.query(kSleep, 3600.0), [&](std::exception_ptr fault, const Rows&) { failed += !!fault; });
    run_until(io_, [&] { return client.stats().in_flight.value() == 40; });
    io_.poll();  // sends them
    TestServer::shared().crash();
    run_until(io_, [&] { return failed == 40 && !client.is_up(); });
    EXPECT_THROW(run(io_, client.query(kEcho, std::int64_t{1})), Unavailable);
    TestServer::shared().restart();
    run_until(io_, [&] { return client.stats().connections_up.value() == 4; });
    EXPECT_EQ(run(io_, client.query(kEcho, std::int64_t{1}))[0].get<std::int64_t>(0), 1);
    EXPECT_EQ(client.stats().reconnects.value(), 4U);
}

TEST_F(PostgresClient, ReconnectsToAnotherServerWhenOneIsReadOnly) {
    Client& client = start(1);
    run_sql(conninfo_,
            "alter database " + conninfo_.substr(conninfo_.rfind('=') + 1) + " set default_transaction_read_only = on");
    auto backend = run(io_, client.query(kPid))[0].get<std::int32_t>(0);
    kill(backend, SIGTERM);
    run_until(io_, [&] { return client.stats().reconnects.value() == 1; });
    EXPECT_THROW(run(io_, client.query(kInsert, std::int64_t{1}, "name")), Unavailable);
    run_until(io_, [&] { return client.stats().reconnects.value() == 2; });
}

TEST_F(PostgresClient, StoppingFailsPendingRequests) {
    Client& client = start(2);
    int failed = 0;
    for (int i = 0; i < 5; ++i)
        spawn<Rows>(client.query(kSleep, 3600.0), [&](std::exception_ptr fault, const Rows&) { failed += !!fault; });
    run_until(io_, [&] { return client.stats().in_flight.value() == 5; });
    client.stop();
    run_until(io_, [&] { return failed == 5; });
    EXPECT_FALSE(client.is_up());
    EXPECT_EQ(client.stats().connections_up.value(), 0);
}

TEST_F(PostgresClient, StoppingWhileHandlingAReplyIsAllowed) {
    Client& client = start(1);
    int ended = 0;
    for (int i = 0; i < 3; ++i)
        spawn<Rows>(client.query(kEcho, std::int64_t{i}), [&](std::exception_ptr, const Rows&) {
            ++ended;
            client.stop();
        });
    run_until(io_, [&] { return ended == 3; });
}

TEST_F(PostgresClient, AnUnreachableServerIsReportedByEachRequest) {
    ClientOptions options{.conninfo = "host=/nonexistent", .connections = 1};
    client_ = std::make_unique<Client>(io_, options);
    client_->start();
    EXPECT_THROW(run(io_, client_->query(kCount)), Unavailable);
    EXPECT_FALSE(client_->is_up());
}

}  // namespace
}  // namespace mindspace::postgres
