// The outbox table: waking readers, and partitions by day.

#include "platform/events/outbox/partitions.h"
#include "platform/events/outbox/reader.h"
#include "platform/postgres/connection/listener.h"
#include "platform/postgres/connection/session.h"
#include "support/postgres/migrated_database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace mindspace::events {
namespace {

using postgres::run;
using postgres::run_until;
using postgres::Session;
using postgres::Statement;
using std::chrono::steady_clock;

constexpr Statement kIsAsleep{"test_is_asleep", "SELECT NOT is_called FROM outbox_bell"};
constexpr Statement kPartitions{"test_partitions", R"(
    SELECT array_agg(relname::text ORDER BY relname) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'outbox'::regclass)"};
constexpr Statement kWhere{"test_where", "SELECT array_agg(DISTINCT tableoid::regclass::text) FROM outbox"};

using Names = std::vector<std::string>;

std::string name_of(Timestamp at, int days) {
    auto text = format_timestamp(at + std::chrono::days(days)).substr(0, 10);
    std::erase(text, '-');
    return "outbox_" + text;
}

class OutboxTest : public testing::Test {
protected:
    OutboxTest() { run(io_, session_.connect()); }

    void execute(const std::string& sql) { run(io_, session_.execute(sql)); }
    void publish(const std::string& day = "DEFAULT") {
        execute(
            "INSERT INTO outbox (type, user_id, payload, occurred_at, written_on) "
            "VALUES ('thing.happened', gen_random_uuid(), '1', now(), " +
            day + ")");
    }
    Names partitions() { return run(io_, session_.query(kPartitions))[0].get<Names>(0); }

    asio::io_context io_;
    std::string conninfo_ = integration::create_migrated_database();
    Session session_{io_, {.conninfo = conninfo_}};
    Timestamp now_ = SystemClock().now();
};

// Reads until it has the wanted number of events.
Awaitable<> read(OutboxReader& reader, Session& session, std::size_t& count, std::size_t wanted) {
    co_await session.connect();
    co_await reader.begin(session);
    while (count < wanted) {
        auto events = co_await reader.next(session, 100);
        if (!events.empty()) reader.position_at(events.back().position);
        count += events.size();
    }
}

TEST_F(OutboxTest, TheNextWriterWakesASleepingReader) {
    constexpr std::size_t kTimes = 5;
    Session session(io_, {.conninfo = conninfo_});
    OutboxReader reader(io_, {.name = "test", .conninfo = conninfo_});
    std::size_t count = 0;
    auto end = asio::co_spawn(io_, read(reader, session, count, kTimes), asio::use_future);
    std::array<steady_clock::duration, kTimes> waits{};
    for (std::size_t i = 0; i < kTimes; ++i) {
        run_until(io_, [&] { return run(io_, session_.query(kIsAsleep))[0].get<bool>(0); });
        // The polling interval of a reader that is not woken.
        auto quiet_until = steady_clock::now() + std::chrono::milliseconds(700);
        run_until(io_, [&] { return steady_clock::now() > quiet_until; });
        auto written_at = steady_clock::now();
        publish();
        run_until(io_, [&] { return count == i + 1; });
        waits[i] = steady_clock::now() - written_at;
    }
    end.get();
    reader.stop();
    std::ranges::sort(waits);
    EXPECT_LT(waits[kTimes / 2], std::chrono::milliseconds(120)) << "without a wake-up it would be 250 ms on average";
    io_.restart();
    io_.run_for(std::chrono::milliseconds(50));
}

TEST_F(OutboxTest, OnlyTheFirstWriterAfterAWakeupRequestNotifies) {
    int rings = 0;
    bool is_listening = false;
    postgres::Listener listener(
        io_, conninfo_, "outbox", [&](const std::string&) { ++rings; }, [&] { is_listening = true; });
    listener.start();
    run_until(io_, [&] { return is_listening; });
    publish();
    run_until(io_, [&] { return rings == 1; });
    publish();
    publish();
    execute("SELECT setval('outbox_bell', 1, false)");
    publish();
    run_until(io_, [&] { return rings >= 2; });
    execute("NOTIFY outbox, 'last'");
    run_until(io_, [&] { return rings >= 3; });
    EXPECT_EQ(rings, 3);
    listener.stop();
    io_.restart();
    io_.run_for(std::chrono::milliseconds(50));
}

TEST_F(OutboxTest, HasPartitionsForTodayAndThreeDaysMore) {
    EXPECT_EQ(partitions(),
              (Names{name_of(now_, 0), name_of(now_, 1), name_of(now_, 2), name_of(now_, 3), "outbox_default"}));
    publish();
    EXPECT_EQ(run(io_, session_.query(kWhere))[0].get<Names>(0), Names{name_of(now_, 0)});
    run(io_, create_outbox_partitions(session_, now_ + std::chrono::days(1)));
    EXPECT_EQ(partitions().size(), 6U);
}

TEST_F(OutboxTest, AFailedPartitionDoesNotBlockTheNextOne) {
    publish("(now() AT TIME ZONE 'UTC')::date + 4");  // this day has no partition yet
    EXPECT_EQ(run(io_, session_.query(kWhere))[0].get<Names>(0), Names{"outbox_default"});
    run(io_, create_outbox_partitions(session_, now_ + std::chrono::days(2)));
    auto names = partitions();
    EXPECT_EQ(std::ranges::count(names, name_of(now_, 4)), 0);
    EXPECT_EQ(std::ranges::count(names, name_of(now_, 5)), 1);
}

TEST_F(OutboxTest, DropsOnlyOldPartitionsThatWereRead) {
    execute("SELECT outbox_make_partition((now() AT TIME ZONE 'UTC')::date - n) FROM generate_series(7, 9) AS n");
    publish("(now() AT TIME ZONE 'UTC')::date - 9");
    publish("(now() AT TIME ZONE 'UTC')::date - 8");
    publish("(now() AT TIME ZONE 'UTC')::date - 7");
    publish("(now() AT TIME ZONE 'UTC')::date - 10");  // an event for a day without a partition
    EXPECT_EQ(run(io_, drop_outbox_partitions(session_, now_)), 0) << "no consumer has read";
    execute("INSERT INTO consumer_positions SELECT 'slow', xid, id FROM outbox ORDER BY outbox.xid LIMIT 1");
    execute("INSERT INTO consumer_positions VALUES ('quick', pg_current_xact_id(), 0)");
    EXPECT_EQ(run(io_, drop_outbox_partitions(session_, now_)), 1) << "the slow consumer has read one day";
    execute("UPDATE consumer_positions SET xid = pg_current_xact_id()");
    EXPECT_EQ(run(io_, drop_outbox_partitions(session_, now_)), 1);
    EXPECT_EQ(run(io_, session_.query(kWhere))[0].get<Names>(0), Names{name_of(now_, -7)}) << "seven days are kept";
}

}  // namespace
}  // namespace mindspace::events
