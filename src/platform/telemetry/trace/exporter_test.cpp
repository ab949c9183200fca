#include "platform/telemetry/trace/exporter.h"

#include "platform/telemetry/metrics/page.h"

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include <functional>
#include <optional>

namespace mindspace::telemetry {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto kGenerous = 30s;

// What a fake collector has received, and what it replies.
struct Script {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> names;  // of the spans that it has accepted, in order
    std::size_t requests = 0;
    std::vector<Delivery> replies{};  // to the first requests; then it accepts
    bool is_blocked = false;          // it does not reply until this is false or it is stopped
    bool is_stopped = false;

    bool wait(const std::function<bool()>& condition) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, kGenerous, condition);
    }
    void change(const std::function<void()>& what) {
        const std::scoped_lock lock(mutex);
        what();
        changed.notify_all();
    }
};

class FakeCollector final : public Collector {
public:
    explicit FakeCollector(Script& script) : script_(script) {}

    Delivery send(const std::string& document) override {
        std::unique_lock lock(script_.mutex);
        ++script_.requests;
        script_.changed.notify_all();
        script_.changed.wait(lock, [this] { return !script_.is_blocked || script_.is_stopped; });
        if (script_.is_stopped) return {.outcome = Delivery::Outcome::retryable};
        Delivery reply;
        if (script_.requests <= script_.replies.size()) reply = script_.replies[script_.requests - 1];
        if (reply.outcome == Delivery::Outcome::accepted) {
            const auto value = boost::json::parse(document);
            for (const auto& span : value.at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array())
                script_.names.emplace_back(span.at("name").as_string());
            script_.changed.notify_all();
        }
        return reply;
    }
    void stop() override {
        script_.change([this] { script_.is_stopped = true; });
    }

private:
    Script& script_;
};

class SpanExporterTest : public testing::Test {
protected:
    void start(ExporterOptions options) {
        options.first_pause = 1ms;
        exporter_.emplace(options, ResourceAttributes{}, std::make_unique<FakeCollector>(script_));
    }
    void add(std::string name) {
        exporter_->add({.context = {.trace_id = new_trace_id(), .span_id = new_span_id()}, .name = std::move(name)});
    }
    bool has_received(std::size_t count) {
        return script_.wait([this, count] { return script_.names.size() >= count; });
    }
    std::string page() {
        Page page;
        exporter_->collect(page);
        return page.text();
    }

    Script script_;
    std::optional<SpanExporter> exporter_;
};

TEST_F(SpanExporterTest, SendsABatchWhenItIsFull) {
    start({.max_batch = 3, .interval = 1h});
    for (const char* name : {"a", "b", "c"}) add(name);
    ASSERT_TRUE(has_received(3));
    EXPECT_EQ(script_.requests, 1U);
}

TEST_F(SpanExporterTest, SendsAPartOfABatchAfterTheInterval) {
    start({.interval = 1ms});
    add("a");
    EXPECT_TRUE(has_received(1));
}

TEST_F(SpanExporterTest, SendsTheRestWhenItEnds) {
    start({.interval = 1h, .flush_limit = kGenerous});
    add("a");
    exporter_.reset();
    EXPECT_THAT(script_.names, testing::ElementsAre("a"));
}

TEST_F(SpanExporterTest, EndsWithinItsLimitWhenTheCollectorIsSilent) {
    script_.is_blocked = true;
    start({.max_batch = 1, .flush_limit = 1ms});
    add("a");
    ASSERT_TRUE(script_.wait([this] { return script_.requests == 1; }));
    exporter_.reset();  // hangs if the collector is not stopped
    EXPECT_TRUE(script_.names.empty());
}

TEST_F(SpanExporterTest, DropsSpansAboveItsBoundAndCountsThem) {
    script_.is_blocked = true;
    start({.max_queued = 2, .max_batch = 1, .interval = 1ms});
    add("a");
    ASSERT_TRUE(script_.wait([this] { return script_.requests == 1; }));
    for (const char* name : {"b", "c", "d"}) add(name);
    EXPECT_EQ(exporter_->stats().dropped.value(), 1U);
    EXPECT_THAT(page(), HasSubstr("mindspace_trace_spans_dropped_total{reason=\"queue_full\"} 1"));
    EXPECT_THAT(page(), HasSubstr("mindspace_trace_spans_queued 2"));
    script_.change([this] { script_.is_blocked = false; });
    EXPECT_TRUE(has_received(3));
}

TEST_F(SpanExporterTest, SendsAgainWhatTheCollectorCannotTakeNow) {
    const Delivery later{.outcome = Delivery::Outcome::retryable, .last_error = "status 503"};
    script_.replies = {later, later};
    start({.max_batch = 1});
    add("a");
    ASSERT_TRUE(has_received(1));
    EXPECT_EQ(script_.requests, 3U);
    exporter_.reset();
}

TEST_F(SpanExporterTest, GivesUpAfterSomeAttemptsAndGoesOnWithTheNextBatch) {
    const Delivery later{.outcome = Delivery::Outcome::retryable, .last_error = "status 503"};
    script_.replies = {later, later};
    start({.max_batch = 1, .attempts = 2});
    add("a");
    ASSERT_TRUE(script_.wait([this] { return script_.requests == 2; }));
    add("b");
    ASSERT_TRUE(has_received(1));
    EXPECT_THAT(script_.names, testing::ElementsAre("b"));
    EXPECT_EQ(exporter_->stats().lost.value(), 1U);
    EXPECT_EQ(exporter_->stats().failures.value(), 2U);
}

TEST_F(SpanExporterTest, DoesNotSendAgainWhatTheCollectorRefuses) {
    script_.replies = {{.outcome = Delivery::Outcome::refused, .last_error = "status 400"}};
    start({.max_batch = 1});
    add("a");
    ASSERT_TRUE(script_.wait([this] { return script_.requests == 1; }));
    add("b");
    ASSERT_TRUE(has_received(1));
    EXPECT_THAT(script_.names, testing::ElementsAre("b"));
    EXPECT_EQ(exporter_->stats().lost.value(), 1U);
}

TEST_F(SpanExporterTest, CountsSpansThatAnAcceptedRequestLost) {
    script_.replies = {{.rejected_spans = 1}};
    start({.max_batch = 2, .interval = 1h, .flush_limit = kGenerous});
    add("a");
    add("b");
    ASSERT_TRUE(has_received(2));
    add("c");
    add("d");
    ASSERT_TRUE(has_received(4));  // the first batch has been counted
    EXPECT_EQ(exporter_->stats().lost.value(), 1U);
    EXPECT_GE(exporter_->stats().exported.value(), 1U);
}

}  // namespace
}  // namespace mindspace::telemetry
