#pragma once
// The head of a request, that is request line and fields, as views into the connection's buffer, and its strict parser
// (RFC 9112 sections 2 to 7). Input that a lenient parser could read as a different message is refused, never repaired.

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

// Why a message is refused. The protocol determines the status; the connection is closed after the response.
struct ParseFailure {
    int status;
    std::string_view reason;  // a short constant phrase
};

struct ParseLimits {
    std::size_t max_target = 8 * 1024;          // bytes of the request target; above: 414
    std::size_t max_head_bytes = 16 * 1024;     // request line, fields and the empty line; above: 431
    std::size_t max_headers = 100;              // above: 431
    std::size_t max_body = 64 * 1024;           // bytes after decoding; above: 413
    std::size_t max_chunk_line = 4 * 1024;      // one chunk-size line with its extensions, or one trailer field
    std::size_t max_chunk_framing = 64 * 1024;  // all bytes of a chunked body that are not content
};

struct RequestHead {
    Method method = Method::get;
    int version_minor = 1;    // HTTP/1.0 or HTTP/1.1
    std::string_view target;  // path and query as received, without the scheme and authority of the absolute form
    std::string_view path;    // begins with '/', still percent-encoded, all escapes well-formed; "*" for OPTIONS *
    std::string_view query;   // without the '?', still percent-encoded
    std::string_view host;    // with its port, if any; the target's authority overrides Host; empty only in HTTP/1.0
    std::vector<Header> headers;

    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool keep_alive = true;        // the client may send another request on this connection
    bool expect_continue = false;  // the client waits for 100 (Continue) before it sends the body
    bool upgrade = false;          // names a protocol in Upgrade and `upgrade` in Connection

    // The value of the first field with that name, case-insensitive.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    // True if any field with that name, a comma-separated list, contains the token; both are case-insensitive.
    [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const;
    // The number of fields with that name.
    [[nodiscard]] std::size_t count(std::string_view name) const;
};

// Parses a complete head: lines that end with CR LF, without the empty line, and without control characters except HTAB
// (scan_line() has checked that). Overwrites `head` and reuses its memory; after a failure its values are meaningless.
[[nodiscard]] std::optional<ParseFailure> parse_head(std::string_view lines, const ParseLimits& limits,
                                                     RequestHead& head);

// The fields that can be read from a refused or incomplete head, so that the error response is like any other response.
// Skips the first line and all lines that are not fields.
[[nodiscard]] std::vector<Header> readable_fields(std::string_view text, const ParseLimits& limits);

}  // namespace mindspace::http
