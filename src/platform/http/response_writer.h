#pragma once
// Answers on the wire: status line, Date, security headers, length, content.

#include "platform/http/response.h"

#include <string>
#include <string_view>

namespace mindspace::http {

struct Framing {
    bool head_only = false;  // the answer to HEAD
    bool keep_alive = true;
};

void append_response(std::string& out, const Response& response, Framing framing);

// 101, the answer that opens a WebSocket.
void append_handshake(std::string& out, std::string_view accept);

}  // namespace mindspace::http
