// The trace of requests, through the middleware.

#include "platform/http/trace/trace_step.h"

#include "platform/async/sleep.h"
#include "platform/http/api/router.h"
#include "platform/http/middleware/middleware.h"
#include "platform/telemetry/trace/active_span.h"
#include "support/postgres/loop.h"
#include "support/telemetry/recording_tracer.h"

#include <gmock/gmock.h>

#include <functional>

namespace mindspace::http {
namespace {

using telemetry::RecordingTracer;
using telemetry::TracerOptions;

constexpr const char* kTrace = "0af7651916cd43dd8448eb211c80319c";
constexpr const char* kSampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr const char* kUnsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
constexpr Milliseconds kNeverSlow{3'600'000};

Awaitable<Result<Response>> respond_after_a_wait(std::function<Response()> make) {
    auto child = telemetry::ChildSpan::start(co_await asio::this_coro::executor, telemetry::SpanKind::internal);
    if (child) child->name = "child";
    co_await sleep_for(Milliseconds(1));
    child.end();
    co_return make();
}

class TraceStepTest : public testing::Test {
protected:
    void trace(const TracerOptions& options) { tracer_.emplace(options); }

    // The response to GET /page?secret; traced unless there is no tracer.
    TraceStepTest& request(std::vector<Header> fields, std::function<Response()> make) {
        auto row = endpoint({.method = Method::get,
                             .path = "/page",
                             .access = Access::anyone,
                             .summary = "A page.",
                             .limit = LimitClass::none},
                            [make = std::move(make)](Call<>) { return respond_after_a_wait(make); });
        row.types.response = &describe_type<std::string>;
        Endpoints rows;
        rows.push_back(std::move(row));
        const Router router(std::move(rows));
        CoreMetrics metrics(router);
        const MiddlewareParts parts{.tracer = tracer_ ? tracer_->get() : nullptr};
        Middleware middleware(parts, metrics);
        RequestHead head;
        head.method = Method::get;
        head.path = "/page";
        head.headers = std::move(fields);
        Exchange exchange{.head = head, .endpoint = router.find(Method::get, "/page").endpoint, .refusal = refusal_};
        postgres::run(loop_, middleware.handle(exchange));
        status_ = exchange.response->status;
        trace_ = exchange.trace;
        return *this;
    }
    std::vector<std::string> names() {
        std::vector<std::string> all;
        for (const auto& span : tracer_->finish()) all.push_back(span.text("name"));
        return all;
    }

    asio::io_context loop_{1};
    std::optional<RecordingTracer> tracer_;
    std::optional<Refusal> refusal_;
    int status_ = 0;
    telemetry::TraceContext trace_;
};

Response a_page() {
    return {.body = "{}"};
}
Response a_fault() {
    throw Unavailable("the database is lost");
}

TEST_F(TraceStepTest, RecordsARequestWithWhatItWaitsFor) {
    trace({.sample_ratio = 1, .slow = kNeverSlow});
    request({{"traceparent", kUnsampled}}, a_page);
    const auto& spans = tracer_->finish();
    ASSERT_EQ(spans.size(), 2U);
    const auto& child = spans[0];
    const auto& server = spans[1];
    EXPECT_EQ(server.text("name"), "GET /page");
    EXPECT_EQ(server.text("traceId"), kTrace);
    EXPECT_EQ(server.text("parentSpanId"), "b7ad6b7169203331");
    EXPECT_EQ(server.attribute("http.request.method"), "GET");
    EXPECT_EQ(server.attribute("url.path"), "/page");
    EXPECT_EQ(server.attribute("url.scheme"), "http");
    EXPECT_EQ(server.attribute("http.route"), "/page");
    EXPECT_EQ(server.attribute("http.response.status_code"), "200");
    EXPECT_FALSE(server.fields.contains("status"));
    EXPECT_EQ(child.text("name"), "child");
    EXPECT_EQ(child.text("traceId"), kTrace);
    EXPECT_EQ(child.text("parentSpanId"), server.text("spanId"));
    EXPECT_EQ(server.text("spanId"), telemetry::text_of(trace_.span_id)) << "which log lines name";
}

TEST_F(TraceStepTest, RecordsNothingOfAnUnsampledRequest) {
    trace({.sample_ratio = 0, .slow = kNeverSlow});
    request({{"traceparent", kSampled}}, a_page);
    EXPECT_EQ(telemetry::text_of(trace_.trace_id), kTrace);
    EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(TraceStepTest, FollowsClientsIfTheyAreTrusted) {
    trace({.sample_ratio = 0, .slow = kNeverSlow, .follows_clients = true});
    request({{"traceparent", kUnsampled}}, a_page);
    request({{"traceparent", kSampled}}, a_page);
    EXPECT_THAT(names(), testing::ElementsAre("child", "GET /page"));
}

TEST_F(TraceStepTest, AlwaysRecordsFaults) {
    trace({.sample_ratio = 0, .slow = kNeverSlow});
    request({}, a_fault);
    EXPECT_EQ(status_, 503);
    const auto& spans = tracer_->finish();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0].text("name"), "GET /page");
    EXPECT_EQ(spans[0].attribute("error.type"), "503");
    EXPECT_TRUE(spans[0].fields.contains("status"));
}

TEST_F(TraceStepTest, DoesNotRecordRefusals) {
    trace({.sample_ratio = 0, .slow = kNeverSlow});
    refusal_ = Refusal{.status = 503, .code = "overloaded", .detail = "Try again later."};
    request({}, a_page);
    EXPECT_EQ(status_, 503);
    EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(TraceStepTest, AlwaysRecordsWhatIsSlow) {
    trace({.sample_ratio = 0, .slow = Milliseconds(1)});
    request({}, a_page);
    EXPECT_THAT(names(), testing::ElementsAre("GET /page"));
}

TEST_F(TraceStepTest, WithoutATracerOnlyTheTraceOfTheClientIsKnown) {
    request({{"traceparent", kSampled}}, a_page);
    EXPECT_EQ(status_, 200);
    EXPECT_EQ(telemetry::text_of(trace_.trace_id), kTrace);
    EXPECT_EQ(telemetry::text_of(trace_.span_id), "");
}

}  // namespace
}  // namespace mindspace::http
