// The schema meets the requirements of a distributed database.

#include "support/postgres/database.h"
#include "support/postgres/migrated_database.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

class Schema : public testing::Test {
protected:
    asio::io_context io_;
    const std::string database_ = create_migrated_database();
};

TEST_F(Schema, HasTheUserInThePrimaryKeyOfEveryTableWithUserData) {
    const auto others = query(database_, R"(
        SELECT c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id'
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary
                          AND a.attnum = ANY (i.indkey))
        ORDER BY 1)");
    // It maps an address to a user.
    EXPECT_EQ(others, (std::vector<TextRow>{{"login_emails"}}));
}

// Replaces the functions of Citus and rejects what Citus would (its manual, "Limitations"): a unique index without the
// distribution column, and a missing or repeated table.
constexpr const char* kRulesOfCitus = R"(
    CREATE TABLE distributed (name text PRIMARY KEY);
    CREATE FUNCTION create_distributed_table(t text, by text, colocate_with text DEFAULT 'default') RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE bad text;
    BEGIN
        SELECT i.indexrelid::regclass::text INTO bad FROM pg_index i
        WHERE i.indrelid = t::regclass AND i.indisunique AND NOT (
            SELECT attnum FROM pg_attribute WHERE attrelid = t::regclass AND attname = by) = ANY (i.indkey);
        IF bad IS NOT NULL THEN RAISE 'unique index % of % is without %', bad, t, by; END IF;
        INSERT INTO distributed VALUES (t);
    END $$;
    CREATE FUNCTION citus_add_local_table_to_metadata(t text) RETURNS void LANGUAGE sql AS $$
        INSERT INTO distributed SELECT t WHERE t::regclass IS NOT NULL $$)";

TEST_F(Schema, CanBeDistributedByTheScript) {
    query(database_, kRulesOfCitus);
    query(database_, read_whole_file(required_variable("MINDSPACE_SOURCE_DIR") + "/db/distribute.sql"));
    EXPECT_EQ(query(database_, R"(
        SELECT relname FROM pg_class
        WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
          AND relname NOT IN (SELECT name FROM distributed) AND relname NOT IN ('distributed', 'schema_migrations')
        ORDER BY 1)"),
              (std::vector<TextRow>{{"consumer_positions"},
                                    {"counted_cohorts"},
                                    {"counted_periods"},
                                    {"dead_letters"},
                                    {"erased_cohorts"},
                                    {"erased_periods"},
                                    {"fact_changes"},
                                    {"global_refreshes"},
                                    {"groups"},
                                    {"login_emails"},
                                    {"mail_counts"},
                                    {"mails"},
                                    {"outbox"},
                                    {"reset_requests"},
                                    {"signing_keys"}}))
        << "tables on the coordinator";
}

}  // namespace
}  // namespace mindspace::integration
