#include "platform/http/websocket/codec.h"

#include "platform/http/websocket/deflate.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

namespace mindspace::http {

namespace {

using Kind = WebSocketEvent::Kind;

constexpr std::size_t kMaxControlPayload = 125;
constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kCompressed = 0x40;  // RSV1, when RFC 7692 was agreed on
constexpr std::uint8_t kMasked = 0x80;

bool is_control(Opcode opcode) {
    return opcode >= Opcode::close;
}

bool is_known(Opcode opcode) {
    return opcode <= Opcode::binary || (is_control(opcode) && opcode <= Opcode::pong);
}

std::uint64_t read_big_endian(std::span<const char> bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

void append_big_endian(std::string& out, std::uint64_t value, std::size_t bytes) {
    while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes));
}

// RFC 6455 section 5.3, eight bytes at a time. `offset` is where in the frame's payload `bytes` begin.
void unmask(std::span<char> bytes, const std::array<char, 4>& key, std::size_t offset) {
    std::array<char, 8> pattern{};
    for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = key[(offset + i) % key.size()];
    std::uint64_t wide_pattern = 0;
    std::memcpy(&wide_pattern, pattern.data(), sizeof wide_pattern);

    std::size_t at = 0;
    for (; bytes.size() - at >= sizeof wide_pattern; at += sizeof wide_pattern) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, sizeof word);
        word ^= wide_pattern;
        std::memcpy(bytes.data() + at, &word, sizeof word);
    }
    for (std::size_t i = 0; at < bytes.size(); ++at, ++i) bytes[at] = static_cast<char>(bytes[at] ^ pattern[i]);
}

void append_complete(std::string& out, int first, std::string_view payload) {
    out += static_cast<char>(first);
    if (payload.size() <= kMaxControlPayload) {
        append_big_endian(out, payload.size(), 1);
    } else if (payload.size() <= 0xFFFF) {
        out += static_cast<char>(126);
        append_big_endian(out, payload.size(), 2);
    } else {
        out += static_cast<char>(127);
        append_big_endian(out, payload.size(), 8);
    }
    out += payload;
}

// The codes allowed in a frame: RFC 6455 section 7.4 and those registered since (1012 to 1014).
bool is_valid_close_code(std::uint64_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

WebSocketEvent failed(CloseCode code) {
    return {.kind = Kind::failed, .payload = {}, .code = code};
}

// RFC 6455 section 5.5.1.
WebSocketEvent read_close(std::string_view payload) {
    if (payload.empty()) return {.kind = Kind::close, .payload = {}};
    if (payload.size() == 1) return failed(CloseCode::protocol_error);
    const std::uint64_t code = read_big_endian(payload.substr(0, 2));
    payload.remove_prefix(2);
    if (!is_valid_close_code(code)) return failed(CloseCode::protocol_error);
    if (!is_valid_utf8(payload)) return failed(CloseCode::invalid_payload);
    return {.kind = Kind::close, .payload = payload, .code = static_cast<CloseCode>(code)};
}

}  // namespace

struct WebSocketReader::FrameHeader {
    Opcode opcode;
    bool is_final;
    bool is_compressed;
    std::size_t size;  // of the header itself
    std::size_t payload_size;
    std::array<char, 4> key;
};

WebSocketEvent WebSocketReader::next(std::span<char> unread) {
    if (message_ == Opcode::continuation) std::string().swap(fragments_);  // the last delivered message
    if (has_ended_) return {.kind = Kind::need_more, .payload = {}, .consumed = unread.size()};

    const auto finish = [&](WebSocketEvent event) {
        has_ended_ = true;
        event.consumed = unread.size();
        return event;
    };
    std::size_t consumed = 0;
    std::size_t frames = 0;
    while (true) {
        const std::span<char> frame = unread.subspan(consumed);
        const auto header = read_header(frame);
        if (!header) return finish(failed(header.error()));
        if (!*header) break;
        const FrameHeader& found = **header;

        const std::span<char> behind = frame.subspan(found.size);
        const std::span<char> payload = behind.first(std::min(found.payload_size, behind.size()));
        if (!take_in(found, payload)) return finish(failed(CloseCode::invalid_payload));
        if (payload.size() < found.payload_size) break;

        arrived_ = 0;
        consumed += found.size + found.payload_size;
        ++frames;
        auto event = end_frame(found, {payload.data(), payload.size()});
        if (!event) continue;
        if (event->kind == Kind::close || event->kind == Kind::failed) return finish(*event);
        event->consumed = consumed;
        event->frames = frames;
        return *event;
    }
    return {.kind = Kind::need_more, .payload = {}, .consumed = consumed, .frames = frames};
}

// RFC 6455 section 5.2. Nothing (nullopt) while the header is incomplete; reports each error as early as possible.
std::expected<std::optional<WebSocketReader::FrameHeader>, CloseCode> WebSocketReader::read_header(
    std::span<const char> unread) const {
    constexpr auto kProtocolError = std::unexpected(CloseCode::protocol_error);
    if (unread.size() < 2) return std::nullopt;
    const auto first = static_cast<std::uint8_t>(unread[0]);
    const auto second = static_cast<std::uint8_t>(unread[1]);
    const auto opcode = static_cast<Opcode>(first & 0x0F);
    const bool is_final = (first & kFinal) != 0;
    std::uint64_t payload_size = second & 0x7F;

    const bool may_be_compressed =
        compression_ == Compression::deflate && (opcode == Opcode::text || opcode == Opcode::binary);
    const std::uint8_t forbidden = may_be_compressed ? kReserved & ~kCompressed : kReserved;
    if ((first & forbidden) != 0 || !is_known(opcode)) return kProtocolError;
    if ((second & kMasked) == 0) return kProtocolError;
    if (is_control(opcode)) {
        if (!is_final || payload_size > kMaxControlPayload) return kProtocolError;
    } else if ((opcode == Opcode::continuation) != (message_ != Opcode::continuation)) {
        return kProtocolError;
    }

    const std::size_t length_bytes = payload_size == 126 ? 2 : payload_size == 127 ? 8 : 0;
    if (unread.size() < 2 + length_bytes) return std::nullopt;
    if (length_bytes != 0) {
        payload_size = read_big_endian(unread.subspan(2, length_bytes));
        const std::uint64_t smallest = length_bytes == 2 ? kMaxControlPayload + 1 : 0x10000;
        if (payload_size < smallest || payload_size >> 63 != 0) return kProtocolError;
    }
    if (!is_control(opcode) && payload_size > max_message_ - fragments_.size())
        return std::unexpected(CloseCode::message_too_big);

    FrameHeader header{.opcode = opcode,
                       .is_final = is_final,
                       .is_compressed = (first & kCompressed) != 0,
                       .size = 2 + length_bytes + 4,
                       .payload_size = static_cast<std::size_t>(payload_size),
                       .key = {}};
    if (unread.size() < header.size) return std::nullopt;
    std::memcpy(header.key.data(), unread.data() + 2 + length_bytes, header.key.size());
    return header;
}

// Unmasks the bytes that arrived since the last call. False as soon as a text message can no longer be valid UTF-8, or
// ends within a character.
bool WebSocketReader::take_in(const FrameHeader& header, std::span<char> arrived) {
    const std::span<char> new_bytes = arrived.subspan(arrived_);
    unmask(new_bytes, header.key, arrived_);
    arrived_ = arrived.size();

    const bool is_continuation = header.opcode == Opcode::continuation;
    const bool is_text = header.opcode == Opcode::text || (is_continuation && message_ == Opcode::text);
    const bool is_compressed = header.is_compressed || (is_continuation && is_compressed_);
    if (!is_text || is_compressed) return true;
    const bool is_end = header.is_final && arrived.size() == header.payload_size;
    return utf8_.feed({new_bytes.data(), new_bytes.size()}) && (!is_end || utf8_.complete());
}

// Nothing (nullopt) for a fragment that is not the last.
std::optional<WebSocketEvent> WebSocketReader::end_frame(const FrameHeader& header, std::string_view payload) {
    switch (header.opcode) {
        case Opcode::ping:
            return WebSocketEvent{.kind = Kind::ping, .payload = payload};
        case Opcode::pong:
            return WebSocketEvent{.kind = Kind::pong, .payload = payload};
        case Opcode::close:
            return read_close(payload);
        case Opcode::continuation:
        case Opcode::text:
        case Opcode::binary:
            break;
    }
    return end_data_frame(header, payload);
}

std::optional<WebSocketEvent> WebSocketReader::end_data_frame(const FrameHeader& header, std::string_view payload) {
    const bool is_first = header.opcode != Opcode::continuation;
    if (is_first) {
        message_ = header.opcode;
        is_compressed_ = header.is_compressed;
    }
    if (!is_first || !header.is_final) {
        fragments_ += payload;
        payload = fragments_;
    }
    if (!header.is_final) return std::nullopt;
    const auto message = std::exchange(message_, Opcode::continuation);
    if (is_compressed_) return decompress(message, payload);
    return WebSocketEvent{.kind = message == Opcode::text ? Kind::text : Kind::binary, .payload = payload};
}

// What was compressed can be judged only as a whole.
WebSocketEvent WebSocketReader::decompress(Opcode message, std::string_view payload) {
    auto decompressed = inflate_message(payload, max_message_);
    if (!decompressed) return failed(decompressed.error());
    fragments_ = std::move(*decompressed);
    if (message == Opcode::binary) return {.kind = Kind::binary, .payload = fragments_};
    if (!is_valid_utf8(fragments_)) return failed(CloseCode::invalid_payload);
    return {.kind = Kind::text, .payload = fragments_};
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
    assert(!is_control(opcode) || payload.size() <= kMaxControlPayload);
    append_complete(out, kFinal | static_cast<std::uint8_t>(opcode), payload);
}

void append_compressed_frame(std::string& out, Opcode opcode, std::string_view payload) {
    append_complete(out, kFinal | kCompressed | static_cast<std::uint8_t>(opcode), payload);
}

std::size_t payload_offset(std::string_view frame) {
    const auto length = static_cast<std::uint8_t>(frame[1]);
    return length == 127 ? 10 : length == 126 ? 4 : 2;
}

void append_close_frame(std::string& out, CloseCode code, std::string_view reason) {
    std::string payload;
    if (code != CloseCode::no_status) {
        append_big_endian(payload, static_cast<std::uint16_t>(code), 2);
        payload += reason;
    }
    append_frame(out, Opcode::close, payload);
}

}  // namespace mindspace::http
