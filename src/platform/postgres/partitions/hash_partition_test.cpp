#include "platform/postgres/partitions/hash_partition.h"

#include "platform/postgres/connection/session.h"
#include "support/postgres/loop.h"
#include "support/postgres/server.h"

#include <gtest/gtest.h>

#include <vector>

namespace mindspace::postgres {
namespace {

TEST(HashPartition, IsWhereTheServerStoresTheRow) {
    constexpr const char* kTable = R"(
        create table things (thing_id uuid primary key) partition by hash (thing_id);
        do $$ begin for part in 0..15 loop execute format(
            'create table things_%s partition of things for values with (modulus 16, remainder %s)', part, part);
        end loop; end $$)";
    static constexpr Statement kInsertThing{
        "insert_things",
        "insert into things select * from unnest($1::uuid[]) returning thing_id, tableoid::regclass::text"};
    asio::io_context io;
    Session session(io, {.conninfo = TestServer::shared().create_database()});
    run(io, session.connect());
    run(io, session.execute(kTable));
    std::vector<Uuid> ids{Uuid{}};
    for (int i = 0; i < 1000; ++i) ids.push_back(Uuid::from_name(std::to_string(i)));
    auto rows = run(io, session.query(kInsertThing, ids));
    ASSERT_EQ(rows.size(), ids.size());
    for (auto row : rows)
        EXPECT_EQ(row.get<std::string_view>(1), "things_" + std::to_string(hash_partition(row.get<Uuid>(0))));
}

TEST(PartitionedStatement, NamesOnlyThePartitionOfItsKey) {
    static const PartitionedStatement kFind{"find", "SELECT a_N.b FROM a_N, a_None WHERE x = '_NN' AND a_N.y = a_N"};
    const Id<struct Thing> zero{};
    auto part = std::to_string(hash_partition(zero.value));
    const auto& statement = kFind.of(zero);
    EXPECT_EQ(statement.name, "find_" + part);
    EXPECT_EQ(statement.sql,
              "SELECT a_" + part + ".b FROM a_" + part + ", a_None WHERE x = '_NN' AND a_" + part + ".y = a_" + part);
    EXPECT_EQ(&statement, &kFind.of(zero));
    EXPECT_TRUE(statement.reads());
}

}  // namespace
}  // namespace mindspace::postgres
