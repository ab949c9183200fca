// WebSocket frames: a client's message of 60 bytes in, an event of 250 bytes out, plain and compressed, and the queue
// of a socket.

#include "micro/cases.h"
#include "platform/http/websocket/codec.h"
#include "platform/http/websocket/frame.h"
#include "platform/http/websocket/queue.h"

#include <benchmark/benchmark.h>

#include <array>
#include <stdexcept>
#include <string>

namespace mindspace::micro {

namespace {

constexpr std::string_view kMessage = R"({"type":"reaction","kind":"heart","ref":"8f1c2d34-5b6a"})";
constexpr std::string_view kEvent =
    R"({"seq":4711,"epoch":"01939b2c-5d00-7b3f-8a51-0c9f3e5a7d21","type":"reaction","from":)"
    R"({"id":"01939b2c-5d00-7c44-9b1e-52d0a8f6c310","displayName":"Mara","joinedAt":1800000000000},"kind":"heart",)"
    R"("at":1800000100000,"ref":"8f1c2d34-5b6a"})";

Case decode() {
    constexpr std::array<char, 4> kKey{'\x37', '\x5a', '\x21', '\x0e'};
    std::string frame{'\x81', static_cast<char>(0x80 | kMessage.size())};
    frame.append(kKey.data(), kKey.size());
    for (std::size_t i = 0; i < kMessage.size(); ++i) frame += static_cast<char>(kMessage[i] ^ kKey[i % kKey.size()]);
    return {"websocket/decode", [frame = std::move(frame), reader = http::WebSocketReader(4096)]() mutable {
                std::string received = frame;  // unmasked in place
                auto event = reader.next(received);
                if (event.kind != http::WebSocketEvent::Kind::text) throw std::logic_error("not a message");
                benchmark::DoNotOptimize(event);
            }};
}

Case encode() {
    return {"websocket/encode", [] {
                auto frame = http::make_text_frame(kEvent);
                benchmark::DoNotOptimize(frame);
            }};
}

Case encode_compressed() {
    return {"websocket/encode_compressed", [] {
                auto frame = http::make_text_frame(kEvent);
                benchmark::DoNotOptimize(frame->compressed());
            }};
}

Case queue() {
    auto frame = std::make_shared<const std::string>(kEvent);
    return {"websocket/queue_and_drain", [frame, queue = http::FrameQueue()]() mutable {
                std::array<boost::asio::const_buffer, 32> buffers;
                queue.push(frame);
                queue.push(frame);
                benchmark::DoNotOptimize(queue.peek(buffers));
                queue.pop(2 * frame->size());
            }};
}

}  // namespace

Cases websocket_cases() {
    return {decode(), encode(), encode_compressed(), queue()};
}

}  // namespace mindspace::micro
