#include "platform/telemetry/trace/sampler.h"

#include <charconv>
#include <cmath>

namespace mindspace::telemetry {

namespace {

constexpr std::size_t kRandomDigits = 14;  // the last 56 bits
constexpr double kRandomIds = 0x1p56;

}  // namespace

Sampler::Sampler(double ratio) : threshold_(static_cast<std::uint64_t>(std::llround((1 - ratio) * kRandomIds))) {}

bool Sampler::samples(const TraceId& trace) const {
    std::uint64_t random = 0;
    std::from_chars(trace.data() + trace.size() - kRandomDigits, trace.data() + trace.size(), random, 16);
    return random >= threshold_;
}

}  // namespace mindspace::telemetry
