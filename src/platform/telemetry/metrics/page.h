#pragma once
// The metrics page of one scrape: what the cores have counted (counter.h, histogram.h), added up, in the format that
// the scraper accepts. Names follow https://prometheus.io/docs/practices/naming/: base units (seconds, bytes).

#include "platform/telemetry/metrics/counter.h"
#include "platform/telemetry/metrics/histogram.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace mindspace::telemetry {

using Labels = std::map<std::string, std::string>;

class Page {
public:
    // Prometheus text format 0.0.4, or OpenMetrics 1.0, which also shows exemplars.
    enum class Format { prometheus, open_metrics };
    // Which one to send to a client with this Accept field.
    static Format accepted(std::string_view accept);

    explicit Page(Format format = Format::prometheus) : format_(format) {}

    // `name` without the suffix _total, which is added. The labels of a name must be different in each call. Durations
    // are shown in seconds.
    void counter(const std::string& name, std::string_view help, std::uint64_t value, const Labels& labels = {});
    void counter(const std::string& name, std::string_view help, Duration value, const Labels& labels = {});
    void gauge(const std::string& name, std::string_view help, std::int64_t value, const Labels& labels = {});
    void gauge(const std::string& name, std::string_view help, Duration value, const Labels& labels = {});
    void histogram(const std::string& name, std::string_view help, const HistogramSum& sum, const Labels& labels = {});

    [[nodiscard]] std::string_view content_type() const;
    [[nodiscard]] std::string text() const;

private:
    // The samples of a metric, and what precedes them.
    struct Family {
        std::string head;
        std::string samples;
    };

    std::string& samples_of(const std::string& name, std::string_view help, std::string_view type);

    Format format_;
    std::map<std::string, Family> families_;  // by name
};

}  // namespace mindspace::telemetry
