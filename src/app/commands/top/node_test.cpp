#include "app/commands/top/node.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mindspace::app::top {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kInfinity = std::numeric_limits<double>::infinity();
const SteadyTime kStart{seconds(1000)};

Totals totals_of(std::string_view page) {
    return Totals(parse_exposition(page));
}

// What a process says that started at `started` and has counted so many.
Totals counted(double count, double started = 1) {
    return totals_of("mindspace_build_info{version=\"1.0\"} 1\nprocess_start_time_seconds " + std::to_string(started) +
                     "\nthings_total " + std::to_string(count) + "\n");
}

TEST(Totals, AddUpAllSeriesOrThoseOfAPart) {
    const auto totals = totals_of(
        "r{route=\"/a\",status=\"2xx\"} 3\nr{route=\"/b\",status=\"2xx\"} 4\nr{route=\"/b\",status=\"5xx\"} 1\n"
        "rr 100\nmindspace_pool_threads{pool=\"hashing\"} 2\nmindspace_pool_threads{pool=\"compression\"} 1\n"
        "bad NaN\nmindspace_build_info{version=\"1.2.3\"} 1\n");
    EXPECT_EQ(totals.sum("r"), 8);
    EXPECT_EQ(totals.sum("r", "5xx"), 1);
    EXPECT_EQ(totals.sum("r", "4xx"), 0);
    EXPECT_EQ(totals.sum("other"), 0);
    EXPECT_EQ(totals.sum("bad"), 0);
    EXPECT_EQ(totals.pools(), (std::vector<std::string>{"compression", "hashing"}));
    EXPECT_EQ(totals.version(), "1.2.3");
}

TEST(Totals, AddUpBucketsByBound) {
    const auto totals = totals_of(
        "d_bucket{pool=\"a\",le=\"0.1\"} 1\nd_bucket{pool=\"a\",le=\"+Inf\"} 2\n"
        "d_bucket{pool=\"b\",le=\"0.1\"} 3\nd_bucket{pool=\"b\",le=\"+Inf\"} 3\nd_sum{pool=\"b\"} 1\n");
    EXPECT_EQ(totals.buckets("d"), (Buckets{{0.1, 4}, {kInfinity, 5}}));
    EXPECT_EQ(totals.buckets("d", "a"), (Buckets{{0.1, 1}, {kInfinity, 2}}));
    EXPECT_TRUE(totals.buckets("e").empty());
}

// The expected values are those of histogram_quantile() in Prometheus.
TEST(Quantile, IsLinearWithinABucket) {
    const Buckets buckets{{0.1, 10}, {0.2, 30}, {0.5, 40}, {kInfinity, 40}};
    EXPECT_DOUBLE_EQ(quantile(0.5, buckets), 0.15);
    EXPECT_DOUBLE_EQ(quantile(0.125, buckets), 0.05) << "the first bucket begins at 0";
    EXPECT_DOUBLE_EQ(quantile(0.25, buckets), 0.1);
    EXPECT_DOUBLE_EQ(quantile(0.95, buckets), 0.44);
    EXPECT_DOUBLE_EQ(quantile(1, buckets), 0.5);
}

TEST(Quantile, IsTheHighestBoundForWhatIsAbove) {
    EXPECT_DOUBLE_EQ(quantile(0.99, {{0.1, 10}, {30, 10}, {kInfinity, 20}}), 30);
}

TEST(Quantile, SkipsEmptyBuckets) {
    EXPECT_DOUBLE_EQ(quantile(0.5, {{0.1, 0}, {0.2, 0}, {0.5, 2}, {kInfinity, 2}}), 0.35);
}

TEST(Quantile, IsUnknownWithoutObservationsOrBuckets) {
    EXPECT_TRUE(std::isnan(quantile(0.5, {})));
    EXPECT_TRUE(std::isnan(quantile(0.5, {{kInfinity, 5}})));
    EXPECT_TRUE(std::isnan(quantile(0.5, {{0.1, 0}, {kInfinity, 0}})));
    EXPECT_TRUE(std::isnan(quantile(0.5, {{0.1, 5}, {0.2, 5}}))) << "the last bucket is not the infinite one";
}

TEST(Node, KnowsNoRateBeforeTheSecondPage) {
    Node node("a:1");
    EXPECT_FALSE(node.is_up());
    EXPECT_TRUE(std::isnan(node.rate("things_total")));
    node.take(counted(5), kStart);
    EXPECT_TRUE(node.is_up());
    EXPECT_TRUE(std::isnan(node.rate("things_total")));
    node.take(counted(8), kStart + milliseconds(500));
    EXPECT_DOUBLE_EQ(node.rate("things_total"), 6);
}

TEST(Node, AveragesTheLastTenSeconds) {
    Node node("a:1");
    for (int second = 0; second <= 30; ++second)
        node.take(counted(second < 20 ? 0 : (second - 20) * 7), kStart + seconds(second));
    EXPECT_DOUBLE_EQ(node.rate("things_total"), 7) << "of the ten seconds since the 20th";
}

TEST(Node, CountsACounterThatHasRestartedFromZero) {
    Node node("a:1");
    node.take(counted(1000), kStart);
    node.take(counted(4), kStart + seconds(2));
    EXPECT_DOUBLE_EQ(node.rate("things_total"), 2);
    EXPECT_EQ(increase({{0.1, 7}, {kInfinity, 9}}, {{0.1, 1}, {kInfinity, 3}}), (Buckets{{0.1, 1}, {kInfinity, 3}}));
    EXPECT_EQ(increase({{0.1, 7}, {kInfinity, 9}}, {{0.1, 8}, {kInfinity, 12}}), (Buckets{{0.1, 1}, {kInfinity, 3}}));
}

TEST(Node, ForgetsWhatAnotherProcessSaid) {
    Node node("a:1");
    node.take(counted(1000, 1), kStart);
    node.take(counted(2000, 2), kStart + seconds(1));
    EXPECT_TRUE(std::isnan(node.rate("things_total"))) << "2000 of a new process are not 1000 more";
    node.take(counted(2003, 2), kStart + seconds(2));
    EXPECT_DOUBLE_EQ(node.rate("things_total"), 3);
}

TEST(Node, IsDownFromItsFirstFailureUntilItResponds) {
    Node node("a:1");
    node.take(counted(1), kStart);
    node.fail("refused", kStart + seconds(1));
    node.fail("timeout", kStart + seconds(2));
    EXPECT_FALSE(node.is_up());
    EXPECT_EQ(node.failure(), "timeout");
    EXPECT_EQ(node.failed_at(), kStart + seconds(1));
    EXPECT_EQ(node.now().sum("things_total"), 0);
    node.take(counted(1), kStart + seconds(3));
    EXPECT_TRUE(node.is_up());
    EXPECT_EQ(node.failure(), "");
}

}  // namespace
}  // namespace mindspace::app::top
