#include "platform/http/websocket/codec.h"

#include "platform/http/websocket/deflate.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace mindspace::http {
namespace {

using Kind = WebSocketEvent::Kind;
using namespace std::string_literals;

constexpr std::size_t kMaxMessage = 100'000;

// How a client's frame may differ from a valid unfragmented one.
struct Flaws {
    bool is_final = true;
    std::uint8_t reserved = 0;
    bool is_masked = true;
    int length_bits = 0;                            // 7, 16 or 64; 0: as few as needed
    std::optional<std::uint64_t> announced_size{};  // instead of the real size
};

std::string frame(int opcode, std::string_view payload, Flaws flaws = {}) {
    const std::uint64_t size = flaws.announced_size.value_or(payload.size());
    const int bits = flaws.length_bits != 0 ? flaws.length_bits : size < 126 ? 7 : size < 65536 ? 16 : 64;
    const std::string key = "\x37\xfa\x21\x3d";
    std::string text;
    text += static_cast<char>((flaws.is_final ? 0x80 : 0) | flaws.reserved << 4 | opcode);
    const int mask_bit = flaws.is_masked ? 0x80 : 0;
    text += static_cast<char>(mask_bit | (bits == 7 ? static_cast<int>(size) : bits == 16 ? 126 : 127));
    for (int shift = bits == 7 ? -8 : bits - 8; shift >= 0; shift -= 8) text += static_cast<char>(size >> shift);
    if (!flaws.is_masked) return text + std::string(payload);
    text += key;
    for (std::size_t i = 0; i < payload.size(); ++i) text += static_cast<char>(payload[i] ^ key[i % 4]);
    return text;
}

std::string fragment(int opcode, std::string_view payload) {
    return frame(opcode, payload, {.is_final = false});
}
std::string close_frame(int code, std::string_view reason = {}) {
    return frame(8, std::string{static_cast<char>(code >> 8), static_cast<char>(code)}.append(reason));
}

std::string describe(const WebSocketEvent& event) {
    const std::string payload(event.payload);
    switch (event.kind) {
        case Kind::need_more:
            return "";
        case Kind::text:
            return "text(" + payload + ")";
        case Kind::binary:
            return "binary(" + payload + ")";
        case Kind::ping:
            return "ping(" + payload + ")";
        case Kind::pong:
            return "pong(" + payload + ")";
        case Kind::close:
            return "close(" + std::to_string(static_cast<int>(event.code)) + payload + ")";
        case Kind::failed:
            return "failed(" + std::to_string(static_cast<int>(event.code)) + ")";
    }
    return "?";
}

// All events of the input, which arrives in pieces of `step` bytes. The buffer moves for each piece and is exactly as
// large as its content, so that a sanitizer detects any read past its end.
std::string read_in_steps(std::string_view input, std::size_t step) {
    WebSocketReader reader(kMaxMessage);
    std::unique_ptr<char[]> buffer;
    std::size_t size = 0;
    std::string events;
    while (!input.empty()) {
        const std::string_view piece = input.substr(0, step);
        input.remove_prefix(piece.size());
        auto moved = std::make_unique<char[]>(size + piece.size());
        std::copy_n(buffer.get(), size, moved.get());
        std::ranges::copy(piece, moved.get() + size);
        buffer = std::move(moved);
        size += piece.size();

        std::span<char> unread(buffer.get(), size);
        while (true) {
            const WebSocketEvent event = reader.next(unread);
            events += describe(event);
            unread = unread.subspan(event.consumed);
            if (event.kind == Kind::need_more) break;
        }
        std::ranges::copy(unread, buffer.get());
        size = unread.size();
    }
    return events;
}

// The reader's events for the entire input; expects the same events however the input is split.
std::string read(std::string_view input) {
    const std::string at_once = read_in_steps(input, input.size());
    for (const std::size_t step : {1U, 2U, 3U, 7U, 997U}) {
        if (input.size() / step < 5000) EXPECT_EQ(read_in_steps(input, step), at_once) << "in steps of " << step;
    }
    return at_once;
}

TEST(WebSocketReader, ReadsEveryFormOfLength) {
    for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 128U, 65535U, 65536U, 65537U}) {
        const std::string text(size, '*');
        EXPECT_EQ(read(frame(1, text)), "text(" + text + ")");
        const std::string bytes(size, '\xfe');
        EXPECT_EQ(read(frame(2, bytes)), "binary(" + bytes + ")");
    }
}

TEST(WebSocketReader, DeliversAnUnfragmentedMessageInPlace) {
    std::string input = frame(1, "hello");
    WebSocketReader reader(kMaxMessage);
    const WebSocketEvent event = reader.next({input.data(), input.size()});
    EXPECT_EQ(event.payload.data(), input.data() + 6);
    EXPECT_EQ(event.consumed, input.size());
}

TEST(WebSocketReader, RefusesUnmaskedFrames) {
    for (const int opcode : {1, 2, 8, 9, 10}) EXPECT_EQ(read(frame(opcode, "", {.is_masked = false})), "failed(1002)");
    EXPECT_EQ(read(frame(1, "hello", {.is_masked = false})), "failed(1002)");
}

TEST(WebSocketReader, RefusesReservedBitsAndOpcodes) {
    for (std::uint8_t bits = 1; bits < 8; ++bits) {
        EXPECT_EQ(read(frame(1, "hello", {.reserved = bits})), "failed(1002)");
        EXPECT_EQ(read(frame(9, "x", {.reserved = bits})), "failed(1002)");
        EXPECT_EQ(read(frame(8, "\x03\xe8", {.reserved = bits})), "failed(1002)");
    }
    for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
        EXPECT_EQ(read(frame(opcode, "")), "failed(1002)");
        EXPECT_EQ(read(frame(opcode, "xyz")), "failed(1002)");
    }
}

TEST(WebSocketReader, RefusesLengthsThatAreNotMinimal) {
    EXPECT_EQ(read(frame(1, "hello", {.length_bits = 16})), "failed(1002)");
    EXPECT_EQ(read(frame(1, "hello", {.length_bits = 64})), "failed(1002)");
    EXPECT_EQ(read(frame(2, std::string(125, 'a'), {.length_bits = 16})), "failed(1002)");
    EXPECT_EQ(read(frame(2, std::string(65535, 'a'), {.length_bits = 64})), "failed(1002)");
    EXPECT_EQ(read(frame(2, "", {.announced_size = 1ULL << 63})), "failed(1002)");
}

TEST(WebSocketReader, RefusesATooLargeMessageAfterItsHeader) {
    EXPECT_EQ(read(frame(1, "", {.announced_size = kMaxMessage})), "");
    EXPECT_EQ(read(frame(1, "", {.announced_size = kMaxMessage + 1})), "failed(1009)");
    EXPECT_EQ(read(frame(2, "abc", {.announced_size = 1ULL << 62})), "failed(1009)");
    const std::string most(kMaxMessage, 'a');
    EXPECT_EQ(read(fragment(1, most) + frame(0, "")), "text(" + most + ")");
    EXPECT_EQ(read(fragment(1, most) + frame(0, "b")), "failed(1009)");
    EXPECT_EQ(read(fragment(1, most) + frame(9, "still there")), "ping(still there)");
}

TEST(WebSocketReader, AssemblesFragments) {
    EXPECT_EQ(read(fragment(1, "hel") + frame(0, "lo")), "text(hello)");
    EXPECT_EQ(read(fragment(2, "hel") + fragment(0, "l") + frame(0, "o")), "binary(hello)");
    EXPECT_EQ(read(fragment(1, "") + frame(0, "hello")), "text(hello)");
    EXPECT_EQ(read(fragment(1, "hello") + frame(0, "")), "text(hello)");
    EXPECT_EQ(read(fragment(1, "a") + frame(0, "b") + frame(1, "c") + fragment(2, "d") + frame(0, "e")),
              "text(ab)text(c)binary(de)");
}

TEST(WebSocketReader, DeliversControlFramesBetweenFragments) {
    EXPECT_EQ(read(fragment(1, "hel") + frame(9, "mid") + frame(10, "x") + frame(0, "lo")),
              "ping(mid)pong(x)text(hello)");
    EXPECT_EQ(read(fragment(1, "hel") + close_frame(1000)), "close(1000)");
}

TEST(WebSocketReader, RefusesFragmentsOutOfOrder) {
    EXPECT_EQ(read(frame(0, "x")), "failed(1002)");
    EXPECT_EQ(read(fragment(0, "x")), "failed(1002)");
    EXPECT_EQ(read(fragment(1, "a") + frame(1, "b")), "failed(1002)");
    EXPECT_EQ(read(fragment(2, "a") + fragment(1, "b")), "failed(1002)");
    EXPECT_EQ(read(fragment(1, "a") + frame(0, "b") + frame(0, "z")), "text(ab)failed(1002)");
}

TEST(WebSocketReader, AcceptsTwentyThousandEmptyFragments) {
    std::string input = fragment(1, "");
    for (int i = 0; i < 20'000; ++i) input += fragment(0, "");
    EXPECT_EQ(read(input + frame(0, "end") + frame(9, "p")), "text(end)ping(p)");
}

TEST(WebSocketReader, BoundsControlFrames) {
    const std::string most(125, 'x');
    EXPECT_EQ(read(frame(9, most) + frame(10, most)), "ping(" + most + ")pong(" + most + ")");
    for (const int opcode : {8, 9, 10}) {
        EXPECT_EQ(read(frame(opcode, most + "x")), "failed(1002)");
        EXPECT_EQ(read(fragment(opcode, "a")), "failed(1002)");
    }
}

TEST(WebSocketReader, AcceptsValidTextSplitAnywhere) {
    for (const std::string& text : {"hello $ ¢ € 𤭢"s, "κόσμε"s, "\0"s, "\u0080"s,
                                    "\u07ff\u0800\ud7ff\ue000\ufffd\uffff"s, "\U00010000\U0010ffff"s}) {
        EXPECT_EQ(read(frame(1, text)), "text(" + text + ")");
        std::string fragments = fragment(1, "");
        for (const char byte : text) fragments += fragment(0, {&byte, 1});
        EXPECT_EQ(read(fragments + frame(0, "")), "text(" + text + ")");
    }
}

TEST(WebSocketReader, RefusesInvalidTextHoweverItIsFragmented) {
    for (const std::string& text : {"\x80"s, "a\xbf"s, "\xc3"s, "\xc3 "s, "\xe2\x82"s, "\xf0\x9f\x98"s, "\xc0\xaf"s,
                                    "\xe0\x9f\xbf"s, "\xf0\x8f\xbf\xbf"s, "\xed\xa0\x80"s, "\xed\xa0\xbd\xed\xb8\x80"s,
                                    "\xf4\x90\x80\x80"s, "\xf8\x88\x80\x80\x80"s, "\xfe\xfe\xff\xff"s, "ok\xce"s}) {
        EXPECT_EQ(read(frame(1, text)), "failed(1007)") << testing::PrintToString(text);
        std::string fragments = fragment(1, text.substr(0, 1));
        for (const char byte : text.substr(1)) fragments += fragment(0, {&byte, 1});
        EXPECT_EQ(read(fragments + frame(0, "")), "failed(1007)") << testing::PrintToString(text);
        EXPECT_EQ(read(frame(2, text)), "binary(" + text + ")");
    }
}

TEST(WebSocketReader, RefusesInvalidTextBeforeTheFrameIsComplete) {
    EXPECT_EQ(read(frame(1, "ab\xff", {.announced_size = 1000})), "failed(1007)");
    EXPECT_EQ(read(fragment(1, "\xce") + fragment(0, "\x41")), "failed(1007)");
}

TEST(WebSocketReader, ValidatesCloseFrames) {
    EXPECT_EQ(read(frame(8, "")), "close(1005)");
    EXPECT_EQ(read(frame(8, "\x03")), "failed(1002)");
    for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1014, 3000, 3999, 4000, 4999})
        EXPECT_EQ(read(close_frame(code)), "close(" + std::to_string(code) + ")");
    for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
        EXPECT_EQ(read(close_frame(code)), "failed(1002)") << code;
    const std::string longest(123, 'r');
    EXPECT_EQ(read(close_frame(1000, longest)), "close(1000" + longest + ")");
    EXPECT_EQ(read(close_frame(1000, "\xff\xfe")), "failed(1007)");
    EXPECT_EQ(read(close_frame(1000, "\xce")), "failed(1007)");
}

TEST(WebSocketReader, ReadsNothingAfterTheEnd) {
    EXPECT_EQ(read(close_frame(1000) + frame(1, "late") + frame(9, "late")), "close(1000)");
    EXPECT_EQ(read(frame(0, "x") + frame(9, "late")), "failed(1002)");
}

// Damaged streams: the result, whichever it is, is the same if the bytes arrive one by one.
TEST(WebSocketReader, GivesTheSameResultForDamagedInputHoweverItIsSplit) {
    const std::string seed = frame(9, "ping") + fragment(1, "κόσ") + frame(10, "") + frame(0, "με") +
                             frame(2, std::string(300, 'b')) + close_frame(1001, "bye");
    std::mt19937 random(20240611);  // the same damage in every run
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    for (int round = 0; round < 10'000 && std::chrono::steady_clock::now() < deadline; ++round) {
        std::string input = seed;
        for (auto damages = 1 + random() % 3; damages > 0; --damages) {
            const std::size_t place = random() % (random() % 2 == 0 ? 60 : input.size());
            if (random() % 4 == 0) {
                input.erase(place, 1 + random() % 3);
            } else {
                input[place] = static_cast<char>(random());
            }
        }
        ASSERT_EQ(read_in_steps(input, 1), read_in_steps(input, input.size())) << testing::PrintToString(input);
    }
}

constexpr std::uint8_t kCompressed = 4;  // RSV1
const std::string kHello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;

std::string read_compressed(std::string input, std::size_t max_message = kMaxMessage) {
    WebSocketReader reader(max_message, WebSocketReader::Compression::deflate);
    std::string events;
    std::span<char> unread(input);
    while (true) {
        const auto event = reader.next(unread);
        events += describe(event);
        unread = unread.subspan(event.consumed);
        if (event.kind == Kind::need_more) return events;
    }
}

TEST(WebSocketReader, DecompressesMessagesWhereNegotiated) {
    EXPECT_EQ(read(frame(1, kHello, {.reserved = kCompressed})), "failed(1002)");
    EXPECT_EQ(read_compressed(frame(1, kHello, {.reserved = kCompressed}) + frame(1, "plain")),
              "text(Hello)text(plain)");
    EXPECT_EQ(read_compressed(frame(2, kHello, {.reserved = kCompressed})), "binary(Hello)");
    const auto first = frame(1, kHello.substr(0, 3), {.is_final = false, .reserved = kCompressed});
    EXPECT_EQ(read_compressed(first + frame(9, "mid") + frame(0, kHello.substr(3)) + frame(1, "plain")),
              "ping(mid)text(Hello)text(plain)");
}

TEST(WebSocketReader, AcceptsTheCompressionBitInTheFirstFrameOnly) {
    EXPECT_EQ(read_compressed(frame(9, "x", {.reserved = kCompressed})), "failed(1002)");
    EXPECT_EQ(read_compressed(fragment(1, "a") + frame(0, "b", {.reserved = kCompressed})), "failed(1002)");
    EXPECT_EQ(read_compressed(frame(1, kHello, {.reserved = kCompressed | 1})), "failed(1002)");
}

TEST(WebSocketReader, ValidatesTheDecompressedMessage) {
    EXPECT_EQ(read_compressed(frame(1, "\xff\xff\xff", {.reserved = kCompressed})), "failed(1007)");
    EXPECT_EQ(read_compressed(frame(1, deflate_message("\xc3\x28"), {.reserved = kCompressed})), "failed(1007)");
    const auto bomb = deflate_message(std::string(kMaxMessage + 1, 'a'));
    EXPECT_LT(bomb.size(), 1000U);
    EXPECT_EQ(read_compressed(frame(1, bomb, {.reserved = kCompressed})), "failed(1009)");
    EXPECT_EQ(read_compressed(frame(1, kHello, {.reserved = kCompressed}), 6), "failed(1009)")
        << "longer than it would be plain";
}

TEST(WebSocketWriter, WritesEveryFormOfLength) {
    const auto written = [](std::size_t size) {
        std::string out;
        append_frame(out, Opcode::text, std::string(size, '*'));
        return out;
    };
    EXPECT_EQ(written(0), "\x81\x00"s);
    EXPECT_EQ(written(125), "\x81\x7d" + std::string(125, '*'));
    EXPECT_EQ(written(126), "\x81\x7e\x00\x7e"s + std::string(126, '*'));
    EXPECT_EQ(written(65535), "\x81\x7e\xff\xff" + std::string(65535, '*'));
    EXPECT_EQ(written(65536), "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + std::string(65536, '*'));
}

TEST(WebSocketWriter, AppendsControlFrames) {
    std::string out;
    append_frame(out, Opcode::ping, "p");
    append_frame(out, Opcode::pong, "q");
    append_close_frame(out, CloseCode{4401}, "token ended");
    append_close_frame(out, CloseCode::no_status);
    EXPECT_EQ(out, "\x89\x01p\x8a\x01q\x88\x0d\x11\x31token ended\x88\x00"s);
}

}  // namespace
}  // namespace mindspace::http
