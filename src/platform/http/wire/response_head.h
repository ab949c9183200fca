#pragma once
// The head of another server's answer, as views into the buffer it was read into, and the strict reading of it (RFC
// 9112 sections 4 to 6). An answer whose end is in doubt is refused: what follows it could be taken for the next one.

#include "platform/http/wire/request_head.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mindspace::http {

// How the end of an answer's content is found (RFC 9112 section 6.3).
enum class ContentEnd : std::uint8_t { none, length, chunked, close };

struct ResponseHead {
    int status = 0;
    int version_minor = 1;
    std::vector<Header> headers;
    ContentEnd end = ContentEnd::none;
    std::optional<std::uint64_t> content_length;  // as the field says; of the answer to HEAD, what GET would have
    bool keep_alive = true;

    // The value of the first field of that name, in any case.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
        return find_header(headers, name);
    }
};

// Reads a whole head, as parse_head() does, that answers a request with `asked`. Returns what is wrong, or nothing.
[[nodiscard]] std::optional<std::string_view> parse_response_head(std::string_view lines, Method asked,
                                                                  std::size_t max_headers, ResponseHead& head);

}  // namespace mindspace::http
