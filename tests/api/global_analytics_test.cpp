// Global statistics for administrators, and the commands that verify and rebuild statistics.

#include "platform/base/time.h"
#include "support/network/raw_connection.h"
#include "support/postgres/database.h"
#include "support/program/person.h"
#include "support/program/suite_program.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr const char* kGlobal = "/api/v1/analytics/global";

// With a separate program, so that its global statistics do not include users of other tests.
class GlobalStatistics : public SuiteProgram<GlobalStatistics> {};

Person register_admin(const Program& program) {
    auto person = register_person(program);
    EXPECT_EQ(program.run({"user", "role", person.email, "admin"}).exit_code, 0);
    return log_in_again(person);
}

TEST(GlobalAnalytics, AreForAdministratorsOnly) {
    const std::string path = std::string(kGlobal) + "?from=2026-11-01&to=2026-11-02";
    EXPECT_TRUE(is_problem(Client(Program::shared()).get(path), 401, "credentials_missing"));
    EXPECT_TRUE(is_problem(register_person().client.get(path), 403, "forbidden"));
    EXPECT_TRUE(is(register_admin(Program::shared()).client.get(path), 200));
}

TEST(GlobalAnalytics, RejectInvalidRanges) {
    auto admin = register_admin(Program::shared());
    const auto query_global = [&](const std::string& query) { return admin.client.get(kGlobal + query); };
    EXPECT_THAT(faults_of(query_global("")), UnorderedElementsAre("from required", "to required"));
    EXPECT_THAT(faults_of(query_global("?from=2025-02-29&to=2025-13-01&zone=UTC")),
                UnorderedElementsAre("from invalid_format", "to invalid_format", "zone unknown_parameter"));
    EXPECT_THAT(faults_of(query_global("?from=2026-01-02&to=2026-01-01")), UnorderedElementsAre("to before_from"));
    EXPECT_THAT(faults_of(query_global("?from=2023-01-01&to=2026-01-05")), UnorderedElementsAre("to too_far"));
    EXPECT_TRUE(is(query_global("?from=2023-01-01&to=2026-01-04"), 200));
    EXPECT_TRUE(is(query_global("?from=0001-01-01&to=0001-01-02"), 200));
    EXPECT_TRUE(is(query_global("?from=9999-12-30&to=9999-12-31"), 200));
    EXPECT_TRUE(is(query_global("?from=0000-01-01&to=0001-01-02"), 422));
    EXPECT_TRUE(is(query_global("?from=2026-01-01&from=2026-01-01&to=2026-01-02"), 422));
    EXPECT_TRUE(is(query_global("?from=%FF&to=%FF"), 400));
}

TEST_F(GlobalStatistics, CountTheSessionsOfAllUsers) {
    auto admin = register_admin(program());
    auto one = register_person(program());
    auto other = register_person(program());
    import_all(one, {offline_session("2025-01-01T08:00:00Z"), offline_session("2025-01-01T18:00:00Z")});
    import_all(other, {offline_session("2025-01-01T08:00:00Z"), offline_session("2025-01-02T08:00:00Z")});
    const auto path = std::string(kGlobal) + "?from=2025-01-01&to=2025-01-02";
    ASSERT_TRUE(eventually([&] { return admin.client.get(path).at("/totals/sessions") == 4; }));
    const auto response = admin.client.get(path);
    EXPECT_TRUE(parse_timestamp(response.text("/asOf")));
    EXPECT_EQ(response.at("/totals"), (json::object{{"newUsers", 0}, {"sessions", 4}, {"seconds", 7200}}));
    EXPECT_EQ(response.at("/days"),
              (json::array{
                  {{"date", "2025-01-01"}, {"activeUsers", 2}, {"newUsers", 0}, {"sessions", 3}, {"seconds", 5400}},
                  {{"date", "2025-01-02"}, {"activeUsers", 1}, {"newUsers", 0}, {"sessions", 1}, {"seconds", 1800}}}));
    EXPECT_EQ(
        response.at("/weeks"),
        (json::array{{{"week", "2025-W01"}, {"activeUsers", 2}, {"newUsers", 0}, {"sessions", 4}, {"seconds", 7200}}}));
    EXPECT_EQ(response.at("/months/0/month"), "2025-01");
    EXPECT_EQ(response.at("/retention"),
              (json::array{{{"week", "2025-W01"}, {"newUsers", 0}, {"activeUsers", json::array{0}}}}));

    // And today's registrations.
    const auto today = format_timestamp(SystemClock{}.now()).substr(0, 10);
    const auto week_ago = format_timestamp(SystemClock{}.now() - std::chrono::days(7)).substr(0, 10);
    meditate(one);
    const auto recent = std::string(kGlobal) + "?from=" + week_ago + "&to=" + today;
    const auto registered = std::stoll(query(program(), "SELECT count(*) FROM users")[0][0]);
    EXPECT_TRUE(eventually([&] { return admin.client.get(recent).at("/totals/newUsers") == registered; }));
    EXPECT_TRUE(eventually([&] { return admin.client.get(recent).at("/totals/sessions") == 1; }));
    const auto cohorts = admin.client.get(recent).at("/retention").as_array();
    EXPECT_EQ(cohorts.back().at("newUsers").as_int64() + cohorts.front().at("newUsers").as_int64(), registered);
}

// This holds at ordinary load; one success in five attempts is enough.
TEST_F(GlobalStatistics, ShowACompletedSessionWithinASecond) {
    auto admin = register_admin(program());
    auto person = register_person(program());
    auto earliest = std::chrono::steady_clock::duration::max();
    for (int round = 1; round <= 5; ++round) {
        import_all(person, {offline_session("2025-03-01T08:00:00Z")});
        const auto completed_at = std::chrono::steady_clock::now();
        ASSERT_TRUE(eventually([&] {
            return admin.client.get(std::string(kGlobal) + "?from=2025-03-01&to=2025-03-01").at("/totals/sessions") ==
                   round;
        }));
        earliest = std::min(earliest, std::chrono::steady_clock::now() - completed_at);
    }
    EXPECT_LT(earliest, scaled(1s));
}

TEST_F(GlobalStatistics, RemainAfterAUserIsDeleted) {
    auto admin = register_admin(program());
    auto person = register_person(program());
    import_all(person, {offline_session("2025-05-01T08:00:00Z"), offline_session("2025-05-02T08:00:00Z")});
    const auto path = std::string(kGlobal) + "?from=2025-05-01&to=2025-05-02";
    ASSERT_TRUE(eventually([&] { return admin.client.get(path).at("/totals/sessions") == 2; }));
    const auto before = admin.client.get(path);

    const json::object password{{"password", json::string_view(kPassword.data(), kPassword.size())}};
    ASSERT_TRUE(is(
        person.client.send({.method = "DELETE", .path = "/api/v1/users/me", .body = json::serialize(password)}), 204));
    const auto remaining_rows = "SELECT (SELECT count(*) FROM session_facts WHERE user_id = '" + person.id +
                                "') + (SELECT count(*) FROM daily_totals WHERE user_id = '" + person.id +
                                "') + (SELECT count(*) FROM user_facts WHERE user_id = '" + person.id +
                                "' AND NOT erased)";
    EXPECT_TRUE(eventually([&] { return query(program(), remaining_rows) == std::vector<TextRow>{{"0"}}; }));
    ASSERT_TRUE(eventually([&] { return admin.client.get(path).text("/asOf") > before.text("/asOf"); }));
    const auto after = admin.client.get(path);
    for (const char* part : {"/days", "/weeks", "/months", "/totals"})
        EXPECT_EQ(after.at(part), before.at(part)) << part;
}

TEST(Verification, RunsAutomaticallyAndReportsDivergence) {
    const Program program({{"MINDSPACE_ANALYTICS_VERIFY_INTERVAL_SECONDS", "1"}});
    auto person = register_person(program);
    meditate(person);
    ASSERT_TRUE(has_counted(person, 1));
    const auto is_said = [&](const std::string& text) { return program.log().find(text) != std::string::npos; };
    EXPECT_TRUE(eventually([&] { return is_said(R"("mindspace.users":1,"mindspace.diverging":0)"); }));
    EXPECT_FALSE(is_said("analytics differ from the history"));

    query(program, "UPDATE daily_totals SET sessions = 9");
    EXPECT_TRUE(eventually([&] { return is_said("analytics differ from the history"); }));
    if (plan_of_environment()) return;  // another process has these metrics
    RawConnection metrics(program.management_port());
    metrics.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(metrics.receive_all(), testing::ContainsRegex("mindspace_analytics_divergence_total [1-9]"));
}

TEST(AnalyticsCommands, FindAndRepairDifferences) {
    const auto& program = Program::shared();
    auto person = register_person();
    import_all(person, {offline_session("2025-01-01T08:00:00Z"), offline_session("2025-01-02T08:00:00Z")});
    ASSERT_TRUE(has_counted(person, 2));
    const auto good = program.run({"analytics", "verify", "--user", person.id});
    EXPECT_EQ(good.exit_code, 0) << good.output;
    EXPECT_THAT(good.output, HasSubstr("compared: 1 users; 0 differ, 0 undecided"));

    query(program, "DELETE FROM daily_totals WHERE user_id = '" + person.id + "'");
    query(program, "UPDATE session_facts SET duration_seconds = 5 WHERE user_id = '" + person.id + "'");
    const auto bad = program.run({"analytics", "verify", "--user", person.id});
    EXPECT_EQ(bad.exit_code, kWrongData) << bad.output;
    EXPECT_THAT(bad.output, HasSubstr(person.id + " differs"));

    const auto repaired = program.run({"analytics", "rebuild", "--user", person.id});
    EXPECT_EQ(repaired.exit_code, 0) << repaired.output;
    EXPECT_THAT(repaired.output, HasSubstr("1 users; 2 facts"));
    EXPECT_EQ(person.client.get("/api/v1/analytics/daily?from=2025-01-01&to=2025-01-02").at("/totals/seconds"), 3600);
    EXPECT_EQ(program.run({"analytics", "verify", "--user", person.id}).exit_code, 0);

    EXPECT_NE(program.run({"analytics", "rebuild", "--user", new_id()}).exit_code, 0);
    EXPECT_NE(program.run({"analytics", "verify", "--user", "ada"}).exit_code, 0);
}

TEST_F(GlobalStatistics, MatchTheHistoriesUnderLoad) {
    for (int i = 0; i < 5; ++i) {
        auto person = register_person(program());
        meditate(person);
    }
    const auto ended = program().run({"analytics", "verify", "--users", "100000"});
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    EXPECT_EQ(program().run({"analytics", "rebuild"}).exit_code, 0);
    EXPECT_EQ(program().run({"analytics", "verify", "--users", "100000"}).exit_code, 0);
}

}  // namespace
}  // namespace mindspace::integration
