#pragma once
// An incremental parser of the answer to one request (RFC 9112), the counterpart of RequestParser: it keeps offsets
// into the caller's buffer and reads no socket. Content may be taken as it comes, so that an answer of any length
// passes through a small buffer. Interim answers (1xx) are passed over, but for 101.
//
//     parser.feed(received)     need_more: read more, then feed the whole of it again
//                               head: said once; feed again
//                               content: some, not all of it is there; take it or leave it, read more, feed again
//                               complete: nothing of the answer is to come; content() is the last of it
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

    explicit ResponseParser(Method asked) : asked_(asked) {}

    // Goes on with the answer. `received` holds what it held at the last call and perhaps more; a chunked body is
    // decoded inside it.
    Progress feed(std::span<char> received);
    // The server has ended the connection: complete, if that is how the content ends, otherwise failed.
    Progress end();

    // From `head` on, and until drop_content(). Its views are into the buffer of the call that said `head`.
    [[nodiscard]] const ResponseHead& head() const { return head_; }
    // Content not dropped yet: where in the buffer, and how much.
    [[nodiscard]] std::size_t content_begin() const { return body_begin_; }
    [[nodiscard]] std::size_t content_size() const { return content_size_; }
    // Forgets that content; says how many octets, from content_begin() on, are to be removed from the buffer.
    [[nodiscard]] std::size_t drop_content();
    // When complete: the offset of the first octet behind the answer.
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

    Method asked_;
    State state_ = State::head;
    std::size_t head_begin_ = 0;
    std::size_t line_begin_ = 0;
    std::size_t scanned_ = 0;
    std::size_t body_begin_ = 0;
    std::size_t content_size_ = 0;
    std::uint64_t remaining_ = 0;  // with a length: what is not dropped yet
    std::size_t end_ = 0;
    ResponseHead head_;
    std::optional<ChunkedDecoder> chunks_;
    std::string_view fault_;
};

}  // namespace mindspace::http
