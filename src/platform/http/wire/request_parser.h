#pragma once
// An incremental, copy-free parser of HTTP/1.1 requests (RFC 9112): the connection owns one contiguous read buffer,
// the parser keeps offsets into it, so the buffer may grow and move between calls. No octet is looked at twice while
// more come in. It reads no socket and answers nothing; after a failure the connection answers and closes.
//
//     switch (parser.feed(unread)) {                    // everything from the first octet of this request on
//         case Progress::need_more:     read more, then feed the whole of it again
//         case Progress::head_complete: said once, if the body is not all there: 100 (Continue) if expected; read more
//         case Progress::complete:      answer head() and body(), drop consumed() octets, reset()
//         case Progress::failed:        answer failure().status and close
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

    // How long the content of this request may be.
    using BodyBound = std::function<std::size_t(const RequestHead&)>;

    explicit RequestParser(ParseLimits limits = {}, BodyBound body_bound = {})
        : limits_(limits), body_bound_(std::move(body_bound)) {}

    // Goes on with the request. `unread` holds what it held at the last call and perhaps more; a chunked body is
    // decoded inside it. Octets of a next request may follow and are left alone.
    Progress feed(std::span<char> unread);

    // From head_complete on. Its views are into the buffer of the last call that said head_complete or complete.
    [[nodiscard]] const RequestHead& head() const { return head_; }
    // From head_complete on: where the content begins, from the first octet of the request.
    [[nodiscard]] std::size_t body_begin() const { return body_begin_; }
    // How many octets the request takes, where its head has said so.
    [[nodiscard]] std::optional<std::size_t> announced() const {
        if (state_ != State::body || !head_.content_length) return std::nullopt;
        return body_begin_ + static_cast<std::size_t>(*head_.content_length);
    }
    // When complete: the content, a view into the buffer of the last call.
    [[nodiscard]] std::string_view body() const { return body_; }
    // How much of the content has come in so far.
    [[nodiscard]] std::size_t body_received() const { return body_received_; }
    // When complete: how many octets of the buffer the request took.
    [[nodiscard]] std::size_t consumed() const { return consumed_; }
    // When failed.
    [[nodiscard]] ParseFailure failure() const { return *failure_; }

    // Makes ready for the next request.
    void reset();

private:
    enum class State : std::uint8_t { request_line, fields, body, complete, failed };

    Progress read_head(std::string_view unread);
    Progress end_head(std::string_view unread);
    Progress read_body(std::span<char> unread);
    Progress complete(std::string_view unread, std::size_t body_size, std::size_t consumed);
    Progress fail(ParseFailure failure);
    std::string_view head_lines(std::string_view unread) const;

    ParseLimits limits_;
    BodyBound body_bound_;  // empty: limits_.max_body for all
    State state_ = State::request_line;
    std::size_t head_begin_ = 0;  // 0, or 2 behind an empty line
    std::size_t line_begin_ = 0;
    std::size_t scanned_ = 0;  // no line ends before this
    std::size_t body_begin_ = 0;
    std::size_t body_received_ = 0;
    std::size_t consumed_ = 0;
    const char* viewed_ = nullptr;  // the buffer that head_ has views of; only compared
    RequestHead head_;
    std::string_view body_;
    std::optional<ChunkedDecoder> chunks_;
    std::optional<ParseFailure> failure_;
};

}  // namespace mindspace::http
