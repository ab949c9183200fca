#include "platform/http/wire/response_parser.h"

#include <algorithm>
#include <limits>

namespace mindspace::http {

namespace {

// The caller that takes the content limits it, not the parser.
constexpr ParseLimits kLimits{.max_head_bytes = 32 * 1024, .max_body = std::numeric_limits<std::size_t>::max()};

}  // namespace

ResponseParser::Progress ResponseParser::feed(std::span<char> received) {
    switch (state_) {
        case State::head:
            return read_head({received.data(), received.size()});
        case State::content:
            return read_content(received);
        case State::complete:
            return Progress::complete;
        case State::failed:
            break;
    }
    return Progress::failed;
}

ResponseParser::Progress ResponseParser::end() {
    if (state_ == State::content && head_.end == ContentEnd::close) return complete(body_begin_ + content_size_);
    return fail("the connection ended before the response did");
}

ResponseParser::Progress ResponseParser::read_head(std::string_view received) {
    while (true) {
        const LineScan scan = scan_line(received, scanned_);
        scanned_ = scan.end;
        if (scan.end > kLimits.max_head_bytes) return fail("head too large");
        if (scan.state == LineState::open) return Progress::need_more;
        if (scan.state == LineState::broken) return fail("control character, bare CR or bare LF in the head");
        const bool is_empty = scan.end == line_begin_;
        line_begin_ = scanned_ = scan.end + kLineEndSize;
        if (!is_empty) continue;
        const Progress progress = end_head(received);
        if (progress != Progress::need_more) return progress;
    }
}

// Returns need_more after an interim response: another head follows.
ResponseParser::Progress ResponseParser::end_head(std::string_view received) {
    body_begin_ = line_begin_;
    if (body_begin_ - head_begin_ <= kLineEndSize) return fail("an empty line instead of a status line");
    const auto lines = received.substr(head_begin_, body_begin_ - kLineEndSize - head_begin_);
    if (auto fault = parse_response_head(lines, request_method_, kLimits.max_headers, head_)) return fail(*fault);
    if (head_.status < 200 && head_.status != 101) {
        head_begin_ = body_begin_;
        return Progress::need_more;
    }
    state_ = State::content;
    if (head_.end == ContentEnd::length) remaining_ = *head_.content_length;
    if (head_.end == ContentEnd::chunked) chunks_.emplace(body_begin_, kLimits);
    return Progress::head;
}

ResponseParser::Progress ResponseParser::read_content(std::span<char> received) {
    const std::size_t here = received.size() - body_begin_;
    switch (head_.end) {
        case ContentEnd::none:
            return complete(body_begin_);
        case ContentEnd::length:
            content_size_ = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, here));
            if (content_size_ == remaining_) return complete(body_begin_ + content_size_);
            return Progress::content;
        case ContentEnd::chunked: {
            const ChunkedDecoder::Progress progress = chunks_->decode(received);
            content_size_ = chunks_->content_size();
            if (progress == ChunkedDecoder::Progress::failed) return fail(chunks_->failure().reason);
            if (progress == ChunkedDecoder::Progress::complete) return complete(chunks_->end());
            return Progress::content;
        }
        case ContentEnd::close:
            content_size_ = here;
            return Progress::content;
    }
    return Progress::failed;
}

std::size_t ResponseParser::drop_content() {
    const std::size_t before = chunks_ ? chunks_->drop_content() : content_size_;
    if (head_.end == ContentEnd::length) remaining_ -= content_size_;
    content_size_ = 0;
    if (state_ == State::complete) end_ -= before;
    return before;
}

ResponseParser::Progress ResponseParser::complete(std::size_t end) {
    end_ = end;
    state_ = State::complete;
    return Progress::complete;
}

ResponseParser::Progress ResponseParser::fail(std::string_view fault) {
    fault_ = fault;
    state_ = State::failed;
    return Progress::failed;
}

}  // namespace mindspace::http
