#include "platform/http/websocket/message_boundary.h"

#include "platform/http/websocket/codec.h"

#include <gtest/gtest.h>

#include <set>

namespace mindspace::http {
namespace {

// Messages with all three length forms, some fragmented, and the offsets at which they begin and end.
struct MessageStream {
    std::string bytes;
    std::set<std::size_t> boundaries{0};

    void add(const std::string& message) {
        bytes += message;
        boundaries.insert(bytes.size());
    }
    void add_text(std::size_t size) {
        std::string frame;
        append_frame(frame, Opcode::text, std::string(size, '\x81'));
        add(frame);
    }
};

MessageStream make_stream() {
    MessageStream stream;
    for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U, 2U}) stream.add_text(size);
    stream.add(std::string("\x81\x82mask??", 8));
    stream.add(std::string("\x01\x02He\x89\x01p\x00\x01l\x80\x02lo", 14));  // with a ping between the fragments
    stream.add(std::string("\x82\xfe\x00\x03mask???", 11));
    stream.add_text(3);
    return stream;
}

TEST(MessageBoundary, IsFoundHoweverTheBytesAreSplit) {
    const auto stream = make_stream();
    for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U, 100000U}) {
        MessageBoundary boundary;
        EXPECT_TRUE(boundary.is_at_boundary());
        for (std::size_t at = 0; at < stream.bytes.size();) {
            const auto piece = std::string_view(stream.bytes).substr(at, step);
            boundary.pass(piece);
            at += piece.size();
            ASSERT_EQ(boundary.is_at_boundary(), stream.boundaries.contains(at))
                << "at " << at << ", steps of " << step;
        }
    }
}

}  // namespace
}  // namespace mindspace::http
