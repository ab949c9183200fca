#pragma once
// The head of a request: request line and fields, as views into the connection's buffer, and the strict reading of it
// (RFC 9112 sections 2 to 7). What a lenient reader could take for another message is refused, never repaired.

#include "platform/http/wire/syntax.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mindspace::http {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options };

// "GET", "HEAD" … as on the wire.
[[nodiscard]] std::string_view method_name(Method method);

// Why a message is refused. The status is a fact of the protocol; the connection is closed after it.
struct ParseFailure {
    int status;
    std::string_view reason;  // one phrase, a constant
};

struct ParseLimits {
    std::size_t max_target = 8 * 1024;          // octets of the request target; beyond: 414
    std::size_t max_head_bytes = 16 * 1024;     // request line, fields and the empty line; beyond: 431
    std::size_t max_headers = 100;              // beyond: 431
    std::size_t max_body = 64 * 1024;           // bytes after decoding; beyond: 413
    std::size_t max_chunk_line = 4 * 1024;      // one chunk-size line with its extensions, one trailer field
    std::size_t max_chunk_framing = 64 * 1024;  // everything in a chunked body that is not content
};

struct RequestHead {
    Method method = Method::get;
    int version_minor = 1;    // HTTP/1.0 or HTTP/1.1
    std::string_view target;  // path and query as they came; of the absolute form without scheme and authority
    std::string_view path;    // begins with '/', still percent-encoded, all escapes well-formed; "*" for OPTIONS *
    std::string_view query;   // without the '?', still percent-encoded
    std::string_view host;    // with its port, if any; the target's authority rules over Host; empty in HTTP/1.0 only
    std::vector<Header> headers;

    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool keep_alive = true;        // the client wants another request on this connection
    bool expect_continue = false;  // the client waits for 100 (Continue) before it sends the body
    bool upgrade = false;          // names a protocol in Upgrade and `upgrade` in Connection

    // The value of the first field of that name, in any case.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    // True if some field of that name, a comma-separated list, has the token; both in any case.
    [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const;
    // How many fields have that name.
    [[nodiscard]] std::size_t count(std::string_view name) const;
};

// Reads a whole head: lines, each ended by CR LF, without the empty line, and without control characters but HTAB
// (scan_line() has seen to it). `head` is filled anew and keeps its memory; after a failure it means nothing.
[[nodiscard]] std::optional<ParseFailure> parse_head(std::string_view lines, const ParseLimits& limits,
                                                     RequestHead& head);

// The fields that can be read of a head that is refused or not whole, to answer as to any other request. The first line
// is passed over, and whatever is no field.
[[nodiscard]] std::vector<Header> readable_fields(std::string_view text, const ParseLimits& limits);

}  // namespace mindspace::http
