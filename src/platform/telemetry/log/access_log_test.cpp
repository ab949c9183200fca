#include "platform/telemetry/log/access_log.h"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <sstream>

namespace mindspace::log {
namespace {

namespace json = boost::json;

template <class F>
std::vector<std::string> stdout_of(Format format, F act) {
    testing::internal::CaptureStdout();
    start({.format = format});
    act();
    shutdown();
    std::istringstream stream(testing::internal::GetCapturedStdout());
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

AccessLine example() {
    return {.at = parse_timestamp("2026-11-23T06:00:00.007Z").value(),
            .method = "GET",
            .route = "/api/v1/sessions/{id}",
            .path = "/api/v1/sessions/0190?ticket=secret",
            .status = 200,
            .duration = std::chrono::microseconds(1234),
            .bytes = 512,
            .request_id = "r-1",
            .client_ip = "192.0.2.1",
            .user_id = "u-1",
            .trace_id = "t-1",
            .span_id = "s-1"};
}

TEST(AccessLog, WritesEveryFieldAndNoQuery) {
    auto lines = stdout_of(Format::json, [] { AccessLog().add(example()); });
    ASSERT_EQ(lines.size(), 1U);
    json::object expected{{"@timestamp", "2026-11-23T06:00:00.007Z"},
                          {"log.level", "info"},
                          {"message", "request"},
                          {"ecs.version", "8.11.0"},
                          {"service.name", "mindspace"},
                          {"http.request.method", "GET"},
                          {"http.route", "/api/v1/sessions/{id}"},
                          {"url.path", "/api/v1/sessions/0190"},
                          {"http.response.status_code", 200},
                          {"event.duration", 1'234'000},
                          {"http.response.body.bytes", 512},
                          {"http.request.id", "r-1"},
                          {"client.ip", "192.0.2.1"},
                          {"user.id", "u-1"},
                          {"trace.id", "t-1"},
                          {"span.id", "s-1"}};
    auto line = json::parse(lines[0]).as_object();
    EXPECT_FALSE(line["event.id"].as_string().empty());
    EXPECT_FALSE(line["service.node.name"].as_string().empty());
    line.erase("event.id");
    line.erase("service.node.name");
    EXPECT_EQ(json::value(line), json::value(expected)) << lines[0];
}

TEST(AccessLog, OmitsEmptyFieldsAndEscapesOthers) {
    auto line = example();
    line.user_id = {};
    line.path = "/\"\n\xFF";
    auto lines = stdout_of(Format::json, [&] { AccessLog().add(line); });
    ASSERT_EQ(lines.size(), 1U);
    auto object = json::parse(lines[0]).as_object();
    EXPECT_FALSE(object.contains("user.id"));
    EXPECT_EQ(object["url.path"].as_string(), "/\"\n\uFFFD");
}

TEST(AccessLog, WritesShortTextForAPerson) {
    auto lines = stdout_of(Format::text, [] { AccessLog().add(example()); });
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0], "06:00:00.007 GET    /api/v1/sessions/0190 200 1.23 ms 512 B");
}

TEST(AccessLog, WritesFullBlocksInOrderAndTheRestAtTheEnd) {
    constexpr int kLines = 1000;  // several blocks, fewer than the queue holds
    auto lines = stdout_of(Format::json, [] {
        AccessLog log;
        auto line = example();
        for (int i = 0; i < kLines; ++i) {
            line.bytes = static_cast<std::uint64_t>(i);
            line.at += Milliseconds(i % 2);
            log.add(line);
        }
        EXPECT_EQ(lost_count(), 0U);
    });
    ASSERT_EQ(lines.size(), static_cast<std::size_t>(kLines));
    std::string last_at;
    for (int i = 0; i < kLines; ++i) {
        auto line = json::parse(lines[static_cast<std::size_t>(i)]);
        EXPECT_EQ(line.at("http.response.body.bytes").as_int64(), i);
        std::string at(line.at("@timestamp").as_string());
        EXPECT_LE(last_at, at);
        last_at = at;
    }
}

TEST(AccessLog, FlushingTwiceWritesOnce) {
    auto lines = stdout_of(Format::json, [] {
        AccessLog log;
        log.add(example());
        log.flush();
        log.flush();
    });
    EXPECT_EQ(lines.size(), 1U);
}

}  // namespace
}  // namespace mindspace::log
