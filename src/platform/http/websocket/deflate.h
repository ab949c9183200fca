#pragma once
// permessage-deflate (RFC 7692) without context takeover in both directions: a message is compressed once for all
// receivers, and no connection holds a compressor. Each thread has one pair of zlib streams.

#include "platform/http/websocket/codec.h"
#include "platform/http/wire/request_head.h"

#include <expected>
#include <string>
#include <string_view>

namespace mindspace::http {

// The value of Sec-WebSocket-Extensions that accepts one of the client's offers.
inline constexpr std::string_view kDeflateAccepted =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

// True if one of the client's offers can be accepted: well-formed (RFC 7692 section 7.1), and not requesting a smaller
// window than ours.
[[nodiscard]] bool offers_deflate(const RequestHead& head);

// The payload of a compressed message (RFC 7692 section 7.2.1). Fault: std::bad_alloc.
[[nodiscard]] std::string deflate_message(std::string_view message);

// The message of a compressed payload (RFC 7692 section 7.2.2). Error: message_too_big as soon as it exceeds
// `max_size` bytes, regardless of its compressed size; invalid_payload. Fault: std::bad_alloc.
[[nodiscard]] std::expected<std::string, CloseCode> inflate_message(std::string_view payload, std::size_t max_size);

}  // namespace mindspace::http
