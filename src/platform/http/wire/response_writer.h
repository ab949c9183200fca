#pragma once
// Heads of answers on the wire: status line, Date, security headers, length.

#include "platform/http/wire/response.h"

#include <string>
#include <string_view>

namespace mindspace::http {

// True for an answer that has no content whatever its request was (RFC 9110 section 6.4.1).
[[nodiscard]] bool is_bodyless(int status);

struct Framing {
    bool keep_alive = true;
    bool chunked = false;  // otherwise the length is said, or the connection's end is the content's
};

// Everything up to the content.
void append_head(std::string& out, const Response& response, Framing framing);

// The line before a chunk of so many octets (RFC 9112 section 7.1).
void append_chunk_size(std::string& out, std::size_t size);

// 101, the answer that opens a WebSocket. `extensions` are those agreed to; "" for none.
void append_handshake(std::string& out, const Response& response, std::string_view accept, std::string_view extensions);

}  // namespace mindspace::http
