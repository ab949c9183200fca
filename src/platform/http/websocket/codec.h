#pragma once
// WebSocket frames on the server's side (RFC 6455 sections 5 to 8): a reader that works in place in the connection's
// read buffer, and a writer. No sockets. The reader allocates memory only for fragmented and compressed messages.
//
//     while (true) {
//         const WebSocketEvent event = reader.next(unread);
//         … handle it …
//         drop event.consumed bytes from the front of `unread`
//         if (event.kind is need_more) read more; if it is close or failed: reply with a close frame, then end
//     }

#include "platform/base/text/utf8.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mindspace::http {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// RFC 6455 section 7.4 and the IANA registry. The application defines 4000 to 4999: CloseCode{4401}.
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported_data = 1003,
    no_status = 1005,  // a close frame without a code; never sent in a frame
    invalid_payload = 1007,
    policy_violation = 1008,
    message_too_big = 1009,
    internal_error = 1011,
    service_restart = 1012,
    try_again_later = 1013,
};

struct WebSocketEvent {
    enum class Kind : std::uint8_t {
        need_more,  // no complete message or control frame has arrived
        text,       // a message, valid UTF-8
        binary,
        ping,  // reply with a pong with the same payload
        pong,
        close,   // the client closes with `code` and, as payload, its reason
        failed,  // the client violated the protocol: close with `code`
    };
    Kind kind;
    std::string_view payload;               // valid until the next call of next(), and while the buffer is unchanged
    CloseCode code = CloseCode::no_status;  // for close and failed
    std::size_t consumed = 0;               // bytes at the front of the buffer that the caller must drop
    std::size_t frames = 0;                 // that ended in those bytes, including fragments and control frames
};

class WebSocketReader {
public:
    // Whether permessage-deflate (RFC 7692) has been agreed on.
    enum class Compression : bool { none, deflate };

    // A message may have up to `max_message` bytes, in one frame or several; above: 1009 at the frame's header. For a
    // compressed message the limit applies both to its compressed and to its decompressed size.
    explicit WebSocketReader(std::size_t max_message, Compression compression = Compression::none)
        : max_message_(max_message), compression_(compression) {}

    // Returns the next event. `unread` holds the bytes that the last call did not consume and possibly more; payloads
    // are unmasked in place. After close and failed it always returns need_more, with everything consumed.
    [[nodiscard]] WebSocketEvent next(std::span<char> unread);

private:
    struct FrameHeader;

    std::expected<std::optional<FrameHeader>, CloseCode> read_header(std::span<const char> unread) const;
    bool take_in(const FrameHeader& header, std::span<char> arrived);
    std::optional<WebSocketEvent> end_frame(const FrameHeader& header, std::string_view payload);
    std::optional<WebSocketEvent> end_data_frame(const FrameHeader& header, std::string_view payload);
    WebSocketEvent decompress(Opcode message, std::string_view payload);

    std::size_t max_message_;
    std::size_t arrived_ = 0;                // bytes of the unfinished frame's payload that are unmasked and checked
    std::string fragments_;                  // payload of the earlier frames of the current message
    Utf8Validator utf8_;                     // of the current text message
    Opcode message_ = Opcode::continuation;  // text or binary within a fragmented message
    Compression compression_;
    bool is_compressed_ = false;  // the current message
    bool has_ended_ = false;
};

// Appends a complete, unmasked frame (RFC 6455 section 5.2). The payload of a ping or pong has at most 125 bytes.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);

// The same for a message whose payload is compressed (RFC 7692 section 6).
void append_compressed_frame(std::string& out, Opcode opcode, std::string_view payload);

// The offset of the payload in a complete, unmasked frame.
[[nodiscard]] std::size_t payload_offset(std::string_view frame);

// Appends a close frame. The reason has at most 123 bytes of UTF-8, and is omitted with no_status.
void append_close_frame(std::string& out, CloseCode code, std::string_view reason = {});

}  // namespace mindspace::http
