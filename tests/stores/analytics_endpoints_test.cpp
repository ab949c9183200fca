// The analytics endpoints on a real server, called like the middleware calls them.

#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/session.h"
#include "services/analytics/endpoints.h"
#include "services/analytics/service.h"
#include "support/postgres/migrated_database.h"
#include "support/redis/server.h"

#include <boost/json/parse.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace mindspace::analytics {
namespace {

namespace json = boost::json;
using postgres::run;
using postgres::run_until;

const UserId kUser = UserId::parse("01933b6e-0000-7000-8000-000000000001").value();

redis::ClientOptions redis_options(const redis::TestServer& server) {
    redis::ClientOptions options;
    options.socket_path = server.socket_path();
    return options;
}

class AnalyticsEndpointsTest : public testing::Test {
protected:
    AnalyticsEndpointsTest() {
        run(io_, session_.connect());
        run(io_, session_.execute(R"(
            INSERT INTO users (user_id, email, display_name, timezone, locale, created_at, updated_at)
            VALUES ('01933b6e-0000-7000-8000-000000000001', 'a@example.org', 'A', 'Europe/Berlin', 'en', now(), now());
            INSERT INTO daily_totals VALUES
                ('01933b6e-0000-7000-8000-000000000001', '2026-11-23', 1, 1, 600, 2, 1, 4, 1, '{"sleep":600}'),
                ('01933b6e-0000-7000-8000-000000000001', '2026-11-24', 2, 2, 1200, 5, 2, 0, 0, '{"sleep":1200}');
            INSERT INTO session_facts (user_id, session_id, version, counts, local_date, local_hour, kind,
                                       duration_seconds, ended_at)
            SELECT '01933b6e-0000-7000-8000-000000000001', gen_random_uuid(), 1, true, day, hour, kind, 600, now()
            FROM (VALUES (date '2026-11-23', 8, 'sleep'), ('2026-11-24', 7, 'sleep'), ('2026-11-24', 21, 'sleep'),
                         ('2026-11-24', 21, 'walking')) AS fact (day, hour, kind))"));
        database_.start();
        redis_.start();
        run_until(io_, [&] { return database_.is_up() && redis_.is_up(); });
    }
    void TearDown() override {
        redis_.stop();
        database_.stop();
        postgres::run_to_end(io_);
    }

    http::Response get(std::string_view name, std::string_view query = "", UserId user = kUser) {
        auto path = "/api/v1/analytics/" + std::string(name);
        auto row = std::ranges::find(endpoints_, path, [](const auto& e) { return e.declaration.path; });
        http::RequestHead head;
        head.query = query;
        http::Exchange exchange{.head = head, .request_id = "test", .principal = {.user = user}};
        return run(io_, row->handle(exchange));
    }
    json::value get_json(std::string_view name, std::string_view query = "") {
        auto response = get(name, query);
        EXPECT_EQ(response.status, 200) << response.body;
        return json::parse(response.body);
    }
    // The faults as "parameter code", in order.
    std::vector<std::string> faults_of(std::string_view name, std::string_view query) {
        auto response = get(name, query);
        EXPECT_EQ(response.status, 422);
        std::vector<std::string> faults;
        for (const auto& fault : json::parse(response.body).at("errors").as_array())
            faults.push_back(std::string(fault.at("parameter").as_string()) + " " +
                             std::string(fault.at("code").as_string()));
        return faults;
    }

    asio::io_context io_;
    std::string conninfo_ = integration::create_migrated_database();
    postgres::Session session_{io_, {.conninfo = conninfo_}};
    postgres::Client database_{io_, {.conninfo = conninfo_, .connections = 1}};
    redis::TestServer redis_server_;
    redis::Client redis_{io_, redis_options(redis_server_)};
    SystemClock clock_;
    LiveStatsCache live_stats_{redis_};
    postgres::Replicas replicas_{io_, database_, {}};
    AnalyticsService service_{AnalyticsStore(database_, replicas_), live_stats_, clock_};
    http::Endpoints endpoints_ = endpoints().serve(service_);
};

using Faults = std::vector<std::string>;

TEST_F(AnalyticsEndpointsTest, DailyShowsEveryDayAndTheTotals) {
    auto response = get_json("daily", "from=2026-11-22&to=2026-11-24");
    EXPECT_EQ(response.at("timezone"), "Europe/Berlin");
    EXPECT_TRUE(parse_timestamp(std::string(response.at("asOf").as_string())));
    ASSERT_EQ(response.at("items").as_array().size(), 3U);
    EXPECT_EQ(response.at("items").at(0).at("date"), "2026-11-22");
    EXPECT_EQ(response.at("items").at(0).at("sessions"), 0);
    EXPECT_EQ(response.at("items").at(2).at("byKind").at("sleep"), 1200);
    EXPECT_EQ(response.at("totals").at("sessions"), 3);
    EXPECT_EQ(response.at("totals").at("averageMoodAfter").to_number<double>(), 4);
}

TEST_F(AnalyticsEndpointsTest, WeeklyAndMonthlyLabelTheirBuckets) {
    EXPECT_EQ(get_json("weekly", "from=2026-11-24&to=2026-11-24").at("items").at(0).at("week"), "2026-W48");
    auto month = get_json("monthly", "from=2026-11-24&to=2026-11-24").at("items").at(0);
    EXPECT_EQ(month.at("month"), "2026-11");
    EXPECT_EQ(month.at("seconds"), 1200);
}

TEST_F(AnalyticsEndpointsTest, RangesAreLimited) {
    EXPECT_EQ(faults_of("daily", ""), (Faults{"from required", "to required"}));
    EXPECT_EQ(faults_of("daily", "from=2026-11-24&to=2026-11-23"), (Faults{"to before_from"}));
    EXPECT_EQ(faults_of("daily", "from=2026-01-01&to=2026-02-30"), (Faults{"to invalid_format"}));
    EXPECT_EQ(faults_of("daily", "from=2028-01-01&to=2029-01-01"), (Faults{"to too_far"}));
    EXPECT_EQ(get_json("daily", "from=2028-01-01&to=2028-12-31").at("items").as_array().size(), 366U);
    EXPECT_EQ(faults_of("weekly", "from=2026-01-01&to=2029-01-05"), (Faults{"to too_far"}));
    EXPECT_EQ(get("weekly", "from=2026-01-01&to=2029-01-04").status, 200);
    EXPECT_EQ(faults_of("monthly", "from=2026-01-01&to=2029-01-05"), (Faults{"to too_far"}));
    EXPECT_EQ(get("monthly", "from=2026-01-01&to=2029-01-04").status, 200);
}

TEST_F(AnalyticsEndpointsTest, SummaryOfTheCaller) {
    auto response = get_json("summary");
    EXPECT_EQ(response.at("timezone"), "Europe/Berlin");
    EXPECT_EQ(response.at("today").at("goalSeconds"), 600);
    EXPECT_EQ(response.at("bestDay").at("date"), "2026-11-24");
    EXPECT_EQ(response.at("streaks").at("longestDays"), 2);
    EXPECT_EQ(response.at("favouriteKind"), "sleep");
    EXPECT_EQ(response.at("favouriteHour"), 21);
}

TEST_F(AnalyticsEndpointsTest, HeatmapShowsTheWholeYear) {
    auto response = get_json("heatmap", "year=2026");
    EXPECT_EQ(response.at("year"), 2026);
    const auto& days = response.at("days").as_array();
    ASSERT_EQ(days.size(), 365U);
    EXPECT_EQ(days.front().at("date"), "2026-01-01");
    EXPECT_EQ(days.front().at("level"), 0);
    EXPECT_EQ(days[326].at("date"), "2026-11-23");
    EXPECT_EQ(days[326].at("level"), 3);
    EXPECT_EQ(days[327].at("level"), 4);
    EXPECT_EQ(get("heatmap").status, 200);
    EXPECT_EQ(faults_of("heatmap", "year=1969"), (Faults{"year too_small"}));
}

TEST_F(AnalyticsEndpointsTest, ADeletedAccountIsNotFound) {
    auto unknown_user = UserId::make(SystemClock().now());
    EXPECT_EQ(get("summary", "", unknown_user).status, 401);
    EXPECT_EQ(get("daily", "from=2026-11-23&to=2026-11-23", unknown_user).status, 401);
    EXPECT_EQ(get("heatmap", "", unknown_user).status, 401);
}

TEST_F(AnalyticsEndpointsTest, NowCountsPeopleAndRunningGroups) {
    // One user alone and in the group, one alone in overtime, one long after the end; and in the group one who is
    // present, one who has left, and one whose node is dead. Another group is overdue.
    run(io_, session_.execute(R"(
        INSERT INTO meditation_sessions (user_id, session_id, status, kind, planned_seconds, started_at, local_date,
                                         timezone, source, created_at, updated_at)
        SELECT user_id::uuid, gen_random_uuid(), 'active', 'sleep', 600, now() - age, '2026-11-23', 'UTC', 'live',
               now(), now()
        FROM (VALUES ('01933b6e-0000-7000-8000-000000000001', interval '1 minute'),
                     ('01933b6e-0000-7000-8000-000000000002', interval '14 minutes'),
                     ('01933b6e-0000-7000-8000-000000000003', interval '16 minutes')) AS active (user_id, age);
        INSERT INTO groups (group_id, host_id, host_name, title, kind, planned_seconds, visibility, state, started_at,
                            ends_at, created_at, updated_at)
        SELECT group_id::uuid, gen_random_uuid(), '', '', 'sleep', 600, 'public', 'running', now(), ends_at, now(),
               now()
        FROM (VALUES ('01933b6e-0000-7000-8000-00000000000a', now() + interval '5 minutes'),
                     ('01933b6e-0000-7000-8000-00000000000b', now() - interval '1 second')) AS g (group_id, ends_at);
        INSERT INTO group_attendance (user_id, group_id, left_at, seen_at)
        SELECT user_id::uuid, '01933b6e-0000-7000-8000-00000000000a', left_at, seen_at
        FROM (VALUES ('01933b6e-0000-7000-8000-000000000001', NULL, now()),
                     ('01933b6e-0000-7000-8000-000000000004', NULL::timestamptz, now() - interval '30 seconds'),
                     ('01933b6e-0000-7000-8000-000000000005', now(), now()),
                     ('01933b6e-0000-7000-8000-000000000006', NULL, now() - interval '1 minute'))
             AS a (user_id, left_at, seen_at))"));
    auto response = get_json("now");
    EXPECT_EQ(response.at("meditating"), 3);  // 1, 2 and 4
    EXPECT_EQ(response.at("groupsRunning"), 1);
    EXPECT_TRUE(response.at("connections").is_null());
    run(io_, session_.execute("TRUNCATE meditation_sessions"));
    run_until(io_, [&] { return get_json("now").at("meditating") == 2; });  // recounted after a second
}

TEST_F(AnalyticsEndpointsTest, NowIsReadFromRedisWhileItIsThere) {
    auto now = clock_.now();
    run(io_, live_stats_.publish({.meditating = 1234, .groups_running = 56, .connections = {}, .as_of = now}));
    auto response = get_json("now");
    EXPECT_EQ(response.at("meditating"), 1234);
    EXPECT_EQ(response.at("groupsRunning"), 56);
    EXPECT_EQ(response.at("connections"), 0);
    EXPECT_EQ(response.at("asOf").as_string(), format_timestamp(now));
    run(io_, live_stats_.publish({.meditating = 1235, .groups_running = 56, .connections = {}, .as_of = now}));
    run_until(io_, [&] { return get_json("now").at("meditating") == 1235; });
    // Redis flushed, and then unavailable: counted in the database.
    redis_server_.signal(SIGKILL);
    run_until(io_, [&] { return get_json("now").at("meditating") == 0; });
    redis_server_.start();
    run_until(io_, [&] { return redis_.is_up(); });
    run(io_, live_stats_.publish({.meditating = 7, .groups_running = 0, .connections = {}, .as_of = now}));
    run_until(io_, [&] { return get_json("now").at("meditating") == 7; });
}

}  // namespace
}  // namespace mindspace::analytics
