#include "platform/http/websocket/message_boundary.h"

#include <algorithm>

namespace mindspace::http {

void MessageBoundary::pass(std::string_view octets) {
    while (!octets.empty()) {
        if (payload_left_ > 0) {
            const auto here = std::min<std::uint64_t>(payload_left_, octets.size());
            octets.remove_prefix(static_cast<std::size_t>(here));
            payload_left_ -= here;
        } else {
            read_header(octets);
        }
    }
}

void MessageBoundary::read_header(std::string_view& octets) {
    constexpr unsigned kFinalBit = 0x80;
    constexpr unsigned kControlBit = 0x08;  // of the opcode: control frames may occur between fragments
    constexpr unsigned kMaskBit = 0x80;
    constexpr unsigned kTwoOctets = 126;
    constexpr unsigned kEightOctets = 127;
    constexpr unsigned kMaskSize = 4;
    const auto octet = static_cast<std::uint8_t>(octets.front());
    octets.remove_prefix(1);
    ++header_seen_;
    if (header_seen_ == 1) {
        if ((octet & kControlBit) == 0) is_in_fragments_ = (octet & kFinalBit) == 0;
    } else if (header_seen_ == 2) {
        const unsigned code = octet & ~kMaskBit;
        length_ = code < kTwoOctets ? code : 0;
        length_octets_ = code == kTwoOctets ? 2 : code == kEightOctets ? 8 : 0;
        header_size_ = 2 + length_octets_ + ((octet & kMaskBit) != 0 ? kMaskSize : 0);
    } else if (header_seen_ <= 2 + length_octets_) {
        length_ = length_ << 8 | octet;
    }
    if (header_seen_ < header_size_) return;
    payload_left_ = length_;
    header_seen_ = 0;
    header_size_ = 2;
}

}  // namespace mindspace::http
