#pragma once
// An event on the wire: CloudEvents 1.0 in the JSON format, structured mode (one document with everything). Its id is
// that of the outbox row, so a resent event has the same id.

#include "platform/base/result.h"
#include "platform/events/event.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::events {

inline constexpr std::string_view kCloudEventType = "application/cloudevents+json";

// Convert a position to "<xid>-<id>" and back. nullopt for any other string.
std::string event_id(const Position& position);
std::optional<Position> parse_event_id(std::string_view text);

// `source` is a URI reference of the sending program. The subject is the user.
std::string encode_cloud_event(const Event& event, std::string_view source);
// Ignores unknown members. Error: invalid, with the reason.
Result<Event> decode_cloud_event(std::string_view document);

}  // namespace mindspace::events
