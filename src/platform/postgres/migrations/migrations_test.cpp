#include "platform/postgres/migrations/migrations.h"

#include "platform/base/result.h"
#include "platform/postgres/values/errors.h"
#include "support/postgres/loop.h"
#include "support/postgres/server.h"

#include <gmock/gmock.h>

#include <array>

namespace mindspace::postgres {
namespace {

constexpr Statement kVersions{"test_versions", "select array_agg(version order by version) from schema_migrations"};
constexpr Statement kCats{"test_cats", "select name from cats"};

constexpr std::array<Migration, 2> kMigrations{{
    {1, "cats", "create table cats (name text); insert into cats values ('Tom')"},
    {2, "felix", "insert into cats values ('Felix')"},
}};
constexpr Migration kThird{3, "age", "alter table cats add age integer"};

class Migrations : public testing::Test {
protected:
    Migrations() { run(io_, session_.connect()); }

    int migrate_all(std::span<const Migration> migrations) { return run(io_, migrate(session_, migrations)); }
    std::vector<std::int32_t> versions() {
        return run(io_, session_.query(kVersions))[0].get<std::vector<std::int32_t>>(0);
    }
    // The message with which the migrations are rejected.
    template <class Fault>
    std::string refusal(std::span<const Migration> migrations) {
        try {
            migrate_all(migrations);
        } catch (const Fault& fault) {
            return fault.what();
        }
        return "not refused";
    }

    asio::io_context io_;
    std::string conninfo_ = TestServer::shared().create_database();
    Session session_{io_, {.conninfo = conninfo_}};
};

TEST_F(Migrations, AreAppliedOnceInOrder) {
    EXPECT_EQ(migrate_all(std::span(kMigrations).first(1)), 1);
    EXPECT_EQ(migrate_all(kMigrations), 1);
    EXPECT_EQ(migrate_all(kMigrations), 0);
    EXPECT_EQ(versions(), (std::vector<std::int32_t>{1, 2}));
    EXPECT_EQ(run(io_, session_.query(kCats)).size(), 2U);
}

TEST_F(Migrations, RefuseAChangedOne) {
    migrate_all(kMigrations);
    auto changed = kMigrations;
    changed[0].sql = "create table cats (name text)";
    EXPECT_EQ(refusal<SchemaMismatch>(changed), "migration 1 (cats) was changed after it had been applied");
}

TEST_F(Migrations, ThePredecessorOfTheProgramStillRuns) {
    migrate_all(kMigrations);
    EXPECT_EQ(migrate_all(std::span(kMigrations).first(1)), 0);
}

TEST_F(Migrations, RefuseADatabaseThatIsTwoStepsAhead) {
    migrate_all(std::array{kMigrations[0], kMigrations[1], kThird});
    EXPECT_EQ(refusal<SchemaMismatch>(std::span(kMigrations).first(1)),
              "the database schema is at version 3, this program knows 1 and runs on one more");
}

TEST_F(Migrations, RefuseOneInsertedBeforeAppliedOnes) {
    run(io_, session_.execute("create table cats (name text)"));
    migrate_all(std::span(kMigrations).last(1));
    EXPECT_EQ(refusal<SchemaMismatch>(kMigrations),
              "the database has migration 2 where this program has migration 1 (cats)");
}

TEST_F(Migrations, AFailingOneIsRolledBackAndEarlierOnesStay) {
    std::array<Migration, 2> migrations{kMigrations[0],
                                        Migration{2, "dogs", "create table dogs (name text); select * from nowhere"}};
    EXPECT_EQ(refusal<DatabaseError>(migrations), "migration 2 (dogs): relation \"nowhere\" does not exist");
    EXPECT_EQ(versions(), std::vector<std::int32_t>{1});
    EXPECT_EQ(migrate_all(kMigrations), 1);
}

TEST_F(Migrations, OneThatTakesTooLongIsRolledBack) {
    std::array<Migration, 2> migrations{kMigrations[0],
                                        Migration{2, "slow", "create table dogs (); select pg_sleep(60)"}};
    Session impatient(io_, {.conninfo = conninfo_, .query_timeout = std::chrono::milliseconds(500)});
    run(io_, impatient.connect());
    EXPECT_THROW(run(io_, migrate(impatient, migrations)), Unavailable);
    EXPECT_EQ(migrate_all(kMigrations), 1);
}

TEST_F(Migrations, TwoConcurrentNodesApplyEachOnce) {
    Session other(io_, {.conninfo = conninfo_});
    run(io_, other.connect());
    auto first = asio::co_spawn(io_, migrate(session_, kMigrations), asio::use_future);
    auto second = asio::co_spawn(io_, migrate(other, kMigrations), asio::use_future);
    auto is_ready = [](auto& future) { return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready; };
    run_until(io_, [&] { return is_ready(first) && is_ready(second); });
    EXPECT_EQ(first.get() + second.get(), 2);
    EXPECT_EQ(run(io_, session_.query(kCats)).size(), 2U);
}

TEST_F(Migrations, ADryRunReportsTheLocksAndChangesNothing) {
    migrate_all(kMigrations);
    const std::array<Migration, 4> migrations{
        kMigrations[0], kMigrations[1], kThird,
        Migration{4, "cat_names", "create index cat_names on cats (name); select pg_sleep(0.05)"}};
    const auto costs = run(io_, dry_run_migrations(session_, migrations, std::chrono::seconds(5)));
    ASSERT_EQ(costs.size(), 2U);
    EXPECT_EQ(costs[0].migration->name, "age");
    EXPECT_THAT(costs[0].locks, testing::ElementsAre(testing::StartsWith("AccessExclusiveLock on cats (")));
    EXPECT_GE(costs[1].took, std::chrono::milliseconds(50));
    EXPECT_THAT(costs[1].locks, testing::ElementsAre(testing::StartsWith("ShareLock on cats (")));
    EXPECT_EQ(versions(), (std::vector<std::int32_t>{1, 2}));
    EXPECT_EQ(migrate_all(migrations), 2);
    EXPECT_TRUE(run(io_, dry_run_migrations(session_, migrations, std::chrono::seconds(5))).empty());
}

TEST_F(Migrations, ADryRunHasATimeout) {
    const std::array<Migration, 1> migrations{Migration{1, "slow", "create table slow (); select pg_sleep(60)"}};
    EXPECT_THROW(run(io_, dry_run_migrations(session_, migrations, std::chrono::milliseconds(100))), Unavailable);
    EXPECT_EQ(migrate_all(kMigrations), 2) << "nothing of it is left";
}

}  // namespace
}  // namespace mindspace::postgres
