#include "platform/http/wire/chunked_decoder.h"

#include <algorithm>
#include <cstring>

namespace mindspace::http {

namespace {

// Removes a quoted-string (RFC 9110 section 5.6.4) from the front.
bool take_quoted_string(std::string_view& text) {
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            text.remove_prefix(at + 1);
            return true;
        }
    }
    return false;
}

bool take_token(std::string_view& text) {
    const std::size_t length = prefix_length(text, CharClass::token);
    text.remove_prefix(length);
    return length > 0;
}

// *( ";" name [ "=" value ] ), RFC 9112 section 7.1.1; rejects the "bad" white space (BWS).
bool are_valid_extensions(std::string_view text) {
    while (!text.empty()) {
        if (text.front() != ';') return false;
        text.remove_prefix(1);
        if (!take_token(text)) return false;
        if (!text.starts_with('=')) continue;
        text.remove_prefix(1);
        if (!(text.starts_with('"') ? take_quoted_string(text) : take_token(text))) return false;
    }
    return true;
}

}  // namespace

ChunkedDecoder::Progress ChunkedDecoder::decode(std::span<char> buffer) {
    const std::string_view text(buffer.data(), buffer.size());
    Step step = failure_ ? Step::failed : Step::done;
    while (step == Step::done && state_ != State::complete) {
        switch (state_) {
            case State::size_line:
            case State::trailer_line:
                step = read_line(text);
                break;
            case State::content:
                step = move_content(buffer);
                break;
            case State::content_end:
                step = read_content_end(text);
                break;
            case State::complete:
                break;
        }
    }
    if (step == Step::failed) return Progress::failed;
    return state_ == State::complete ? Progress::complete : Progress::need_more;
}

std::size_t ChunkedDecoder::drop_content() {
    const bool in_line = state_ == State::size_line || state_ == State::trailer_line;
    const std::size_t done = (in_line ? line_begin_ : next_) - content_begin_;
    line_begin_ -= in_line ? done : 0;
    next_ -= done;
    content_size_ = framing_ = 0;
    return done;
}

ChunkedDecoder::Step ChunkedDecoder::read_line(std::string_view text) {
    const LineScan scan = scan_line(text, next_);
    next_ = scan.end;
    if (scan.end - line_begin_ > limits_.max_chunk_line) {
        if (state_ == State::trailer_line) return fail(431, "trailer field too long");
        return fail(400, "chunk extension too long");
    }
    if (scan.state == LineState::open) return Step::need_more;
    if (scan.state == LineState::broken) return fail(400, "control character in a chunked body's framing");

    const std::string_view line = text.substr(line_begin_, scan.end - line_begin_);
    next_ = line_begin_ = scan.end + 2;
    if (const Step step = count_framing(line.size() + 2); step != Step::done) return step;
    return state_ == State::size_line ? read_size(line) : read_trailer(line);
}

ChunkedDecoder::Step ChunkedDecoder::read_size(std::string_view line) {
    constexpr std::size_t kMaxDigits = 2 * sizeof(std::uint64_t);
    const std::size_t digits = prefix_length(line, CharClass::hex);
    if (digits == 0 || digits > kMaxDigits) return fail(400, "invalid chunk size");
    if (!are_valid_extensions(line.substr(digits))) return fail(400, "invalid chunk extension");
    std::uint64_t size = 0;
    for (const char digit : line.substr(0, digits)) size = size << 4 | hex_value(digit);

    if (size > limits_.max_body - content_size_) return fail(413, "content too large");
    remaining_ = static_cast<std::size_t>(size);
    state_ = size == 0 ? State::trailer_line : State::content;
    return Step::done;
}

ChunkedDecoder::Step ChunkedDecoder::read_trailer(std::string_view line) {
    if (line.empty()) {
        state_ = State::complete;
    } else if (!parse_field_line(line)) {
        return fail(400, "malformed trailer field");
    }
    return Step::done;
}

ChunkedDecoder::Step ChunkedDecoder::move_content(std::span<char> buffer) {
    const std::size_t here = std::min(remaining_, buffer.size() - next_);
    if (here == 0) return Step::need_more;
    std::memmove(buffer.data() + content_begin_ + content_size_, buffer.data() + next_, here);
    content_size_ += here;
    next_ += here;
    remaining_ -= here;
    if (remaining_ == 0) state_ = State::content_end;
    return Step::done;
}

ChunkedDecoder::Step ChunkedDecoder::read_content_end(std::string_view text) {
    constexpr std::string_view kLineEnd = "\r\n";
    const std::string_view here = text.substr(next_, kLineEnd.size());
    if (!kLineEnd.starts_with(here)) return fail(400, "chunk longer than its size");
    if (here != kLineEnd) return Step::need_more;
    next_ += kLineEnd.size();
    line_begin_ = next_;
    state_ = State::size_line;
    return count_framing(kLineEnd.size());
}

// A body of one-byte chunks costs six bytes each, and the buffer keeps them until the request is done.
ChunkedDecoder::Step ChunkedDecoder::count_framing(std::size_t bytes) {
    framing_ += bytes;
    if (framing_ > limits_.max_chunk_framing) return fail(413, "too much framing for the content");
    return Step::done;
}

ChunkedDecoder::Step ChunkedDecoder::fail(int status, std::string_view reason) {
    failure_ = ParseFailure{.status = status, .reason = reason};
    return Step::failed;
}

}  // namespace mindspace::http
