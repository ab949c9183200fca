#include "platform/telemetry/metrics/histogram.h"

#include <numeric>

namespace mindspace::telemetry {

HistogramSum& HistogramSum::operator+=(const Histogram& part) {
    for (std::size_t i = 0; i < kDurationBuckets; ++i) buckets_[i] += part.buckets_[i].value();
    total_ += Duration(part.nanoseconds_.value());
    return *this;
}

HistogramSum& HistogramSum::operator+=(const TracedHistogram& part) {
    *this += part.histogram_;
    for (std::size_t i = 0; i < kDurationBuckets; ++i)
        exemplars_[i] = later_of(exemplars_[i], part.exemplars_[i].load());
    return *this;
}

HistogramSum& HistogramSum::operator+=(const HistogramSum& part) {
    for (std::size_t i = 0; i < kDurationBuckets; ++i) {
        buckets_[i] += part.buckets_[i];
        exemplars_[i] = later_of(exemplars_[i], part.exemplars_[i]);
    }
    total_ += part.total_;
    return *this;
}

std::uint64_t HistogramSum::count() const {
    return std::accumulate(buckets_.begin(), buckets_.end(), std::uint64_t{0});
}

}  // namespace mindspace::telemetry
