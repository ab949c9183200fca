// The metrics page of the running program: what users do is counted, in the process that does it.

#include "support/program/metrics.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

#include <ctime>
#include <set>
#include <sstream>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;

// Of the process with that role.
double metric_of(const std::string& role, const std::string& beginning) {
    return metric(Program::shared().management_port(role), beginning);
}

long status_of_login(const Person& person, std::string_view password) {
    return Client(Program::shared()).post(kLogin, {{"email", person.email}, {"password", password}}).status;
}

TEST(Metrics, CountRegistrationsAndLogins) {
    const auto count = [](const std::string& series) { return metric_of("auth", series); };
    const std::string succeeded = R"(mindspace_logins_total{outcome="succeeded"})";
    const std::string failed = R"(mindspace_logins_total{outcome="failed"})";
    const auto registrations = count("mindspace_registrations_total");
    const auto person = register_person();
    const auto before = std::pair(count(succeeded), count(failed));
    EXPECT_EQ(count("mindspace_registrations_total"), registrations + 1);
    ASSERT_EQ(status_of_login(person, kPassword), 200);
    ASSERT_EQ(status_of_login(person, "not this one"), 401);
    EXPECT_EQ(count(succeeded), before.first + 1);
    EXPECT_EQ(count(failed), before.second + 1);
    EXPECT_GT(count(R"(mindspace_pool_wait_seconds_count{pool="hashing"})"), 0);
    EXPECT_GT(count(R"(mindspace_pool_run_seconds_count{pool="hashing"})"), 0);
}

TEST(Metrics, ShowTheCompressionOfLargeResponses) {
    constexpr int kCount = 100;
    const auto count = [] {
        return metric_of("meditation", R"(mindspace_pool_run_seconds_count{pool="compression"})");
    };
    auto person = register_person();
    json::array sessions;
    for (int i = 0; i < kCount; ++i)
        sessions.push_back(offline_session("2025-01-0" + std::to_string(1 + i % 9) + "T0" + std::to_string(i / 20) +
                                               ":" + std::to_string(10 + i % 20) + ":00Z",
                                           {{"note", std::string(1000, 'x')}}));
    import_all(person, std::move(sessions));
    const auto before = count();
    const auto history = "/api/v1/sessions?limit=" + std::to_string(kCount);
    ASSERT_EQ(person.client.get(history, {{"Accept-Encoding", "gzip"}}).header("content-encoding"), "gzip");
    EXPECT_TRUE(eventually([&] { return count() == before + 1; }));
}

TEST(Metrics, CountSessionsByTheirEvents) {
    const auto count = [](const std::string& type) {
        return metric_of("analytics",
                         R"(mindspace_events_handled_total{consumer="analytics",type="session.)" + type + "\"}");
    };
    auto person = register_person();
    const auto started = count("started");
    const auto completed = count("completed");
    const auto seconds = metric_of("analytics", "mindspace_meditated_seconds_total");
    meditate(person);
    import_all(person, {offline_session("2025-01-01T08:00:00Z")});
    ASSERT_TRUE(has_counted(person, 2));
    EXPECT_TRUE(eventually([&] { return count("completed") >= completed + 2; }));
    EXPECT_GE(count("started"), started + 1);
    EXPECT_GE(metric_of("analytics", "mindspace_meditated_seconds_total"), seconds + 1800) << "half an hour and more";
}

TEST(Metrics, ShowWhoMeditatesNow) {
    auto person = register_person();
    const auto session = person.client.post(kSessions, {{"kind", "sleep"}, {"plannedSeconds", 600}});
    ASSERT_TRUE(is(session, 201));
    EXPECT_TRUE(eventually([] { return metric_of("analytics", "mindspace_meditating_people") >= 1; }));
    EXPECT_TRUE(is(person.client.post(kSessions + ("/" + session.text("/id")) + "/abandon"), 200));
}

TEST(Metrics, ShowTheServersAndTheProcess) {
    auto person = register_person();
    ASSERT_TRUE(is(person.client.get(kMe), 200));
    const auto of_user = [](const std::string& series) { return metric_of("user", series); };
    EXPECT_GT(of_user(R"(mindspace_postgres_query_duration_seconds_count{client="requests"})"), 0);
    EXPECT_GT(of_user(R"(mindspace_redis_command_duration_seconds_count{client="commands"})"), 0);
    EXPECT_GE(of_user(R"(mindspace_postgres_connections_wanted{client="requests"})"),
              of_user(R"(mindspace_postgres_connections{client="requests"})"));
    EXPECT_EQ(metric_of("meditation", R"(mindspace_postgres_reconnects_total{client="imports"})"), 0);
    EXPECT_GT(of_user("process_cpu_seconds_total"), 0);
    EXPECT_GT(of_user("process_open_fds"), 5);
    EXPECT_GE(of_user("process_max_fds"), of_user("process_open_fds"));
    EXPECT_GT(of_user("process_resident_memory_bytes"), 1 << 20);
    EXPECT_GT(of_user("process_virtual_memory_bytes"), of_user("process_resident_memory_bytes"));
    EXPECT_GE(of_user("process_threads"), 2);
    EXPECT_NEAR(of_user("process_start_time_seconds"), static_cast<double>(std::time(nullptr)), 24 * 3600);
}

TEST(Metrics, AreOpenMetricsWithTracesForAScraperThatAcceptsThem) {
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    auto person = register_person();
    ASSERT_TRUE(is(person.client.get(kMe, {{"traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}}), 200));
    const auto port = Program::shared().management_port();
    const auto page = read_metrics(port, "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
    EXPECT_THAT(page, HasSubstr("\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"));
    EXPECT_THAT(page, HasSubstr(" # {trace_id=\"" + trace + "\"} "));
    EXPECT_TRUE(page.ends_with("# EOF\n"));
    const auto plain = read_metrics(port);
    EXPECT_THAT(plain, HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_THAT(plain, testing::Not(HasSubstr(trace)));
}

// The series of the page, with their labels, in order.
std::vector<std::string> list_series() {
    std::istringstream page(read_metrics(Program::shared().management_port()));
    std::vector<std::string> series;
    for (std::string line; std::getline(page, line);)
        if (line.starts_with("mindspace_") || line.starts_with("process_"))
            series.push_back(line.substr(0, line.rfind(' ')));
    return series;
}

// Prometheus refuses a page that has a series twice.
TEST(Metrics, ContainEachSeriesOnce) {
    const auto series = list_series();
    const std::set<std::string> different(series.begin(), series.end());
    EXPECT_EQ(different.size(), series.size());
    EXPECT_GT(series.size(), 50U);
}

// A client must not be able to fill the memory of Prometheus.
TEST(Metrics, HaveNoNewSeriesForRandomPathsAndAgents) {
    Client client(Program::shared());
    const auto visit = [&client] {
        const auto id = new_id();
        const Headers headers{{"User-Agent", id}, {"Origin", "https://" + id + ".example"}};
        ASSERT_EQ(client.get("/api/v1/" + id, headers).status, 404);
        ASSERT_GE(client.get("/api/v1/groups/" + id, headers).status, 400);
    };
    visit();
    const auto before = list_series();
    for (int i = 0; i < 50; ++i) visit();
    EXPECT_EQ(list_series(), before);
}

}  // namespace
}  // namespace mindspace::integration
