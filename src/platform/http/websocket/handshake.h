#pragma once
// The server's side of the WebSocket handshake (RFC 6455 section 4.2). Who may open a socket (Origin, credentials) is
// decided elsewhere; extensions and subprotocols are declined by not naming them in the answer.

#include "platform/http/wire/request_head.h"

#include <expected>
#include <string>
#include <string_view>

namespace mindspace::http {

// The value of Sec-WebSocket-Accept for a key.
[[nodiscard]] std::string websocket_accept(std::string_view key);

// For a request that opens a socket: the value of Sec-WebSocket-Accept for the answer 101. Otherwise 400, 405 (not
// GET) or 426, whose answer says `Upgrade: websocket` and `Sec-WebSocket-Version: 13`.
[[nodiscard]] std::expected<std::string, ParseFailure> check_websocket_handshake(const RequestHead& head);

}  // namespace mindspace::http
