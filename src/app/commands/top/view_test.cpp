#include "app/commands/top/view.h"

#include "app/commands/top/figures.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace mindspace::app::top {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const SteadyTime kFirstPage{seconds(1000)};

Totals page_with(const std::string& metrics) {
    return Totals(parse_exposition("mindspace_build_info{version=\"1.0\"} 1\n" + metrics));
}

// Says `before`, and ten seconds later `after`.
Node node_with(const std::string& name, const std::string& before, const std::string& after) {
    Node node(name);
    node.take(page_with(before), kFirstPage);
    node.take(page_with(after), kFirstPage + seconds(10));
    return node;
}

Node busy_node(const std::string& name, int requests, int sockets = 0) {
    return node_with(name, "mindspace_http_requests_total{status=\"2xx\"} 0\n",
                     "mindspace_http_requests_total{status=\"2xx\"} " + std::to_string(requests) +
                         "\nmindspace_websockets " + std::to_string(sockets) + "\n");
}

std::vector<Line> lines_of(const std::vector<Node>& nodes, const View& view = {}) {
    return page_of(nodes, view, kFirstPage + seconds(12), "12:34:56");
}

std::string text_of(const std::vector<Line>& lines) {
    std::string text;
    for (const auto& line : lines) text += line.text + "\n";
    return text;
}

// The names in the first column, of the first table.
std::vector<std::string> names_in(const std::vector<Line>& lines) {
    std::vector<std::string> names;
    for (std::size_t i = 4; i < lines.size() && !lines[i].text.empty(); ++i)
        names.push_back(lines[i].text.substr(0, lines[i].text.find(' ')));
    return names;
}

TEST(TopFigures, AreShort) {
    EXPECT_EQ(count_text(0), "0");
    EXPECT_EQ(count_text(9999), "9999");
    EXPECT_EQ(count_text(12'345), "12k");
    EXPECT_EQ(count_text(1'234'567), "1.2M");
    EXPECT_EQ(rate_text(0.04), "0.0");
    EXPECT_EQ(rate_text(123.4), "123");
    EXPECT_EQ(duration_text(0), "0");
    EXPECT_EQ(duration_text(0.0004), "0.4ms");
    EXPECT_EQ(duration_text(0.0124), "12ms");
    EXPECT_EQ(duration_text(1.25), "1.2s");
    EXPECT_EQ(duration_text(30), "30s");
    EXPECT_EQ(duration_text(5400), "1.5h");
    EXPECT_EQ(bytes_text(88.0 * (1 << 20)), "88M");
    EXPECT_EQ(percent_text(0.854), "85%");
    for (const auto& text : {count_text(kUnknown), rate_text(kUnknown), duration_text(kUnknown), bytes_text(kUnknown),
                             percent_text(kUnknown)})
        EXPECT_EQ(text, "-");
}

TEST(TopView, ShowsRatesLatencyAndSockets) {
    const auto text = text_of(lines_of({node_with(
        "10.0.0.1:9464",
        "mindspace_http_requests_total{status=\"2xx\"} 100\n"
        "mindspace_http_request_duration_seconds_bucket{le=\"0.01\"} 100\n"
        "mindspace_http_request_duration_seconds_bucket{le=\"0.1\"} 100\n"
        "mindspace_http_request_duration_seconds_bucket{le=\"+Inf\"} 100\n",
        "mindspace_http_requests_total{status=\"2xx\"} 1095\nmindspace_http_requests_total{status=\"5xx\"} 5\n"
        "mindspace_http_request_duration_seconds_bucket{le=\"0.01\"} 600\n"
        "mindspace_http_request_duration_seconds_bucket{le=\"0.1\"} 1100\n"
        "mindspace_http_request_duration_seconds_bucket{le=\"+Inf\"} 1100\n"
        "mindspace_websockets 41\nmindspace_room_connections 40\nmindspace_rooms 3\nmindspace_meditating_people "
        "7\n")}));
    EXPECT_THAT(text, HasSubstr("Mind Space 1.0: 1 of 1 nodes respond"));
    EXPECT_THAT(text, HasSubstr("12:34:56\n40 sockets in 3 rooms; 7 people meditate"));
    EXPECT_THAT(text, testing::ContainsRegex("10.0.0.1:9464 +100 +0.5 +10ms +91ms +98ms +41 +3"));
    EXPECT_THAT(text, HasSubstr("requests failed (5xx)"));
}

TEST(TopView, ShowsServersQueuesAndPools) {
    const std::string gauges =
        "mindspace_postgres_connections 3\nmindspace_postgres_connections_wanted 4\nmindspace_postgres_in_flight 5\n"
        "mindspace_redis_connections 2\nmindspace_redis_connections_wanted 2\n"
        "mindspace_outbox_depth 17\nmindspace_outbox_oldest_seconds 3\nprocess_resident_memory_bytes 104857600\n"
        "mindspace_pool_threads{pool=\"hashing\"} 2\nmindspace_pool_threads{pool=\"compression\"} 1\n"
        "mindspace_pool_running{pool=\"hashing\"} 2\nmindspace_pool_queued{pool=\"hashing\"} 6\n"
        "mindspace_pool_queue_limit{pool=\"hashing\"} 64\n";
    const auto text = text_of(lines_of(
        {node_with("a:1", "process_cpu_seconds_total 1\n" + gauges, "process_cpu_seconds_total 16\n" + gauges)}));
    EXPECT_THAT(text, testing::ContainsRegex("a:1 +150% +100M +3/4 \\+5 +2/2 \\+0 +17 +3.0s"));
    EXPECT_THAT(text, testing::ContainsRegex("a:1 +hashing +2/2 +6/64 +0.0"));
    EXPECT_THAT(text, Not(HasSubstr("compression"))) << "it does nothing";
    EXPECT_THAT(text, testing::ContainsRegex("a:1 +PostgreSQL: connections are missing"));
    EXPECT_THAT(text, Not(HasSubstr("Redis: connections")));
}

TEST(TopView, ShowsANodeThatIsDown) {
    Node down("10.0.0.2:9464");
    down.fail("Couldn't connect to server", kFirstPage);
    const auto lines = lines_of({busy_node("10.0.0.1:9464", 10), down, Node("10.0.0.3:9464")});
    const auto text = text_of(lines);
    EXPECT_THAT(text, HasSubstr("1 of 3 nodes respond"));
    EXPECT_THAT(text, testing::ContainsRegex("10.0.0.2:9464 +down for 12s: Couldn't connect to server"));
    EXPECT_THAT(text, testing::ContainsRegex("10.0.0.3:9464 +has not responded yet"));
    EXPECT_TRUE(std::ranges::any_of(
        lines, [](const Line& line) { return line.style == Style::alarm && line.text.starts_with("10.0.0.2:9464"); }));
}

TEST(TopView, OrdersNodes) {
    const std::vector<Node> nodes{busy_node("a:1", 10, 3), busy_node("b:1", 30, 1), busy_node("c:1", 20, 2)};
    EXPECT_THAT(names_in(lines_of(nodes)), ElementsAre("a:1", "b:1", "c:1"));
    EXPECT_THAT(names_in(lines_of(nodes, {.order = Order::requests})), ElementsAre("b:1", "c:1", "a:1"));
    EXPECT_THAT(names_in(lines_of(nodes, {.order = Order::sockets})), ElementsAre("a:1", "c:1", "b:1"));
    EXPECT_THAT(names_in(lines_of(nodes, {.order = Order::latency})), ElementsAre("a:1", "b:1", "c:1"))
        << "none is known";
    EXPECT_EQ(next(Order::sockets), Order::argument);
}

TEST(TopView, ShowsTheWorstTroubleFirst) {
    const auto text = text_of(lines_of(
        {node_with("a:1", "mindspace_redis_errors_total 100\nmindspace_mails_failed_total 1\n",
                   "mindspace_redis_errors_total 100\nmindspace_mails_failed_total 3\nmindspace_overloaded 1\n")}));
    EXPECT_THAT(text,
                testing::ContainsRegex("overloaded.*\n.*mails: failed attempts +12 +3\n.*Redis: errors +0.0 +100"));
}

TEST(TopView, FitsIntoEveryTerminal) {
    std::vector<Node> nodes;
    for (int i = 0; i < 30; ++i) nodes.push_back(busy_node("a-long-name-of-node-" + std::to_string(i) + ":9464", i));
    for (const std::size_t width : {0U, 1U, 20U, 80U, 200U}) {
        for (const std::size_t height : {0U, 1U, 2U, 3U, 24U, 200U}) {
            View view{.width = width, .height = height, .first_line = 1000};
            const auto screen = screen_of(lines_of(nodes, view), view);
            EXPECT_LE(screen.size(), height);
            for (const auto& line : screen) EXPECT_LE(line.text.size(), width);
        }
    }
    EXPECT_THAT(text_of(lines_of(nodes)), HasSubstr("-of-node-29:9464")) << "the end of a long name";
}

TEST(TopView, ScrollsWhatIsBelowTheHead) {
    std::vector<Node> nodes;
    for (int i = 0; i < 30; ++i) nodes.push_back(busy_node("n" + std::to_string(i) + ":1", i));
    View view;
    auto text = text_of(screen_of(lines_of(nodes), view));
    EXPECT_THAT(text, HasSubstr("n18:1"));
    EXPECT_THAT(text, Not(HasSubstr("n19:1")));
    EXPECT_THAT(text, HasSubstr("lines below)"));
    view.first_line = 1;
    EXPECT_THAT(text_of(screen_of(lines_of(nodes), view)), HasSubstr("n19:1"));
    view.first_line = 1000;
    text = text_of(screen_of(lines_of(nodes), view));
    EXPECT_THAT(text, testing::StartsWith("Mind Space"));
    EXPECT_THAT(text, Not(HasSubstr("lines below)")));
    EXPECT_LT(view.first_line, 1000U);
}

TEST(TopView, ShowsNothingThatControlsTheTerminal) {
    Node node("a:1");
    node.fail("\x1b[2J\xff", kFirstPage);
    EXPECT_THAT(text_of(lines_of({node})), HasSubstr(": ?[2J?"));
}

}  // namespace
}  // namespace mindspace::app::top
