#pragma once
// Distributions of durations: histograms that one core writes and any thread reads, like the other metrics of a core.

#include "platform/telemetry/metrics/counter.h"
#include "platform/telemetry/metrics/exemplar.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mindspace::telemetry {

// The upper bounds of the buckets in seconds; the last bucket has none.
inline constexpr std::array<double, 15> kDurationBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                        0.25,   0.5,   1.0,    2.5,   5.0,  10.0,  30.0};
inline constexpr std::size_t kDurationBuckets = kDurationBounds.size() + 1;

using Duration = std::chrono::nanoseconds;

inline std::size_t bucket_of(Duration took) {
    const auto* bound = std::ranges::lower_bound(kDurationBounds, std::chrono::duration<double>(took).count());
    return static_cast<std::size_t>(bound - kDurationBounds.begin());
}

class Histogram {
public:
    void observe(Duration took) {
        buckets_[bucket_of(took)].add(1);
        nanoseconds_.add(static_cast<std::uint64_t>(took.count()));
    }

private:
    friend class HistogramSum;
    std::array<Counter, kDurationBuckets> buckets_;
    Counter nanoseconds_;
};

// A histogram that remembers the latest trace in each bucket.
class TracedHistogram {
public:
    // `trace_id` is "" without a trace.
    void observe(Duration took, std::string_view trace_id) {
        histogram_.observe(took);
        if (!trace_id.empty()) exemplars_[bucket_of(took)].store(trace_id, took);
    }

private:
    friend class HistogramSum;
    Histogram histogram_;
    std::array<ExemplarSlot, kDurationBuckets> exemplars_;
};

// The sum of the histograms of several cores.
class HistogramSum {
public:
    HistogramSum& operator+=(const Histogram& part);
    HistogramSum& operator+=(const TracedHistogram& part);
    HistogramSum& operator+=(const HistogramSum& part);
    [[nodiscard]] std::uint64_t count() const;

private:
    friend class Page;
    std::array<std::uint64_t, kDurationBuckets> buckets_{};
    std::array<std::optional<Exemplar>, kDurationBuckets> exemplars_{};
    Duration total_{};
};

// Of a histogram that there is once in the process.
template <class Part>
HistogramSum sum_of(const Part& part) {
    HistogramSum sum;
    sum += part;
    return sum;
}

}  // namespace mindspace::telemetry
