#pragma once
// An incremental parser of the response to one request (RFC 9112), the counterpart of RequestParser: it keeps offsets
// into the caller's buffer and reads no socket. The caller may take content as it arrives, so that a response of any
// length passes through a small buffer. Skips interim responses (1xx) except 101.
//
//     parser.feed(received)     need_more: read more, then feed all of it again
//                               head: returned once; feed again
//                               content: some content has arrived, not all; take it or leave it, read more, feed again
//                               complete: the response has arrived completely, with the last of its content
//                               failed: close the connection

#include "platform/http/wire/chunked_decoder.h"
#include "platform/http/wire/response_head.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace mindspace::http {

class ResponseParser {
public:
    enum class Progress : std::uint8_t { need_more, head, content, complete, failed };

    explicit ResponseParser(Method request_method) : request_method_(request_method) {}

    // Continues with the response. `received` holds the bytes of the last call and possibly more; a chunked body is
    // decoded in place.
    Progress feed(std::span<char> received);
    // The server has closed the connection: returns complete if that ends the content, otherwise failed.
    Progress end();

    // From `head` on, and until drop_content(). Its views point into the buffer of the call that returned `head`.
    [[nodiscard]] const ResponseHead& head() const { return head_; }
    // The content not dropped yet: its offset in the buffer and its size.
    [[nodiscard]] std::size_t content_begin() const { return body_begin_; }
    [[nodiscard]] std::size_t content_size() const { return content_size_; }
    // Drops that content; returns the number of bytes that the caller must remove from the buffer, from content_begin()
    // on.
    [[nodiscard]] std::size_t drop_content();
    // When complete: the offset of the first byte after the response.
    [[nodiscard]] std::size_t consumed() const { return end_; }
    // When failed.
    [[nodiscard]] std::string_view fault() const { return fault_; }

private:
    enum class State : std::uint8_t { head, content, complete, failed };

    Progress read_head(std::string_view received);
    Progress end_head(std::string_view received);
    Progress read_content(std::span<char> received);
    Progress complete(std::size_t end);
    Progress fail(std::string_view fault);

    Method request_method_;
    State state_ = State::head;
    std::size_t head_begin_ = 0;
    std::size_t line_begin_ = 0;
    std::size_t scanned_ = 0;
    std::size_t body_begin_ = 0;
    std::size_t content_size_ = 0;
    std::uint64_t remaining_ = 0;  // with a Content-Length: content bytes that are not dropped yet
    std::size_t end_ = 0;
    ResponseHead head_;
    std::optional<ChunkedDecoder> chunks_;
    std::string_view fault_;
};

}  // namespace mindspace::http
