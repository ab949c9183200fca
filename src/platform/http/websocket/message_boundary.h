#pragma once
// Finds where messages begin in a forwarded byte stream (RFC 6455 sections 5.2 and 5.4): only there may the server
// insert a message of its own.

#include <cstdint>
#include <string_view>

namespace mindspace::http {

class MessageBoundary {
public:
    // Advances by the next bytes of the stream.
    void pass(std::string_view bytes);
    // True if the next byte begins a message.
    [[nodiscard]] bool is_at_boundary() const { return header_seen_ == 0 && payload_left_ == 0 && !is_in_fragments_; }

private:
    void read_header(std::string_view& bytes);

    unsigned header_seen_ = 0;        // bytes of the current header
    unsigned header_size_ = 2;        // as far as known
    unsigned length_bytes_ = 0;       // after the first two
    std::uint64_t length_ = 0;        // of the payload, as far as read
    std::uint64_t payload_left_ = 0;  // bytes of the current frame's payload that have not arrived
    bool is_in_fragments_ = false;    // the last frame of the current message has not begun
};

}  // namespace mindspace::http
