#include "platform/telemetry/trace/trace_context.h"

#include <gtest/gtest.h>

namespace mindspace::telemetry {

TEST(TraceContext, ReadsTheExampleOfTheStandard) {
    auto context = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    ASSERT_TRUE(context);
    EXPECT_EQ(context->trace_id, "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(context->parent_id, "b7ad6b7169203331");
    EXPECT_TRUE(context->sampled);
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

}  // namespace mindspace::telemetry
