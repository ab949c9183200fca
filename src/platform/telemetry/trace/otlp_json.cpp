#include "platform/telemetry/trace/otlp_json.h"

#include "platform/json/writer.h"

#include <boost/json.hpp>

#include <charconv>

namespace mindspace::telemetry {

namespace {

constexpr int kStatusError = 2;

// Integers of 64 bits are strings in the JSON form of protobuf.
void write_long(JsonWriter& writer, std::int64_t number) {
    writer.plain(std::to_string(number));
}

void write_attribute(JsonWriter& writer, std::string_view name, const std::variant<std::string, std::int64_t>& value) {
    writer.begin_object();
    writer.plain_key("key");
    writer.plain(name);
    writer.plain_key("value");
    writer.begin_object();
    if (const auto* text = std::get_if<std::string>(&value)) {
        writer.plain_key("stringValue");
        writer.string(*text);
    } else {
        writer.plain_key("intValue");
        write_long(writer, std::get<std::int64_t>(value));
    }
    writer.end_object();
    writer.end_object();
}

void write_context(JsonWriter& writer, const TraceContext& context) {
    writer.plain_key("traceId");
    writer.plain(context.trace_id);
    writer.plain_key("spanId");
    writer.plain(context.span_id);
    writer.plain_key("flags");
    writer.integer(context.is_sampled ? 1 : 0);
}

void write_span(JsonWriter& writer, const Span& span) {
    const auto began = std::chrono::duration_cast<std::chrono::nanoseconds>(span.began.time_since_epoch());
    writer.begin_object();
    write_context(writer, span.context);
    if (const auto parent = text_of(span.parent_id); !parent.empty()) {
        writer.plain_key("parentSpanId");
        writer.plain(parent);
    }
    writer.plain_key("name");
    writer.string(span.name);
    writer.plain_key("kind");
    writer.integer(static_cast<int>(span.kind));
    writer.plain_key("startTimeUnixNano");
    write_long(writer, began.count());
    writer.plain_key("endTimeUnixNano");
    write_long(writer, (began + span.took).count());
    writer.plain_key("attributes");
    writer.begin_array();
    for (const auto& [name, value] : span.attributes) write_attribute(writer, name, value);
    if (!span.error.empty()) write_attribute(writer, "error.type", span.error);
    writer.end_array();
    if (!span.links.empty()) {
        writer.plain_key("links");
        writer.begin_array();
        for (const auto& link : span.links) {
            writer.begin_object();
            write_context(writer, link);
            writer.end_object();
        }
        writer.end_array();
    }
    if (!span.error.empty()) {
        writer.plain_key("status");
        writer.begin_object();
        writer.plain_key("code");
        writer.integer(kStatusError);
        writer.end_object();
    }
    writer.end_object();
}

}  // namespace

std::string encode_otlp(const ResourceAttributes& resource, std::span<const Span> spans) {
    std::string document;
    document.reserve(spans.size() * 512 + 512);
    JsonWriter writer(document);
    writer.begin_object();
    writer.plain_key("resourceSpans");
    writer.begin_array();
    writer.begin_object();
    writer.plain_key("resource");
    writer.begin_object();
    writer.plain_key("attributes");
    writer.begin_array();
    for (const auto& [name, value] : resource) write_attribute(writer, name, value);
    writer.end_array();
    writer.end_object();
    writer.plain_key("scopeSpans");
    writer.begin_array();
    writer.begin_object();
    writer.plain_key("scope");
    writer.raw(R"({"name":"mindspace"})");
    writer.plain_key("spans");
    writer.begin_array();
    for (const auto& span : spans) write_span(writer, span);
    writer.end_array();
    writer.end_object();
    writer.end_array();
    writer.end_object();
    writer.end_array();
    writer.end_object();
    return document;
}

std::size_t count_rejected(std::string_view response) {
    boost::system::error_code malformed;
    const auto document = boost::json::parse({response.data(), response.size()}, malformed);
    const auto* object = malformed ? nullptr : document.if_object();
    const auto* partial = object != nullptr ? object->if_contains("partialSuccess") : nullptr;
    const auto* fields = partial != nullptr ? partial->if_object() : nullptr;
    const auto* rejected = fields != nullptr ? fields->if_contains("rejectedSpans") : nullptr;
    if (rejected == nullptr) return 0;
    std::size_t count = 0;
    if (const auto* text = rejected->if_string())
        std::from_chars(text->data(), text->data() + text->size(), count);
    else if (const auto* number = rejected->if_int64(); number != nullptr && *number > 0)
        count = static_cast<std::size_t>(*number);
    return count;
}

}  // namespace mindspace::telemetry
