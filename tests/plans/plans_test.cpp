// No statement of a request scans a whole large table: checks the plans that PostgreSQL really used, as logged by
// auto_explain, with a million sessions in the database.

#include "support/postgres/database.h"
#include "support/program/person.h"

#include "support/postgres/server.h"
#include "support/redis/server.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

namespace mindspace::integration {
namespace {

// 20,000 users with 50 sessions each. Their ids follow from a number, so that every table agrees.
constexpr const char* kSeed = R"(
    CREATE TEMP TABLE someone AS
        SELECT md5('user' || n)::uuid AS user_id, n FROM generate_series(1, 20000) AS n;
    INSERT INTO users (user_id, email, display_name, timezone, locale, created_at, updated_at)
        SELECT user_id, n || '@example.com', 'Someone', 'UTC', 'en', now(), now() FROM someone;
    INSERT INTO login_emails SELECT n || '@example.com', user_id FROM someone;
    INSERT INTO credentials (user_id, password_hash, changed_at) SELECT user_id, '-', now() FROM someone;
    INSERT INTO auth_sessions (user_id, auth_session_id, ip, user_agent, tag_key, current_hash, created_at, last_used_at,
                               expires_at)
        SELECT user_id, md5('login' || n)::uuid, '', '', '', '', now(), now(), now() + interval '7 days' FROM someone;
    INSERT INTO meditation_sessions (user_id, session_id, status, kind, planned_seconds, duration_seconds, started_at,
                                     ended_at, local_date, timezone, source, created_at, updated_at)
        SELECT user_id, md5(n || 'session' || day)::uuid, 'completed', 'breathing', 600, 600,
               date '2024-01-01' + day, date '2024-01-01' + day + interval '10 minutes', date '2024-01-01' + day, 'UTC',
               'live', now(), now()
        FROM someone, generate_series(1, 50) AS day;
    INSERT INTO session_facts (user_id, session_id, version, counts, local_date, local_hour, kind, duration_seconds,
                               ended_at)
        SELECT user_id, session_id, 1, true, local_date, 0, kind, duration_seconds, ended_at FROM meditation_sessions;
    INSERT INTO daily_totals
        SELECT user_id, local_date, 1, 1, duration_seconds, 0, 0, 0, 0, '{"breathing":600}'
        FROM meditation_sessions;
    INSERT INTO lifetimes SELECT user_id, '{"sessions":50,"seconds":30000}' FROM someone;
    INSERT INTO user_facts (user_id, registered_on) SELECT user_id, '2024-01-01' FROM someone;
    ANALYZE)";

constexpr const char* kExplain = R"(
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET session_preload_libraries = ''auto_explain''', current_database());
        EXECUTE format('ALTER DATABASE %I SET auto_explain.log_min_duration = 0', current_database());
        EXECUTE format('ALTER DATABASE %I SET auto_explain.log_format = ''json''', current_database());
    END $$)";

// Statements that may scan the sessions of all users: background jobs of one node. The refresh of the global statistics
// (the last marker) takes seconds here, and is logged only if it ends before the program does.
bool is_maintenance(std::string_view statement) {
    return std::ranges::any_of(std::array{"global_", "counted_", "sum(active_users)"},
                               [&](const char* marker) { return statement.contains(marker); });
}

bool is_large(std::string_view table) {
    for (std::string_view large :
         {"users", "login_emails", "credentials", "auth_sessions", "daily_totals", "user_facts", "lifetimes"})
        if (table == large) return true;
    return table.starts_with("meditation_sessions") || table.starts_with("session_facts");
}

void find_scans(const json::object& node, std::set<std::string>& tables) {
    if (node.at("Node Type") == "Seq Scan") tables.insert(text_of(node, "Relation Name"));
    if (const auto* below = node.if_contains("Plans"))
        for (const auto& plan : below->as_array()) find_scans(plan.as_object(), tables);
}

// The JSON documents in the server's log: from a line that ends in "plan:" to the brace at the left margin.
std::vector<json::object> read_plans(const std::string& log) {
    std::vector<json::object> plans;
    std::istringstream lines(log);
    std::string line;
    while (std::getline(lines, line)) {
        if (!line.ends_with("plan:")) continue;
        std::string document;
        while (std::getline(lines, line)) {
            document += line + "\n";
            if (line == "\t}") break;
        }
        plans.push_back(json::parse(document).as_object());
    }
    return plans;
}

class Plans : public testing::Test {
protected:
    postgres::TestServer postgres_;
    redis::TestServer redis_;
    const std::string database_ = postgres_.create_database();
    Environment settings_{{"MINDSPACE_DATABASE_URL", database_}, {"MINDSPACE_REDIS_URL", redis_.socket_path()}};
};

void use_everything(Program& program) {
    auto person = register_person(program);
    auto& client = person.client;
    // More than five times, after which PostgreSQL may choose a generic plan.
    for (int round = 0; round < 12; ++round) {
        const auto id = meditate(person);
        for (const auto* path :
             {"users/me", "users/me/stats", "sessions", "sessions?kind=sleep&from=2026-01-01&to=2026-12-31",
              "sessions?status=completed", "auth/sessions", "groups", "analytics/daily?from=2026-01-01&to=2026-12-31",
              "analytics/weekly?from=2026-01-01&to=2026-12-31", "analytics/monthly?from=2026-01-01&to=2026-12-31",
              "analytics/summary", "analytics/heatmap?year=2026", "analytics/now"})
            EXPECT_TRUE(is(client.get(std::string("/api/v1/") + path), 200));
        EXPECT_TRUE(is(client.get("/api/v1/users/" + person.id), 200));
        EXPECT_TRUE(is(client.get("/api/v1/sessions/" + id), 200));
        EXPECT_TRUE(is(client.patch("/api/v1/sessions/" + id, {{"note", "calm"}}), 200));
        EXPECT_TRUE(is(client.patch("/api/v1/users/me", {{"displayName", "Ada"}}), 200));
        import_all(person, {offline_session("2026-01-0" + std::to_string(1 + round % 9) + "T06:00:00Z")});
        EXPECT_TRUE(is(client.del("/api/v1/sessions/" + id), 204));
        auto again = log_in_again(person);
        EXPECT_TRUE(is(again.client.post("/api/v1/auth/refresh", {{"refreshToken", again.refresh_token}}), 200));
        EXPECT_TRUE(is(again.client.post("/api/v1/auth/logout"), 204));
    }
    EXPECT_TRUE(has_counted(person, 12));
}

TEST_F(Plans, OfRequestsScanNoLargeTable) {
    {
        Program migrates(settings_, std::nullopt);
    }
    query(database_, kSeed);
    query(database_, kExplain);
    Program program(settings_, std::nullopt);
    use_everything(program);
    ASSERT_EQ(program.stop(), 0);

    std::size_t about_sessions = 0;
    for (const auto& plan : read_plans(read_whole_file(postgres_.directory() + "/server.log"))) {
        const auto statement = text_of(plan, "Query Text");
        if (is_maintenance(statement)) continue;
        if (statement.find("meditation_sessions") != std::string::npos) ++about_sessions;
        std::set<std::string> scanned;
        find_scans(plan.at("Plan").as_object(), scanned);
        for (const auto& table : scanned) EXPECT_FALSE(is_large(table)) << table << " in\n" << statement;
    }
    EXPECT_GT(about_sessions, 100U);
}

}  // namespace
}  // namespace mindspace::integration
