#include "platform/base/result.h"
#include "platform/events/consumer.h"
#include "platform/events/outbox/source.h"
#include "platform/postgres/connection/session.h"
#include "support/events/numbered_events.h"
#include "support/postgres/migrated_database.h"
#include "support/postgres/server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace mindspace::events {
namespace {

using postgres::run;
using postgres::run_until;
using postgres::Session;
using postgres::Statement;

constexpr Statement kPublish{"test_publish", R"(
    INSERT INTO outbox (type, user_id, payload, occurred_at)
    SELECT 'thing.happened', gen_random_uuid(), to_jsonb(n), now() FROM generate_series($1::bigint, $2::bigint) AS n)"};
constexpr Statement kKeep{"test_keep", "INSERT INTO handled (n) SELECT unnest($1::bigint[])"};
constexpr Statement kDead{"test_dead", "SELECT payload::text, error FROM dead_letters WHERE consumer = $1"};
constexpr Statement kCutReaders{"test_cut_readers", R"(
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid())"};

constexpr Statement kNow{"test_now", "SELECT clock_timestamp()"};
constexpr Statement kHasLooked{"test_has_looked", R"(
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%FROM outbox%' AND pid <> pg_backend_pid()
                   AND state = 'idle' AND query_start > $1 + interval '1 ms'))"};

// Stores the number in each event.
Awaitable<> keep(Session& session, std::span<const Event> events) {
    auto numbers = numbers_of(events);
    co_await session.query(kKeep, numbers);
}

Awaitable<> keep_and_crash(Session& session, std::span<const Event> events) {
    co_await keep(session, events);
    session.close();
}

class ConsumerTest : public testing::Test {
protected:
    ConsumerTest() {
        run(io_, session_.connect());
        run(io_, session_.execute("CREATE TABLE handled (position bigint GENERATED ALWAYS AS IDENTITY, n bigint)"));
    }
    // Pending operations end before the loop is destroyed.
    void TearDown() override {
        consumers_.clear();
        postgres::run_to_end(io_);
    }

    // Publishes the numbers from `first` to `last` in one transaction.
    void publish(std::int64_t first, std::int64_t last) { run(io_, session_.query(kPublish, first, last)); }
    Numbers handled() { return run(io_, session_.query(kListHandled))[0].get<Numbers>(0); }
    void wait_for(std::uint64_t events, const Consumer& consumer) {
        run_until(io_, [&] { return consumer.stats().handled() >= events; });
    }
    // Waits until the consumer has polled after this moment and found no event that it may handle.
    void wait_for_a_look() {
        auto now = run(io_, session_.query(kNow))[0].get<Timestamp>(0);
        run_until(io_, [&] { return run(io_, session_.query(kHasLooked, now))[0].get<bool>(0); });
    }
    Consumer& start(Handler handler, std::function<void()> on_commit = [] {}) {
        auto source = std::make_unique<OutboxSource>(io_, OutboxOptions{.name = "test", .conninfo = conninfo_});
        ConsumerOptions options{.name = "test", .conninfo = conninfo_, .on_commit = std::move(on_commit)};
        auto& consumer = consumers_.emplace_back(io_, options, std::move(source), std::move(handler));
        consumer.start();
        return consumer;
    }

    asio::io_context io_;
    std::string conninfo_ = integration::create_migrated_database();
    Session session_{io_, {.conninfo = conninfo_}};
    std::deque<Consumer> consumers_;
};

TEST_F(ConsumerTest, HandlesEveryEventOnceAndInOrder) {
    publish(1, 700);
    auto& consumer = start(&keep);
    wait_for(700, consumer);
    publish(701, 710);
    wait_for(710, consumer);
    EXPECT_EQ(handled(), count_to(710));
    EXPECT_EQ(consumer.stats().batches.value(), 3U);  // 500, 200, 10
    EXPECT_EQ(consumer.stats().dead_letters.value(), 0U);
}

TEST_F(ConsumerTest, ContinuesWhereTheLastOneStopped) {
    publish(1, 3);
    wait_for(3, start(&keep));
    consumers_.clear();
    publish(4, 5);
    wait_for(2, start(&keep));
    EXPECT_EQ(handled(), count_to(5));
}

TEST_F(ConsumerTest, WaitsForAnOlderTransactionThatMayYetCommit) {
    Session slow(io_, {.conninfo = conninfo_});
    run(io_, slow.connect());
    run(io_, slow.execute("BEGIN"));
    run(io_, slow.query(kPublish, std::int64_t{1}, std::int64_t{1}));
    auto& consumer = start(&keep);
    run_until(io_, [&] { return consumer.stats().is_leader.value() == 1; });
    publish(2, 2);
    wait_for_a_look();
    EXPECT_TRUE(handled().empty());
    run(io_, slow.execute("COMMIT"));
    wait_for(2, consumer);
    EXPECT_EQ(handled(), count_to(2));
}

TEST_F(ConsumerTest, OrdersTransactionsByNumberNotByText) {
    publish(1, 1);
    // Uses up transaction numbers until they have one more digit: each writing subtransaction takes one.
    run(io_, session_.execute(R"(
        CREATE TABLE burnt ();
        DO $$ DECLARE next bigint := pg_current_xact_id()::text::bigint;
        BEGIN
            FOR n IN next .. (10 ^ length(next::text))::bigint LOOP
                BEGIN INSERT INTO burnt DEFAULT VALUES; EXCEPTION WHEN division_by_zero THEN NULL; END;
            END LOOP;
        END $$)"));
    publish(2, 2);
    auto& consumer = start(&keep);
    wait_for(2, consumer);
    EXPECT_EQ(handled(), count_to(2));
}

TEST_F(ConsumerTest, ACrashAfterTheHandlerRepeatsTheBatchWithoutDuplicates) {
    publish(1, 20);
    int calls = 0;
    auto& consumer = start([&calls](Session& session, std::span<const Event> events) {
        return ++calls == 1 ? keep_and_crash(session, events) : keep(session, events);
    });
    wait_for(20, consumer);
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(handled(), count_to(20));
}

TEST_F(ConsumerTest, ReconnectsWhenItsConnectionIsCut) {
    publish(1, 5);
    auto& consumer = start(&keep);
    wait_for(5, consumer);
    run(io_, session_.query(kCutReaders));
    run_until(io_, [&] { return consumer.stats().is_leader.value() == 0; });
    publish(6, 10);
    wait_for(10, consumer);
    EXPECT_EQ(handled(), count_to(10));
}

TEST_F(ConsumerTest, ReconnectsAfterACrashOfTheServer) {
    publish(1, 5);
    auto& consumer = start(&keep);
    wait_for(5, consumer);
    postgres::TestServer::shared().crash();
    run_until(io_, [&] { return consumer.stats().is_leader.value() == 0; });
    postgres::TestServer::shared().restart();
    run(io_, session_.connect());
    publish(6, 10);
    wait_for(10, consumer);
    EXPECT_EQ(handled(), count_to(10));
}

TEST_F(ConsumerTest, APoisonousEventBecomesADeadLetterAndTheOthersContinue) {
    publish(1, 100);
    auto& consumer = start([](Session& session, std::span<const Event> events) -> Awaitable<> {
        if (std::ranges::count(numbers_of(events), 42) != 0) throw std::runtime_error("not this one");
        return keep(session, events);
    });
    wait_for(99, consumer);
    auto expected = count_to(100);
    std::erase(expected, 42);
    EXPECT_EQ(handled(), expected);
    auto dead = run(io_, session_.query(kDead, std::string("test")));
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].get<std::string>(0), "42");
    EXPECT_EQ(dead[0].get<std::string>(1), "not this one");
    EXPECT_EQ(consumer.stats().dead_letters.value(), 1U);
}

TEST_F(ConsumerTest, AnEventRejectedByTheDatabaseBecomesADeadLetterToo) {
    run(io_, session_.execute("ALTER TABLE handled ADD CHECK (n <> 3)"));
    publish(1, 4);
    auto& consumer = start(&keep);
    wait_for(3, consumer);
    EXPECT_EQ(handled(), (Numbers{1, 2, 4}));
    EXPECT_EQ(consumer.stats().dead_letters.value(), 1U);
}

TEST_F(ConsumerTest, ReportsWhatHasBeenCommittedAndNothingElse) {
    run(io_, session_.execute("ALTER TABLE handled ADD UNIQUE (n) DEFERRABLE INITIALLY DEFERRED"));
    publish(1, 3);
    publish(2, 2);
    std::size_t uncommitted = 0;
    std::size_t committed = 0;
    auto& consumer = start(
        [&](Session& session, std::span<const Event> events) {
            uncommitted = events.size();
            return keep(session, events);
        },
        [&] { committed += uncommitted; });
    run_until(io_, [&] { return consumer.stats().dead_letters.value() == 1; });
    EXPECT_EQ(handled(), count_to(3));
    EXPECT_EQ(committed, 3U) << "the COMMIT of the fourth failed";
}

TEST_F(ConsumerTest, AnEventIsTriedFiveTimesBeforeItBecomesADeadLetter) {
    publish(1, 1);
    int tries = 0;
    auto& consumer = start([&tries](Session& session, std::span<const Event> events) -> Awaitable<> {
        if (++tries < 5) throw std::runtime_error("not yet");
        return keep(session, events);
    });
    wait_for(1, consumer);
    EXPECT_EQ(tries, 5);
    EXPECT_EQ(consumer.stats().dead_letters.value(), 0U);
}

TEST_F(ConsumerTest, OnlyOneLeadsAndAnotherTakesOver) {
    auto& first = start(&keep);
    run_until(io_, [&] { return first.stats().is_leader.value() == 1; });
    auto& second = start(&keep);
    publish(1, 10);
    wait_for(10, first);
    EXPECT_EQ(second.stats().is_leader.value(), 0);
    first.stop();
    run_until(io_, [&] { return second.stats().is_leader.value() == 1; });
    publish(11, 20);
    wait_for(10, second);
    EXPECT_EQ(handled(), count_to(20));
}

TEST_F(ConsumerTest, EventsHandledByAnotherReaderAreNotHandledAgain) {
    auto& consumer = start(&keep);
    run_until(io_, [&] { return consumer.stats().is_leader.value() == 1; });
    // The other reader holds no lock, for example because a connection pool has released it.
    run(io_, session_.execute("BEGIN"));
    publish(1, 5);
    run(io_, session_.execute("UPDATE consumer_positions SET xid = pg_current_xact_id(), id = 5; COMMIT"));
    publish(6, 10);
    wait_for(5, consumer);
    EXPECT_EQ(handled(), (Numbers{6, 7, 8, 9, 10}));
}

}  // namespace
}  // namespace mindspace::events
