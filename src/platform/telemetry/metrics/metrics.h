#pragma once
// The metrics page: the metrics of all cores (counter.h), written by prometheus-cpp's serializer. The same holds for
// histograms: one core writes them, any thread reads them.

#include "platform/telemetry/metrics/counter.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
struct MetricFamily;
}

namespace mindspace::telemetry {

// The upper bounds of the buckets in seconds; the last bucket has none.
inline constexpr std::array<double, 14> kDurationBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                        0.025,  0.05,    0.1,    0.25,  0.5,    1.0,   5.0};

class Histogram {
public:
    void observe(std::chrono::steady_clock::duration took);

private:
    friend class HistogramSum;
    std::array<Counter, kDurationBounds.size() + 1> buckets_;
    Counter nanoseconds_;
};

// The sum of the histograms of several cores.
class HistogramSum {
public:
    HistogramSum& operator+=(const Histogram& part);
    [[nodiscard]] std::uint64_t count() const;

private:
    friend class Page;
    std::array<std::uint64_t, kDurationBounds.size() + 1> buckets_{};
    double seconds_ = 0;
};

using Labels = std::map<std::string, std::string>;

// The page of one scrape.
class Page {
public:
    Page();
    ~Page();
    Page(const Page&) = delete;
    Page& operator=(const Page&) = delete;

    // `name` without the suffix _total, which is added.
    void counter(const std::string& name, const std::string& help, std::uint64_t value, const Labels& labels = {});
    void gauge(const std::string& name, const std::string& help, std::int64_t value, const Labels& labels = {});
    void histogram(const std::string& name, const std::string& help, const HistogramSum& sum,
                   const Labels& labels = {});

    // The page in Prometheus text format 0.0.4.
    [[nodiscard]] std::string text() const;

private:
    prometheus::MetricFamily& family(const std::string& name, const std::string& help, int type);
    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace mindspace::telemetry
