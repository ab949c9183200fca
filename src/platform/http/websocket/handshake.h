#pragma once
// The server's side of the WebSocket handshake (RFC 6455 section 4.2). Does not check who may open a socket (Origin,
// credentials). Extensions and subprotocols are declined by omitting them from the response.

#include "platform/http/wire/request_head.h"

#include <expected>
#include <string>
#include <string_view>

namespace mindspace::http {

// The value of Sec-WebSocket-Accept for a key.
[[nodiscard]] std::string websocket_accept(std::string_view key);

// For a request that opens a socket: the value of Sec-WebSocket-Accept for the 101 response. Otherwise 400, 405 (not
// GET) or 426; the 426 response carries `Upgrade: websocket` and `Sec-WebSocket-Version: 13`.
[[nodiscard]] std::expected<std::string, ParseFailure> check_websocket_handshake(const RequestHead& head);

}  // namespace mindspace::http
