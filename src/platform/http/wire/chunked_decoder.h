#pragma once
// Decodes a chunked body (RFC 9112 section 7.1) in place, in the buffer it was read into: moves the content to the
// front, and checks, limits and drops chunk sizes, extensions and trailers. A trailer never becomes a field of the
// head.

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

    // Continues decoding. `buffer` holds the bytes of the last call and possibly more. Examines each byte once.
    Progress decode(std::span<char> buffer);

    // The size of the content decoded so far, which starts at offset `begin` of the buffer.
    [[nodiscard]] std::size_t content_size() const { return content_size_; }
    // For a reader that forwards the content as it arrives: drops the content decoded so far, and returns the number of
    // bytes from `begin` on that the caller must remove from the buffer before the next decode(). The limits on content
    // and framing count from zero again.
    [[nodiscard]] std::size_t drop_content();
    // When complete: the offset of the first byte after the body.
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
    Step count_framing(std::size_t bytes);
    Step fail(int status, std::string_view reason);

    ParseLimits limits_;
    State state_ = State::size_line;
    std::size_t content_begin_;
    std::size_t content_size_ = 0;
    std::size_t remaining_ = 0;  // bytes of the current chunk that have not arrived
    std::size_t line_begin_;     // of the current line
    std::size_t next_;           // first byte not yet examined
    std::size_t framing_ = 0;    // bytes so far that are not content
    std::optional<ParseFailure> failure_;
};

}  // namespace mindspace::http
