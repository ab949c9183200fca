#include "platform/postgres/trace/request_span.h"

#include "platform/base/result.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/values/errors.h"
#include "support/postgres/loop.h"
#include "support/postgres/server.h"
#include "support/telemetry/recording_tracer.h"

#include <gmock/gmock.h>

namespace mindspace::postgres {
namespace {

using telemetry::ActiveSpan;
using testing::ElementsAre;

constexpr Statement kCreate{"test_create_notes",
                            "CREATE TABLE notes (id bigint PRIMARY KEY, trace text DEFAULT "
                            "nullif(current_setting('mindspace.traceparent', true), ''))"};
constexpr Statement kAdd{"test_add_note", "INSERT INTO notes (id) VALUES ($1) RETURNING id"};
constexpr Statement kTraceOf{"test_trace_of_note", "SELECT coalesce(trace, '') FROM notes WHERE id = $1"};

class RequestSpanTest : public testing::Test {
protected:
    RequestSpanTest() {
        client_.start();
        run_until(io_, [this] { return client_.is_up(); });
        run(io_, client_.query(kCreate));
    }
    void TearDown() override {
        client_.stop();
        run_to_end(io_);
    }

    // As a request whose trace is sampled does.
    template <class T>
    T run_traced(Awaitable<T> work) {
        return run(io_, run_in_context(std::make_shared<const ActiveSpan>(*tracer_, trace_), std::move(work)));
    }
    Awaitable<std::int64_t> add(std::int64_t id) {
        auto rows = co_await client_.query(kAdd, id);
        co_return rows[0].get<std::int64_t>(0);
    }
    Awaitable<std::size_t> add_both(std::int64_t id) {
        std::vector<Query> queries;
        queries.push_back(bind(kAdd, id));
        queries.push_back(bind(kAdd, id + 1));
        auto results = co_await client_.transaction(std::move(queries));
        co_return results.size();
    }
    Awaitable<std::string> trace_of(std::int64_t id) {
        auto rows = co_await client_.query(kTraceOf, id);
        co_return rows[0].get<std::string>(0);
    }

    asio::io_context io_;
    Client client_{io_, {.conninfo = TestServer::shared().create_database(), .connections = 1}};
    telemetry::RecordingTracer tracer_;
    const telemetry::TraceContext trace_ = (*tracer_).begin(std::nullopt, telemetry::ParentDecision::ignored);
};

TEST_F(RequestSpanTest, NamesTheStatement) {
    EXPECT_EQ(run_traced(add(1)), 1);
    const auto& spans = tracer_.finish();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0].text("name"), "test_add_note");
    EXPECT_EQ(spans[0].attribute("db.system.name"), "postgresql");
    EXPECT_EQ(spans[0].text("parentSpanId"), telemetry::text_of(trace_.span_id));
}

TEST_F(RequestSpanTest, RowsCarryTheTraceOfTheirWriter) {
    EXPECT_EQ(run_traced(add(1)), 1);
    EXPECT_EQ(run_traced(add_both(2)), 2U);
    const auto written = telemetry::parse_traceparent(run(io_, trace_of(1)));
    const auto both = telemetry::parse_traceparent(run(io_, trace_of(3)));
    ASSERT_TRUE(written && both);
    EXPECT_EQ(written->trace_id, trace_.trace_id);
    EXPECT_EQ(both->trace_id, trace_.trace_id);
    const auto& spans = tracer_.finish();
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0].text("spanId"), telemetry::text_of(written->span_id));
    EXPECT_EQ(spans[1].text("spanId"), telemetry::text_of(both->span_id));
}

// All in one loop iteration, so in one transaction.
TEST_F(RequestSpanTest, RowsOfOtherRequestsInTheTransactionCarryNone) {
    auto context = std::make_shared<const ActiveSpan>(*tracer_, trace_);
    auto first = asio::co_spawn(io_, add(1), asio::use_future);
    auto traced = asio::co_spawn(io_, run_in_context(context, add(2)), asio::use_future);
    auto last = asio::co_spawn(io_, add(3), asio::use_future);
    for (auto* end : {&first, &traced, &last})
        run_until(io_, [end] { return end->wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    EXPECT_EQ(first.get() + traced.get() + last.get(), 6);
    EXPECT_EQ(run(io_, trace_of(1)), "");
    EXPECT_NE(run(io_, trace_of(2)), "");
    EXPECT_EQ(run(io_, trace_of(3)), "");
}

TEST_F(RequestSpanTest, FailsWithItsRequest) {
    run(io_, add(1));
    EXPECT_THROW(run_traced(add(1)), ConstraintViolation);
    const auto& spans = tracer_.finish();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0].attribute("error.type"), "_OTHER");
}

TEST_F(RequestSpanTest, WithoutATraceNothingIsRecorded) {
    run(io_, add(1));
    EXPECT_EQ(run(io_, trace_of(1)), "");
    EXPECT_TRUE(tracer_.finish().empty());
}

}  // namespace
}  // namespace mindspace::postgres
