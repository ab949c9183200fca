#pragma once
// A tracer that records, and the spans that it has exported, as the collector receives them.

#include "platform/telemetry/trace/exporter.h"
#include "platform/telemetry/trace/tracer.h"

#include <boost/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::telemetry {

// A span in OTLP's JSON form.
struct ExportedSpan {
    boost::json::object fields;

    [[nodiscard]] std::string text(std::string_view name) const {
        const auto* value = fields.if_contains(name);
        return value == nullptr ? std::string() : std::string(value->as_string());
    }
    // "": there is no such attribute.
    [[nodiscard]] std::string attribute(std::string_view name) const {
        for (const auto& attribute : fields.at("attributes").as_array())
            if (attribute.at("key").as_string() == name)
                return std::string(attribute.at("value").as_object().begin()->value().as_string());
        return {};
    }
};

class RecordingTracer {
public:
    explicit RecordingTracer(TracerOptions options = {.sample_ratio = 1})
        : exporter_(std::in_place, ExporterOptions{.flush_limit = Milliseconds(60'000)}, ResourceAttributes{},
                    std::make_unique<RecordingCollector>(spans_)),
          tracer_(options, *exporter_) {}

    [[nodiscard]] const Tracer& operator*() const { return tracer_; }
    [[nodiscard]] const Tracer* get() const { return &tracer_; }
    // All that were recorded. Nothing may be recorded afterwards.
    const std::vector<ExportedSpan>& finish() {
        exporter_.reset();
        return spans_;
    }

private:
    class RecordingCollector final : public Collector {
    public:
        explicit RecordingCollector(std::vector<ExportedSpan>& spans) : spans_(spans) {}
        Delivery send(const std::string& document) override {
            const auto value = boost::json::parse(document);
            for (const auto& span : value.at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array())
                spans_.push_back({span.as_object()});
            return {};
        }
        void stop() override {}

    private:
        std::vector<ExportedSpan>& spans_;
    };

    std::vector<ExportedSpan> spans_;  // of the exporter's thread until finish()
    std::optional<SpanExporter> exporter_;
    const Tracer tracer_;
};

}  // namespace mindspace::telemetry
