#include "platform/http/websocket/message_boundary.h"

#include <algorithm>

namespace mindspace::http {

void MessageBoundary::pass(std::string_view bytes) {
    while (!bytes.empty()) {
        if (payload_left_ > 0) {
            const auto here = std::min<std::uint64_t>(payload_left_, bytes.size());
            bytes.remove_prefix(static_cast<std::size_t>(here));
            payload_left_ -= here;
        } else {
            read_header(bytes);
        }
    }
}

void MessageBoundary::read_header(std::string_view& bytes) {
    constexpr unsigned kFinalBit = 0x80;
    constexpr unsigned kControlBit = 0x08;  // of the opcode: control frames may occur between fragments
    constexpr unsigned kMaskBit = 0x80;
    constexpr unsigned kTwoBytes = 126;
    constexpr unsigned kEightBytes = 127;
    constexpr unsigned kMaskSize = 4;
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    ++header_seen_;
    if (header_seen_ == 1) {
        if ((byte & kControlBit) == 0) is_in_fragments_ = (byte & kFinalBit) == 0;
    } else if (header_seen_ == 2) {
        const unsigned code = byte & ~kMaskBit;
        length_ = code < kTwoBytes ? code : 0;
        length_bytes_ = code == kTwoBytes ? 2 : code == kEightBytes ? 8 : 0;
        header_size_ = 2 + length_bytes_ + ((byte & kMaskBit) != 0 ? kMaskSize : 0);
    } else if (header_seen_ <= 2 + length_bytes_) {
        length_ = length_ << 8 | byte;
    }
    if (header_seen_ < header_size_) return;
    payload_left_ = length_;
    header_seen_ = 0;
    header_size_ = 2;
}

}  // namespace mindspace::http
