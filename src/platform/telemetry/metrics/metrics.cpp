#include "platform/telemetry/metrics/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>

namespace mindspace::telemetry {

namespace {

prometheus::ClientMetric& add(prometheus::MetricFamily& family, const Labels& labels) {
    auto& metric = family.metric.emplace_back();
    for (const auto& [name, value] : labels) metric.label.push_back({name, value});
    return metric;
}

}  // namespace

void Histogram::observe(std::chrono::steady_clock::duration took) {
    double seconds = std::chrono::duration<double>(took).count();
    auto bound = std::ranges::lower_bound(kDurationBounds, seconds);
    buckets_[static_cast<std::size_t>(bound - kDurationBounds.begin())].add(1);
    nanoseconds_.add(static_cast<std::uint64_t>(std::chrono::nanoseconds(took).count()));
}

HistogramSum& HistogramSum::operator+=(const Histogram& part) {
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += part.buckets_[i].value();
    seconds_ += static_cast<double>(part.nanoseconds_.value()) / 1e9;
    return *this;
}

std::uint64_t HistogramSum::count() const {
    std::uint64_t sum = 0;
    for (auto bucket : buckets_) sum += bucket;
    return sum;
}

Page::Page() = default;
Page::~Page() = default;

prometheus::MetricFamily& Page::family(const std::string& name, const std::string& help, int type) {
    for (auto& known : families_)
        if (known.name == name) return known;
    return families_.emplace_back(prometheus::MetricFamily{name, help, static_cast<prometheus::MetricType>(type), {}});
}

void Page::counter(const std::string& name, const std::string& help, std::uint64_t value, const Labels& labels) {
    add(family(name + "_total", help, static_cast<int>(prometheus::MetricType::Counter)), labels).counter.value =
        static_cast<double>(value);
}

void Page::gauge(const std::string& name, const std::string& help, std::int64_t value, const Labels& labels) {
    add(family(name, help, static_cast<int>(prometheus::MetricType::Gauge)), labels).gauge.value =
        static_cast<double>(value);
}

void Page::histogram(const std::string& name, const std::string& help, const HistogramSum& sum, const Labels& labels) {
    auto& histogram = add(family(name, help, static_cast<int>(prometheus::MetricType::Histogram)), labels).histogram;
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < sum.buckets_.size(); ++i) {
        cumulative += sum.buckets_[i];
        double bound = i < kDurationBounds.size() ? kDurationBounds[i] : std::numeric_limits<double>::infinity();
        histogram.bucket.push_back({cumulative, bound});
    }
    histogram.sample_count = cumulative;
    histogram.sample_sum = sum.seconds_;
}

std::string Page::text() const {
    return prometheus::TextSerializer().Serialize(families_);
}

}  // namespace mindspace::telemetry
