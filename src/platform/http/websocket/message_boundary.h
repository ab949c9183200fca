#pragma once
// Finds where messages begin in a forwarded byte stream (RFC 6455 sections 5.2 and 5.4): only there may the server
// insert a message of its own.

#include <cstdint>
#include <string_view>

namespace mindspace::http {

class MessageBoundary {
public:
    // The bytes that come next in the stream.
    void pass(std::string_view bytes);
    // True when the next byte begins a message.
    [[nodiscard]] bool is_at_boundary() const { return header_seen_ == 0 && payload_left_ == 0 && !is_in_fragments_; }

private:
    void read_header(std::string_view& bytes);

    unsigned header_seen_ = 0;        // bytes of the present header
    unsigned header_size_ = 2;        // as far as it is known
    unsigned length_bytes_ = 0;       // behind the first two
    std::uint64_t length_ = 0;        // that the header has named so far
    std::uint64_t payload_left_ = 0;  // bytes of the present frame's payload to come
    bool is_in_fragments_ = false;    // the last frame of the present message has not begun
};

}  // namespace mindspace::http
