#pragma once
// An incremental, zero-copy parser of HTTP/1.1 requests (RFC 9112): the connection owns one contiguous read buffer, and
// the parser keeps offsets into it, so the buffer may grow and move between calls. Each byte is examined only once,
// even if the request arrives in pieces. The parser reads no socket and sends no response; after a failure the
// connection responds and closes.
//
//     switch (parser.feed(unread)) {                    // all bytes from the first byte of this request on
//         case Progress::need_more:     read more, then feed all of it again
//         case Progress::head_complete: once, if the body is incomplete: send 100 (Continue) if expected; read more
//         case Progress::complete:      respond to head() and body(), drop consumed() bytes, reset()
//         case Progress::failed:        respond with failure().status and close
//     }

#include "platform/http/wire/chunked_decoder.h"
#include "platform/http/wire/request_head.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace mindspace::http {

class RequestParser {
public:
    enum class Progress : std::uint8_t { need_more, head_complete, complete, failed };

    // The maximum content size of this request in bytes.
    using BodyBound = std::function<std::size_t(const RequestHead&)>;

    explicit RequestParser(ParseLimits limits = {}, BodyBound body_bound = {})
        : limits_(limits), body_bound_(std::move(body_bound)) {}

    // Continues with the request. `unread` holds the bytes of the last call and possibly more; a chunked body is
    // decoded in place. Bytes of the next request may follow and are not touched.
    Progress feed(std::span<char> unread);

    // From head_complete on. Its views point into the buffer of the last call that returned head_complete or complete.
    [[nodiscard]] const RequestHead& head() const { return head_; }
    // The head, once it is complete and well-formed, with views into `unread`, which must hold the bytes of the last
    // call. Null before that, and if the head is refused.
    [[nodiscard]] const RequestHead* complete_head(std::string_view unread);
    // From head_complete on: where the content begins, from the first byte of the request.
    [[nodiscard]] std::size_t body_begin() const { return body_begin_; }
    // The size of the request in bytes, if its head states it.
    [[nodiscard]] std::optional<std::size_t> announced() const {
        if (state_ != State::body || !head_.content_length) return std::nullopt;
        return body_begin_ + static_cast<std::size_t>(*head_.content_length);
    }
    // When complete: the content, a view into the buffer of the last call.
    [[nodiscard]] std::string_view body() const { return body_; }
    // The number of content bytes received so far.
    [[nodiscard]] std::size_t body_received() const { return body_received_; }
    // When complete: the number of bytes in the buffer that belong to the request.
    [[nodiscard]] std::size_t consumed() const { return consumed_; }
    // When failed.
    [[nodiscard]] ParseFailure failure() const { return *failure_; }

    // Prepares for the next request.
    void reset();

private:
    enum class State : std::uint8_t { request_line, fields, body, complete, failed };

    Progress read_head(std::string_view unread);
    void view_head(std::string_view unread);
    Progress end_head(std::string_view unread);
    Progress read_body(std::span<char> unread);
    Progress complete(std::string_view unread, std::size_t body_size, std::size_t consumed);
    Progress fail(ParseFailure failure);
    std::string_view head_lines(std::string_view unread) const;

    ParseLimits limits_;
    BodyBound body_bound_;  // empty: limits_.max_body for all requests
    State state_ = State::request_line;
    std::size_t head_begin_ = 0;  // 0, or 2 after an empty line
    std::size_t line_begin_ = 0;
    std::size_t scanned_ = 0;  // the current line does not end before this offset
    std::size_t body_begin_ = 0;
    std::size_t body_received_ = 0;
    std::size_t consumed_ = 0;
    bool is_head_complete_ = false;
    const char* viewed_ = nullptr;  // the buffer that head_ has views of; only compared
    RequestHead head_;
    std::string_view body_;
    std::optional<ChunkedDecoder> chunks_;
    std::optional<ParseFailure> failure_;
};

}  // namespace mindspace::http
