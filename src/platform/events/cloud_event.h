#pragma once
// An event on the wire: CloudEvents 1.0 in the JSON format, structured mode (one document with everything). Its id is
// that of the row in the outbox, so an event that is sent twice has the same id both times.

#include "platform/base/result.h"
#include "platform/events/event.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::events {

inline constexpr std::string_view kCloudEventType = "application/cloudevents+json";

// "<xid>-<id>", and back. Nothing for any other text.
std::string event_id(const Position& position);
std::optional<Position> parse_event_id(std::string_view text);

// `source` is a URI reference of the program that sends it. The subject is the user.
std::string encode_cloud_event(const Event& event, std::string_view source);
// Members that are not ours are passed over. Error: invalid, with what is wrong.
Result<Event> decode_cloud_event(std::string_view document);

}  // namespace mindspace::events
