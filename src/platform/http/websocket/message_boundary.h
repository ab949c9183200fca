#pragma once
// Finds where messages begin in a forwarded byte stream (RFC 6455 sections 5.2 and 5.4): only there may the server
// insert a message of its own.

#include <cstdint>
#include <string_view>

namespace mindspace::http {

class MessageBoundary {
public:
    // Processes the next bytes of the stream.
    void pass(std::string_view octets);
    // True if the next byte begins a message.
    [[nodiscard]] bool is_here() const { return header_seen_ == 0 && payload_left_ == 0 && !is_in_fragments_; }

private:
    void read_header(std::string_view& octets);

    unsigned header_seen_ = 0;        // bytes of the current header that have passed
    unsigned header_size_ = 2;        // as known so far
    unsigned length_octets_ = 0;      // bytes of the extended length, after the first two bytes
    std::uint64_t length_ = 0;        // the payload's length, as read so far
    std::uint64_t payload_left_ = 0;  // bytes of the current frame's payload still to come
    bool is_in_fragments_ = false;    // the last frame of the current message has not begun
};

}  // namespace mindspace::http
