#include "platform/redis/trace/command_span.h"

#include "support/redis/client.h"
#include "support/telemetry/recording_tracer.h"

#include <gmock/gmock.h>

namespace mindspace::redis {
namespace {

class CommandSpanTest : public ClientTest {
protected:
    Value run_traced(Awaitable<Value> work) {
        auto active = std::make_shared<const telemetry::ActiveSpan>(*tracer_, trace_);
        return run_task(io_, run_in_context(std::move(active), std::move(work)));
    }

    telemetry::RecordingTracer tracer_;
    const telemetry::TraceContext trace_ = (*tracer_).begin(std::nullopt, telemetry::ParentDecision::ignored);
};

TEST_F(CommandSpanTest, NamesTheCommandOrTheScript) {
    const Script script = Script::make("add_one", "return redis.call('INCR', KEYS[1])");
    Client client(io_, options());
    start(client);
    call(client, {"SET", "count", "1"});  // in no trace
    EXPECT_EQ(run_traced(send(client, {"GET", "count"})).as_string(), "1");
    EXPECT_EQ(run_traced(run_script(client, script, {"count"}, {})).as_integer(), 2);
    const auto& spans = tracer_.finish();
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0].text("name"), "GET");
    EXPECT_EQ(spans[0].attribute("db.system.name"), "redis");
    EXPECT_EQ(spans[0].text("parentSpanId"), telemetry::text_of(trace_.span_id));
    EXPECT_EQ(spans[1].text("name"), "EVALSHA add_one");
    EXPECT_EQ(spans[1].attribute("db.stored_procedure.name"), "add_one");
    EXPECT_EQ(spans[1].attribute("error.type"), "");
}

TEST_F(CommandSpanTest, FailsWithItsCommand) {
    Client client(io_, options());
    start(client);
    EXPECT_THROW(run_traced(send(client, {"INCR"})), CommandError);
    const auto& spans = tracer_.finish();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0].attribute("error.type"), "_OTHER");
}

}  // namespace
}  // namespace mindspace::redis
