#include "platform/telemetry/trace/active_span.h"

#include "platform/async/cancellation.h"
#include "platform/async/sleep.h"
#include "platform/async/task_group.h"
#include "platform/base/result.h"
#include "support/telemetry/recording_tracer.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace mindspace::telemetry {
namespace {

class ActiveSpanTest : public testing::Test {
protected:
    Awaitable<> work(std::string error) {
        auto child = ChildSpan::start(co_await asio::this_coro::executor, SpanKind::client);
        if (child) child->name = "find_user";
        co_await sleep_for(Milliseconds(2));
        child.end(std::move(error));
        child.end();  // once
    }
    void run(Awaitable<> work) {
        tasks_.spawn(std::move(work));
        loop_.run();
    }
    std::shared_ptr<const TaskContext> active() { return std::make_shared<const ActiveSpan>(*tracer_, parent_); }

    RecordingTracer tracer_;
    const TraceContext parent_ = (*tracer_).begin(std::nullopt, ParentDecision::ignored);
    asio::io_context loop_;
    TaskGroup tasks_{loop_};
};

TEST_F(ActiveSpanTest, HasChildrenThatTakeAsLongAsTheirWork) {
    run(run_in_context(active(), work("")));
    const auto& spans = tracer_.finish();
    ASSERT_EQ(spans.size(), 1U);
    const auto& span = spans.front();
    EXPECT_EQ(span.text("name"), "find_user");
    EXPECT_EQ(span.text("traceId"), text_of(parent_.trace_id));
    EXPECT_EQ(span.text("parentSpanId"), text_of(parent_.span_id));
    EXPECT_NE(span.text("spanId"), text_of(parent_.span_id));
    EXPECT_GE(std::stoll(span.text("endTimeUnixNano")) - std::stoll(span.text("startTimeUnixNano")), 2'000'000);
    EXPECT_EQ(span.attribute("error.type"), "");
    EXPECT_FALSE(span.fields.contains("status"));
}

TEST_F(ActiveSpanTest, HasChildrenThatFail) {
    run(run_in_context(active(), work("unavailable")));
    const auto& spans = tracer_.finish();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans.front().attribute("error.type"), "unavailable");
    EXPECT_TRUE(spans.front().fields.contains("status"));
}

TEST_F(ActiveSpanTest, NothingIsRecordedWithoutOne) {
    run(work(""));
    EXPECT_TRUE(tracer_.finish().empty());
}

TEST_F(ActiveSpanTest, WorkOfNoRequestIsATraceOfItsOwn) {
    tasks_.spawn(run_as_trace(nullptr, "not traced", work("")));
    run(run_as_trace(tracer_.get(), "room enter", work("")));
    const auto& spans = tracer_.finish();
    ASSERT_EQ(spans.size(), 2U);
    const auto& child = spans[0];
    const auto& root = spans[1];
    EXPECT_EQ(root.text("name"), "room enter");
    EXPECT_FALSE(root.fields.contains("parentSpanId"));
    EXPECT_EQ(child.text("parentSpanId"), root.text("spanId"));
    EXPECT_EQ(child.text("traceId"), root.text("traceId"));
}

TEST_F(ActiveSpanTest, TheTracerFollowsAParentOnlyOnDemand) {
    const TraceContext unsampled{.trace_id = new_trace_id(), .span_id = new_span_id()};
    const auto followed = (*tracer_).begin(unsampled, ParentDecision::followed);
    EXPECT_EQ(followed.trace_id, unsampled.trace_id);
    EXPECT_NE(followed.span_id, unsampled.span_id);
    EXPECT_FALSE(followed.is_sampled);
    EXPECT_TRUE((*tracer_).begin(unsampled, ParentDecision::ignored).is_sampled);
}

TEST(ErrorType, NamesFaultsByWhatAClientSees) {
    EXPECT_EQ(error_type(nullptr), "");
    EXPECT_EQ(error_type(make_cancellation()), "cancelled");
    EXPECT_EQ(error_type(std::make_exception_ptr(Unavailable("postgres"))), "unavailable");
    EXPECT_EQ(error_type(std::make_exception_ptr(std::logic_error("bug"))), "_OTHER");
}

}  // namespace
}  // namespace mindspace::telemetry
