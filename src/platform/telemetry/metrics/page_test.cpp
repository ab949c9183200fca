// The metrics page, as Prometheus reads it in both formats.

#include "platform/telemetry/metrics/page.h"

#include <gmock/gmock.h>

#include <thread>

namespace mindspace::telemetry {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kTrace = "0af7651916cd43dd8448eb211c80319c";

TEST(MetricsPage, ShowsEachMetricOnceWithItsSeries) {
    Page page;
    page.counter("tea_cups", "Cups.", 2, {{"kind", "green"}});
    page.gauge("tea_left", "What is left.", -1);
    page.counter("tea_cups", "Cups.", 3, {{"kind", "a \"b\"\\\n"}});
    EXPECT_EQ(page.text(),
              "# HELP tea_cups_total Cups.\n# TYPE tea_cups_total counter\n"
              "tea_cups_total{kind=\"green\"} 2\ntea_cups_total{kind=\"a \\\"b\\\"\\\\\\n\"} 3\n"
              "# HELP tea_left What is left.\n# TYPE tea_left gauge\ntea_left -1\n");
    EXPECT_EQ(page.content_type(), "text/plain; version=0.0.4; charset=utf-8");
}

TEST(MetricsPage, ShowsDurationsInSeconds) {
    Page page;
    page.gauge("age_seconds", "Age.", 1500ms);
    page.counter("work_seconds", "Work.", 250us);
    EXPECT_THAT(page.text(), HasSubstr("age_seconds 1.5\n"));
    EXPECT_THAT(page.text(), HasSubstr("work_seconds_total 0.00025\n"));
}

TEST(MetricsPage, ShowsBucketsUpToThirtySeconds) {
    TracedHistogram histogram;
    for (auto took : {500us, 501us, 1'000'000us, 30'000'000us, 30'000'001us}) histogram.observe(took, "");
    Page page;
    page.histogram("wait_seconds", "Wait.", sum_of(histogram), {{"queue", "a"}});
    for (std::string_view line :
         {R"(le="0.0005"} 1)", R"(le="0.001"} 2)", R"(le="1.0"} 3)", R"(le="30.0"} 4)", R"(le="+Inf"} 5)"})
        EXPECT_THAT(page.text(), HasSubstr(R"(wait_seconds_bucket{queue="a",)" + std::string(line) + "\n"));
    EXPECT_THAT(page.text(), HasSubstr("wait_seconds_sum{queue=\"a\"} 61.001002\n"));
    EXPECT_THAT(page.text(), HasSubstr("wait_seconds_count{queue=\"a\"} 5\n"));
}

TEST(MetricsPage, HasExemplarsInOpenMetricsOnly) {
    TracedHistogram histogram;
    histogram.observe(2ms, "");
    histogram.observe(3s, kTrace);
    Page plain;
    Page open(Page::Format::open_metrics);
    for (auto* page : {&plain, &open}) {
        page->histogram("wait_seconds", "Wait.", sum_of(histogram));
        page->counter("calls", "Calls.", 1);
    }
    EXPECT_THAT(plain.text(), Not(HasSubstr("trace_id")));
    EXPECT_THAT(open.text(), HasSubstr("le=\"5.0\"} 2 # {trace_id=\"" + std::string(kTrace) + "\"} 3 "));
    EXPECT_THAT(open.text(), HasSubstr("# TYPE calls counter\ncalls_total 1\n"));
    EXPECT_TRUE(open.text().ends_with("# EOF\n"));
}

TEST(MetricsPage, IsInTheFormatThatTheScraperAccepts) {
    using enum Page::Format;
    EXPECT_EQ(Page::accepted(""), prometheus);
    EXPECT_EQ(Page::accepted("text/plain;version=0.0.4;q=0.5,*/*;q=0.1"), prometheus);
    EXPECT_EQ(Page::accepted("application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.4"), open_metrics);
}

TEST(Exemplar, IsNotStoredForAnInvalidTrace) {
    ExemplarSlot slot;
    for (std::string_view text : {"", "0af7", "0af7651916cd43dd8448eb211c80319x", "0af7651916cd43dd-448eb211c80319c"})
        slot.store(text, 1ms);
    EXPECT_FALSE(slot.load());
    slot.store(kTrace, 1ms);
    ASSERT_TRUE(slot.load());
    EXPECT_EQ(slot.load()->trace_id(), kTrace);
}

TEST(Exemplar, IsNeverReadHalfWritten) {
    constexpr int kWrites = 20'000;
    ExemplarSlot slot;
    std::thread writer([&slot] {
        for (int i = 1; i <= kWrites; ++i)
            slot.store(i % 2 == 0 ? kTrace : "0000000000000001000000000000000a", i % 2 == 0 ? 2ms : 1ms);
    });
    while (true) {
        const auto seen = slot.load();
        if (!seen) continue;
        EXPECT_EQ(seen->took, seen->trace_id() == kTrace ? 2ms : 1ms);
        break;
    }
    for (int i = 0; i < kWrites; ++i)
        if (const auto seen = slot.load()) {
            EXPECT_EQ(seen->took, seen->trace_id() == kTrace ? 2ms : 1ms);
        }
    writer.join();
}

TEST(HistogramSum, KeepsTheLatestExemplarOfAllCores) {
    TracedHistogram first;
    TracedHistogram second;
    first.observe(2ms, "0000000000000001000000000000000a");
    const auto before = SystemClock().now();
    while (SystemClock().now() == before) std::this_thread::yield();
    second.observe(2ms, kTrace);
    for (bool is_second_first : {false, true}) {
        HistogramSum sum;
        sum += is_second_first ? second : first;
        sum += is_second_first ? first : second;
        Page page(Page::Format::open_metrics);
        page.histogram("wait_seconds", "Wait.", sum);
        EXPECT_THAT(page.text(), HasSubstr(kTrace));
    }
}

}  // namespace
}  // namespace mindspace::telemetry
