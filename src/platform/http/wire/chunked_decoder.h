#pragma once
// Decodes a chunked body (RFC 9112 section 7.1) inside the buffer it was read into: content moves to the front, sizes,
// extensions and trailers are checked, bounded and dropped. A trailer never becomes a field of the head.

#include "platform/http/wire/request_head.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace mindspace::http {

class ChunkedDecoder {
public:
    enum class Progress : std::uint8_t { need_more, complete, failed };

    // The encoded body starts at offset `begin` of the buffer.
    ChunkedDecoder(std::size_t begin, const ParseLimits& limits)
        : limits_(limits), content_begin_(begin), line_begin_(begin), next_(begin) {}

    // Goes on with the buffer, which holds what it held before and perhaps more. No octet is looked at twice.
    Progress decode(std::span<char> buffer);

    // The content decoded so far stands in the buffer from `begin` on.
    [[nodiscard]] std::size_t content_size() const { return content_size_; }
    // For a reader that passes the content on while it comes: forgets the content decoded so far, and says how many
    // octets from `begin` on the caller is to remove from the buffer before the next decode(). The limits on content
    // and framing count anew.
    [[nodiscard]] std::size_t drop_content();
    // When complete: the offset of the first octet behind the body.
    [[nodiscard]] std::size_t end() const { return next_; }
    // When failed.
    [[nodiscard]] ParseFailure failure() const { return *failure_; }

private:
    enum class State : std::uint8_t { size_line, content, content_end, trailer_line, complete };
    enum class Step : std::uint8_t { done, need_more, failed };

    Step read_line(std::string_view text);
    Step read_size(std::string_view line);
    Step read_trailer(std::string_view line);
    Step move_content(std::span<char> buffer);
    Step read_content_end(std::string_view text);
    Step count_framing(std::size_t octets);
    Step fail(int status, std::string_view reason);

    ParseLimits limits_;
    State state_ = State::size_line;
    std::size_t content_begin_;
    std::size_t content_size_ = 0;
    std::size_t remaining_ = 0;  // octets of the present chunk not yet seen
    std::size_t line_begin_;     // of the present line
    std::size_t next_;           // first octet not yet looked at
    std::size_t framing_ = 0;    // octets so far that are not content
    std::optional<ParseFailure> failure_;
};

}  // namespace mindspace::http
