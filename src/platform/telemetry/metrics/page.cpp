#include "platform/telemetry/metrics/page.h"

#include <fmt/format.h>

#include <iterator>

namespace mindspace::telemetry {

namespace {

using std::chrono::duration;

double seconds_of(Duration value) {
    return duration<double>(value).count();
}

// A bound as OpenMetrics requires it, so that both formats have the same series: "1.0", not "1".
std::string bound_text(std::size_t bucket) {
    if (bucket == kDurationBounds.size()) return "+Inf";
    auto text = fmt::format("{}", kDurationBounds[bucket]);
    return text.contains('.') ? text : text + ".0";
}

std::string escaped(std::string_view text) {
    std::string escaped;
    for (char c : text) {
        if (c == '\\' || c == '"') escaped += '\\';
        if (c == '\n')
            escaped += "\\n";
        else
            escaped += c;
    }
    return escaped;
}

// name="value",…
std::string list(const Labels& labels) {
    std::string text;
    for (const auto& [name, value] : labels) {
        if (!text.empty()) text += ',';
        text += fmt::format("{}=\"{}\"", name, escaped(value));
    }
    return text;
}

template <class Value>
void add_sample(std::string& out, std::string_view name, const std::string& labels, Value value) {
    out += name;
    if (!labels.empty()) out += '{' + labels + '}';
    fmt::format_to(std::back_inserter(out), " {}\n", value);
}

}  // namespace

Page::Format Page::accepted(std::string_view accept) {
    return accept.contains("application/openmetrics-text") ? Format::open_metrics : Format::prometheus;
}

std::string& Page::samples_of(const std::string& name, std::string_view help, std::string_view type) {
    auto [at, is_new] = families_.try_emplace(name);
    if (is_new) {
        const bool has_suffix = type == "counter" && format_ == Format::prometheus;  // in OpenMetrics only samples do
        const auto shown = has_suffix ? name + "_total" : name;
        at->second.head = fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", shown, help, type);
    }
    return at->second.samples;
}

void Page::counter(const std::string& name, std::string_view help, std::uint64_t value, const Labels& labels) {
    add_sample(samples_of(name, help, "counter"), name + "_total", list(labels), value);
}

void Page::counter(const std::string& name, std::string_view help, Duration value, const Labels& labels) {
    add_sample(samples_of(name, help, "counter"), name + "_total", list(labels), seconds_of(value));
}

void Page::gauge(const std::string& name, std::string_view help, std::int64_t value, const Labels& labels) {
    add_sample(samples_of(name, help, "gauge"), name, list(labels), value);
}

void Page::gauge(const std::string& name, std::string_view help, Duration value, const Labels& labels) {
    add_sample(samples_of(name, help, "gauge"), name, list(labels), seconds_of(value));
}

void Page::histogram(const std::string& name, std::string_view help, const HistogramSum& sum, const Labels& labels) {
    auto& out = samples_of(name, help, "histogram");
    const auto text = list(labels);
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < kDurationBuckets; ++i) {
        cumulative += sum.buckets_[i];
        fmt::format_to(std::back_inserter(out), "{}_bucket{{{}{}le=\"{}\"}} {}", name, text, text.empty() ? "" : ",",
                       bound_text(i), cumulative);
        if (const auto& exemplar = sum.exemplars_[i]; exemplar && format_ == Format::open_metrics)
            fmt::format_to(std::back_inserter(out), " # {{trace_id=\"{}\"}} {} {:.3f}", exemplar->trace_id(),
                           seconds_of(exemplar->took), duration<double>(exemplar->at.time_since_epoch()).count());
        out += '\n';
    }
    add_sample(out, name + "_sum", text, seconds_of(sum.total_));
    add_sample(out, name + "_count", text, cumulative);
}

std::string_view Page::content_type() const {
    return format_ == Format::open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                           : "text/plain; version=0.0.4; charset=utf-8";
}

std::string Page::text() const {
    std::string text;
    for (const auto& [name, family] : families_) text += family.head + family.samples;
    if (format_ == Format::open_metrics) text += "# EOF\n";
    return text;
}

}  // namespace mindspace::telemetry
