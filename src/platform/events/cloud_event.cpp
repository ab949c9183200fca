#include "platform/events/cloud_event.h"

#include "platform/json/writer.h"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace mindspace::events {

namespace {

namespace json = boost::json;

Error invalid(std::string_view what) {
    return {ErrorCode::invalid, "invalid_event", "not one of our CloudEvents: " + std::string(what), {}};
}

// A number in PostgreSQL's text format; nullopt for any other string.
template <class N>
std::optional<N> parse_number(std::string_view text) {
    N number{};
    auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string_view text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

}  // namespace

std::string event_id(const Position& position) {
    return position.xid + "-" + std::to_string(position.id);
}

std::optional<Position> parse_event_id(std::string_view text) {
    auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    auto xid = parse_number<std::uint64_t>(text.substr(0, dash));
    auto id = parse_number<std::int64_t>(text.substr(dash + 1));
    if (!xid || !id) return std::nullopt;
    return Position{.xid = std::to_string(*xid), .id = *id};
}

std::string encode_cloud_event(const Event& event, std::string_view source) {
    std::string document;
    document.reserve(event.payload.size() + source.size() + 256);
    JsonWriter writer(document);
    writer.begin_object();
    writer.plain_key("specversion");
    writer.plain("1.0");
    writer.plain_key("id");
    writer.plain(event_id(event.position));
    writer.plain_key("source");
    writer.string(source);
    writer.plain_key("type");
    writer.string(event.type);
    writer.plain_key("subject");
    writer.plain(event.user.to_string());
    writer.plain_key("time");
    writer.plain(format_timestamp(event.occurred_at));
    writer.plain_key("datacontenttype");
    writer.plain("application/json");
    // The extension "Distributed Tracing".
    if (event.trace.exists()) {
        writer.plain_key("traceparent");
        writer.plain(telemetry::to_traceparent(event.trace));
    }
    writer.plain_key("data");
    writer.raw(event.payload);
    writer.end_object();
    return document;
}

Result<Event> decode_cloud_event(std::string_view document) {
    boost::system::error_code malformed;
    auto value = json::parse({document.data(), document.size()}, malformed);
    if (malformed || !value.is_object()) return invalid("no JSON object");
    const auto& object = value.get_object();
    if (text_of(object, "specversion") != "1.0") return invalid("specversion");
    auto position = parse_event_id(text_of(object, "id"));
    if (!position) return invalid("id");
    auto type = text_of(object, "type");
    if (type.empty()) return invalid("type");
    auto user = UserId::parse(text_of(object, "subject"));
    if (!user) return invalid("subject");
    auto time = parse_timestamp(text_of(object, "time"));
    if (!time) return invalid("time");
    const auto* data = object.if_contains("data");
    if (data == nullptr) return invalid("data");
    return Event{.position = std::move(*position),
                 .type = std::string(type),
                 .user = *user,
                 .payload = json::serialize(*data),
                 .occurred_at = *time,
                 .trace = telemetry::stored_trace(text_of(object, "traceparent"))};
}

}  // namespace mindspace::events
