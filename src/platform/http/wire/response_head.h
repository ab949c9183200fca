#pragma once
// The head of another server's response, as views into the buffer it was read into, and its strict parser (RFC 9112
// sections 4 to 6). A response without an unambiguous end is refused: what follows could be read as the next response.

#include "platform/http/wire/request_head.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mindspace::http {

// What ends the content of a response (RFC 9112 section 6.3).
enum class ContentEnd : std::uint8_t { none, length, chunked, close };

struct ResponseHead {
    int status = 0;
    int version_minor = 1;
    std::vector<Header> headers;
    ContentEnd end = ContentEnd::none;
    std::optional<std::uint64_t> content_length;  // as in the field; for HEAD, the length that GET would return
    bool keep_alive = true;

    // The value of the first field with that name, case-insensitive.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
        return find_header(headers, name);
    }
};

// Parses a complete head of the response to a request with this method, with the preconditions of parse_head().
// Returns what is wrong, or nothing (nullopt).
[[nodiscard]] std::optional<std::string_view> parse_response_head(std::string_view lines, Method request_method,
                                                                  std::size_t max_headers, ResponseHead& head);

}  // namespace mindspace::http
