#pragma once
// Serialises response heads: status line, Date, security headers, length.

#include "platform/http/wire/response.h"

#include <string>
#include <string_view>

namespace mindspace::http {

// True if a response with this status never has content, regardless of the request (RFC 9110 section 6.4.1).
[[nodiscard]] bool is_bodyless(int status);

struct Framing {
    bool keep_alive = true;
    bool chunked = false;  // otherwise Content-Length, or the end of the connection, ends the content
};

// Appends everything before the content.
void append_head(std::string& out, const Response& response, Framing framing);

// Appends the line before a chunk of `size` bytes (RFC 9112 section 7.1).
void append_chunk_size(std::string& out, std::size_t size);

// Appends the 101 response that opens a WebSocket. `extensions` are the accepted ones; "" for none.
void append_handshake(std::string& out, const Response& response, std::string_view accept, std::string_view extensions);

}  // namespace mindspace::http
