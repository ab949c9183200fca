#include "platform/telemetry/trace/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mindspace::telemetry {
namespace {

TraceId with_end(std::string_view end) {
    TraceId id;
    id.fill('a');
    std::ranges::copy(end, id.end() - static_cast<std::ptrdiff_t>(end.size()));
    return id;
}

TEST(Sampler, TakesAllOrNone) {
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(Sampler(1).samples(new_trace_id()));
        EXPECT_FALSE(Sampler(0).samples(new_trace_id()));
    }
    EXPECT_TRUE(Sampler(1).samples(with_end("00000000000000")));
    EXPECT_FALSE(Sampler(0).samples(with_end("ffffffffffffff")));
}

TEST(Sampler, DecidesByTheLast56Bits) {
    const Sampler quarter(0.25);
    EXPECT_FALSE(quarter.samples(with_end("bfffffffffffff")));
    EXPECT_TRUE(quarter.samples(with_end("c0000000000000")));
}

TEST(Sampler, TakesAboutItsRatio) {
    const Sampler tenth(0.1);
    int sampled = 0;
    for (int i = 0; i < 20'000; ++i) sampled += tenth.samples(new_trace_id()) ? 1 : 0;
    EXPECT_NEAR(sampled, 2000, 300);  // seven standard deviations
}

}  // namespace
}  // namespace mindspace::telemetry
