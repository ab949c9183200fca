#include "platform/http/wire/request_parser.h"

#include <algorithm>
#include <utility>

namespace mindspace::http {

namespace {

// The size of a request line without its target: the longest method, two spaces, the version.
constexpr std::size_t kRequestLineOverhead = std::string_view("OPTIONS  HTTP/1.1").size();

}  // namespace

RequestParser::Progress RequestParser::feed(std::span<char> unread) {
    const std::string_view text(unread.data(), unread.size());
    bool head_completed = false;
    if (state_ == State::request_line || state_ == State::fields) {
        const Progress progress = read_head(text);
        if (progress != Progress::head_complete) return progress;
        head_completed = true;
    }
    if (state_ == State::complete) return complete(text, body_.size(), consumed_);
    if (state_ == State::failed) return Progress::failed;
    const Progress progress = read_body(unread);
    return progress == Progress::need_more && head_completed ? Progress::head_complete : progress;
}

// Reads line by line. Checks limits first, so that the result does not depend on how the bytes were split into reads.
RequestParser::Progress RequestParser::read_head(std::string_view unread) {
    const std::size_t max_request_line = std::min(limits_.max_target + kRequestLineOverhead, limits_.max_head_bytes);
    while (true) {
        const LineScan scan = scan_line(unread, scanned_);
        scanned_ = scan.end;
        if (state_ == State::request_line) {
            if (scan.end - line_begin_ > max_request_line)
                return fail({.status = 414, .reason = "request line too long"});
        } else if (scan.end + kLineEndSize > limits_.max_head_bytes) {
            return fail({.status = 431, .reason = "request head too large"});
        }
        if (scan.state == LineState::open) return Progress::need_more;
        if (scan.state == LineState::broken)
            return fail({.status = 400, .reason = "control character, bare CR or bare LF in the head"});

        const bool is_empty = scan.end == line_begin_;
        line_begin_ = scanned_ = scan.end + kLineEndSize;
        if (!is_empty) {
            state_ = State::fields;
        } else if (state_ == State::fields) {
            return end_head(unread);
        } else if (head_begin_ == 0) {
            head_begin_ = line_begin_;  // RFC 9112 section 2.2: one empty line before the request line is ignored
        } else {
            return fail({.status = 400, .reason = "empty lines instead of a request line"});
        }
    }
}

RequestParser::Progress RequestParser::end_head(std::string_view unread) {
    body_begin_ = line_begin_;
    viewed_ = unread.data();
    if (auto failure = parse_head(head_lines(unread), limits_, head_)) return fail(*failure);
    is_head_complete_ = true;
    auto limits = limits_;
    const bool has_content = head_.chunked || head_.content_length.value_or(0) > 0;
    if (has_content && body_bound_) limits.max_body = body_bound_(head_);
    if (head_.content_length.value_or(0) > limits.max_body) return fail({.status = 413, .reason = "content too large"});
    if (head_.chunked) chunks_.emplace(body_begin_, limits);
    state_ = State::body;
    return Progress::head_complete;
}

RequestParser::Progress RequestParser::read_body(std::span<char> unread) {
    const std::string_view text(unread.data(), unread.size());
    if (chunks_) {
        const ChunkedDecoder::Progress progress = chunks_->decode(unread);
        body_received_ = chunks_->content_size();
        if (progress == ChunkedDecoder::Progress::failed) return fail(chunks_->failure());
        if (progress == ChunkedDecoder::Progress::need_more) return Progress::need_more;
        return complete(text, body_received_, chunks_->end());
    }
    const auto length = static_cast<std::size_t>(head_.content_length.value_or(0));
    body_received_ = std::min(length, text.size() - body_begin_);
    if (body_received_ < length) return Progress::need_more;
    return complete(text, length, body_begin_ + length);
}

RequestParser::Progress RequestParser::complete(std::string_view unread, std::size_t body_size, std::size_t consumed) {
    view_head(unread);
    body_ = unread.substr(body_begin_, body_size);
    consumed_ = consumed;
    state_ = State::complete;
    return Progress::complete;
}

// When the buffer has moved since the head was read, reading it again there is the same and cannot fail.
void RequestParser::view_head(std::string_view unread) {
    if (viewed_ == unread.data()) return;
    viewed_ = unread.data();
    static_cast<void>(parse_head(head_lines(unread), limits_, head_));
}

const RequestHead* RequestParser::complete_head(std::string_view unread) {
    if (!is_head_complete_) return nullptr;
    view_head(unread);
    return &head_;
}

RequestParser::Progress RequestParser::fail(ParseFailure failure) {
    failure_ = failure;
    state_ = State::failed;
    return Progress::failed;
}

// The head without its final empty line.
std::string_view RequestParser::head_lines(std::string_view unread) const {
    return unread.substr(head_begin_, body_begin_ - kLineEndSize - head_begin_);
}

void RequestParser::reset() {
    RequestHead head = std::move(head_);  // to reuse the memory of its fields
    *this = RequestParser(limits_, std::move(body_bound_));
    head_ = std::move(head);
}

}  // namespace mindspace::http
