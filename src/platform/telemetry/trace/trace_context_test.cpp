#include "platform/telemetry/trace/trace_context.h"

#include <gtest/gtest.h>

#include <set>

namespace mindspace::telemetry {

TEST(TraceContext, ReadsTheExampleOfTheStandard) {
    auto context = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    ASSERT_TRUE(context);
    EXPECT_EQ(text_of(context->trace_id), "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(text_of(context->span_id), "b7ad6b7169203331");
    EXPECT_TRUE(context->is_sampled);
}

TEST(TraceContext, AcceptsALaterVersionWithMoreFields) {
    EXPECT_TRUE(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more"));
    EXPECT_FALSE(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00more"));
}

TEST(TraceContext, RefusesInvalidValues) {
    for (auto text : {"", "00", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                      "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                      "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
                      "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01"})
        EXPECT_FALSE(parse_traceparent(text)) << text;
}

TEST(TraceContext, IsWrittenAsItIsRead) {
    for (const std::string text : {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                   "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"})
        EXPECT_EQ(to_traceparent(*parse_traceparent(text)), text);
}

TEST(TraceContext, WithoutIdsDoesNotExist) {
    EXPECT_FALSE(TraceContext{}.exists());
    EXPECT_EQ(text_of(TraceContext{}.trace_id), "");
    EXPECT_EQ(text_of(TraceContext{}.span_id), "");
    EXPECT_FALSE(stored_trace("").exists());
}

TEST(TraceContext, NewIdsAreValidAndDiffer) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const TraceContext context{.trace_id = new_trace_id(), .span_id = new_span_id()};
        ASSERT_EQ(parse_traceparent(to_traceparent(context)), context);
        seen.emplace(text_of(context.trace_id));
        seen.emplace(text_of(context.span_id));
    }
    EXPECT_EQ(seen.size(), 2000U);
}

}  // namespace mindspace::telemetry
