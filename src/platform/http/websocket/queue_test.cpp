#include "platform/http/websocket/queue.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace mindspace::http {
namespace {

using boost::asio::const_buffer;

std::string text_of(const FrameQueue& queue, std::size_t max_frames) {
    std::array<const_buffer, 8> buffers;
    std::string text;
    for (const auto& part : queue.peek(std::span(buffers).first(max_frames)))
        text.append(static_cast<const char*>(part.data()), part.size());
    return text;
}

void push(FrameQueue& queue, std::string text) {
    queue.push(std::make_shared<const std::string>(std::move(text)));
}

TEST(FrameQueue, ContinuesWhereTheLastWriteEnded) {
    FrameQueue queue;
    push(queue, "one");
    push(queue, "two");
    push(queue, "three");
    EXPECT_EQ(text_of(queue, 2), "onetwo");
    EXPECT_EQ(queue.count(), 3U);
    queue.pop(4);
    EXPECT_EQ(queue.size(), 7U);
    EXPECT_EQ(queue.count(), 2U);
    EXPECT_EQ(text_of(queue, 8), "wothree");
    queue.pop(2);
    EXPECT_EQ(text_of(queue, 1), "three");
    queue.pop(5);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(text_of(queue, 8), "");
}

TEST(FrameQueue, FinishesThePartlyWrittenFrameWhenCleared) {
    FrameQueue queue;
    queue.trim_to_first();
    push(queue, "gone");
    push(queue, "begun");
    push(queue, "never");
    queue.pop(6);
    queue.trim_to_first();
    push(queue, "!");
    EXPECT_EQ(text_of(queue, 8), "gun!");
    EXPECT_EQ(queue.size(), 4U);
}

TEST(FrameQueue, SendsEverythingOnceHoweverLargeTheWrites) {
    std::minstd_rand random(7);  // NOLINT(cert-msc51-cpp,bugprone-random-generator-seed): the same in each run
    FrameQueue queue;
    std::string expected;
    std::string sent;
    for (int round = 0; round < 10'000; ++round) {
        if (random() % 2 == 0) {
            std::string frame(1 + random() % 5, static_cast<char>('a' + round % 26));
            expected += frame;
            push(queue, std::move(frame));
        } else if (!queue.empty()) {
            const auto waiting = text_of(queue, 1 + random() % 8);
            const auto taken = random() % (waiting.size() + 1);
            sent += waiting.substr(0, taken);
            queue.pop(taken);
        }
        ASSERT_EQ(queue.size(), expected.size() - sent.size());
    }
    while (!queue.empty()) {
        sent += text_of(queue, 1);
        queue.pop(text_of(queue, 1).size());
    }
    EXPECT_EQ(sent, expected);
}

}  // namespace
}  // namespace mindspace::http
